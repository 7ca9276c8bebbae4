//! Outgoing connections.

use core::ffi::{c_char, c_int, c_void};

use super::conn::{Conn, NO_FD, Origin};
use super::emit::{call, call_plain, ev, fail};
use super::io::handshake_step;
use super::state::{Scope, State};
use super::{guarded, phases, rounds, url};
use crate::abi::mem;
use crate::abi::types::{flags, mg_event_handler_t, mg_mgr};
use crate::sys::poller::Interest;
use crate::sys::socket;
use crate::tls;

/// The two handlers of a new connection, with their data.
pub(crate) struct Handlers {
    pub(crate) handler: mg_event_handler_t,
    pub(crate) data: *mut c_void,
    pub(crate) protocol: mg_event_handler_t,
    pub(crate) protocol_data: *mut c_void,
}

/// Starts an outgoing connection. `None` for a NULL or empty URL or lack of memory, and if a handler
/// ended it already; every other failure is reported as `MG_EV_ERROR`, possibly before this function
/// returns.
///
/// # Safety
/// Rules 1, 3 and 7 of the C edge.
pub(crate) unsafe fn connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    handlers: Handlers,
) -> Option<Conn> {
    // SAFETY: rule 3 of the C edge.
    let text = unsafe { mem::cstr(url) }.filter(|text| !text.is_empty())?;
    let state = State::of_or_new(mgr)?;
    if state.is_closing() {
        return None;
    }
    let Some(conn) = Conn::alloc(state) else {
        crate::error!("connect: out of memory");
        return None;
    };
    conn.set(flags::CLIENT);
    if url::is_udp(text) {
        conn.set(flags::UDP);
    }
    if url::is_tls(text) {
        conn.set(flags::TLS);
    }
    conn.set_handler(handlers.handler, handlers.data);
    conn.set_protocol(handlers.protocol);
    conn.set_protocol_data(handlers.protocol_data);
    let _scope = Scope::enter_now(state);
    conn.private().own_socket = true;
    conn.private().last_io_ms = state.now();
    conn.link();
    guarded::enroll(state, conn, Origin::Program);
    call(conn, ev::OPEN, url.cast_mut().cast());
    if !conn.is_dead() {
        resolve(state, conn, text);
    }
    if !conn.is_dead() {
        phases::settle(state, conn);
    }
    (!conn.is_dead()).then_some(conn)
}

/// Finds the address for `url` and goes on from there.
pub(crate) fn resolve(state: State, conn: Conn, text: &[u8]) {
    let Some(port) = url::port(text) else {
        fail(conn, format_args!("invalid port"));
        return;
    };
    let mut rem = conn.rem();
    rem.port = port.to_be();
    let is_literal = url::parse_host(url::host(text), &mut rem);
    conn.set_rem(rem);
    if is_literal {
        connect_resolved(state, conn);
    } else {
        crate::dns::resolve(state, conn, url::host(text));
    }
}

/// Goes on once `conn->rem` is known: socket, RESOLVE, connect.
pub(crate) fn connect_resolved(state: State, conn: Conn) {
    conn.clear(flags::RESOLVING);
    rounds::touch(state, conn);
    let is_udp = conn.is(flags::UDP);
    match socket::open_client(&conn.rem(), is_udp) {
        Ok(fd) => conn.set_fd(fd),
        Err(e) => return fail(conn, format_args!("socket(): {}", errno(&e))),
    }
    call_plain(conn, ev::RESOLVE);
    if conn.is_dead() {
        return;
    }
    if is_udp {
        let unbound = conn.rem();
        let any = crate::abi::types::mg_addr_bytes { ip: [0; 16] };
        conn.set_loc(crate::abi::types::mg_addr { addr: any, port: 0, ..unbound });
        call_plain(conn, ev::CONNECT);
        if !conn.is_dead() {
            settle_tls(conn);
        }
        return;
    }
    match socket::connect(conn.fd(), &conn.rem()) {
        Ok(true) => established(conn),
        Ok(false) => {
            conn.set(flags::CONNECTING);
            state.watch(conn, Interest { input: false, output: true });
        }
        Err(e) => fail(conn, format_args!("connect: {}", errno(&e))),
    }
}

/// Completes a TCP connect that was under way.
pub(crate) fn finish(conn: Conn) {
    if socket::take_error(conn.fd()) == 0 {
        conn.clear(flags::CONNECTING);
        established(conn);
    } else {
        fail(conn, format_args!("socket error"));
    }
}

fn established(conn: Conn) {
    if let Some(loc) = socket::local_addr(conn.fd()) {
        conn.set_loc(loc);
    }
    call_plain(conn, ev::CONNECT);
    if conn.is_dead() {
        return;
    }
    settle_tls(conn);
    if conn.is(flags::TLS_HS) && !conn.is(flags::CLOSING) {
        handshake_step(conn);
    }
}

/// After CONNECT or ACCEPT: without `mg_tls_init`, and for listeners without `ssl_certificate`, a TLS
/// scheme means plain text, said once.
pub(crate) fn settle_tls(conn: Conn) {
    if conn.is(flags::TLS) && !conn.is(flags::TLS_HS) && conn.tls().is_null() {
        if conn.is(flags::ACCEPTED) && !conn.is(flags::CLOSING) && tls::start_by_options(conn) {
            return;
        }
        conn.clear(flags::TLS);
        if !core::mem::replace(&mut conn.private().plain_text_logged, true) {
            let id = conn.id();
            crate::error!("{id} TLS URL without mg_tls_init(): plain text");
        }
    }
}

/// Number of an operating-system error, 0 if it has none.
fn errno(e: &std::io::Error) -> c_int {
    e.raw_os_error().unwrap_or(0)
}

/// Makes a connection of the program's own descriptor, which the library owns from then on.
/// `None` if memory is out, when the descriptor is still the program's, and if the handler ended the
/// connection in OPEN, when it is closed.
///
/// # Safety
/// Rules 1 and 7 of the C edge.
pub(crate) unsafe fn wrap(
    mgr: *mut mg_mgr,
    fd: c_int,
    handler: mg_event_handler_t,
    data: *mut c_void,
) -> Option<Conn> {
    let state = State::of_or_new(mgr)?;
    if state.is_closing() {
        return None;
    }
    let conn = Conn::alloc(state)?;
    conn.set_fd(if fd < 0 { NO_FD } else { fd });
    conn.set_handler(handler, data);
    let _scope = Scope::enter_now(state);
    conn.private().last_io_ms = state.now();
    call_plain(conn, ev::OPEN);
    if conn.is_dead() {
        return None;
    }
    conn.link();
    guarded::enroll(state, conn, Origin::Program);
    phases::settle(state, conn);
    Some(conn)
}
