//! Listening.

use core::ffi::{c_char, c_void};

use super::conn::Conn;
use super::emit::{call_plain, ev};
use super::state::{Scope, State};
use super::url;
use crate::abi::types::{flags, mg_event_handler_t, mg_mgr};
use crate::abi::{app_options, mem};
use crate::guard::options::Name;
use crate::sys::socket;

/// Opens a listening connection; `None`, with the cause logged, if memory, URL or socket fail, and
/// if the handler ended it in OPEN.
///
/// # Safety
/// Rules 1, 3 and 7 of the C edge.
pub(crate) unsafe fn listen(
    mgr: *mut mg_mgr,
    url: *const c_char,
    handler: mg_event_handler_t,
    data: *mut c_void,
) -> Option<Conn> {
    // SAFETY: rule 3 of the C edge.
    let url = unsafe { mem::cstr(url) }?;
    let state = State::of_or_new(mgr)?;
    if state.is_closing() {
        return None;
    }
    let Some(conn) = Conn::alloc(state) else {
        crate::error!("listen: out of memory");
        return None;
    };
    if !open(state, conn, url) {
        conn.forget();
        return None;
    }
    conn.set_handler(handler, data);
    conn.set(flags::LISTENING);
    if url::is_udp(url) {
        conn.set(flags::UDP);
    }
    if url::is_tls(url) {
        conn.set(flags::TLS);
    }
    conn.link();
    let _scope = Scope::enter(state);
    call_plain(conn, ev::OPEN);
    (!conn.is_dead()).then_some(conn)
}

/// The socket part of listening: fills `loc` and `fd`. False, with the cause logged, on failure.
pub(crate) fn open(state: State, conn: Conn, url: &[u8]) -> bool {
    let Some(mut addr) = url::literal_address(url) else {
        crate::error!("invalid listening URL {}", String::from_utf8_lossy(url));
        return false;
    };
    let is_udp = url::is_udp(url);
    let backlog = app_options::listen_backlog();
    let shares_port = state.number(Name::ReusePort) != 0;
    match socket::listen(&addr, is_udp, backlog, app_options::ipv6_v6only(), shares_port) {
        Ok(fd) => {
            if let Some(bound) = socket::local_addr(fd) {
                addr = bound;
            }
            if !is_udp {
                // Accepted sockets inherit these.
                socket::set_stream_options(fd);
            }
            conn.set_loc(addr);
            conn.set_fd(fd);
            if state.owns(conn) {
                conn.private().own_socket = true;
            }
            true
        }
        Err(e) => {
            crate::error!("{}: {e}", String::from_utf8_lossy(url));
            false
        }
    }
}
