//! Closing a connection.

use core::ptr::null_mut;

use super::conn::{Conn, Kind, NO_FD};
use super::emit::{call_plain, ev};
use super::state::{Scope, State};
use super::{guarded, linger, unlisted, wake};
use crate::abi::types::flags;
use crate::sys::socket;
use crate::tls;

/// Ends the life of `conn`: closes the descriptor, takes it out of the list, delivers
/// `MG_EV_CLOSE` and releases everything. The memory itself goes when the outermost call into the
/// library returns. Closing twice is harmless.
pub(crate) fn close(state: State, conn: Conn) {
    if conn.private().dead {
        return;
    }
    let _scope = Scope::enter(state);
    conn.private().dead = true;
    conn.private().at_rest = false;
    conn.set(flags::CLOSING);
    state.unwatch(conn);
    if conn.private().kind == Kind::WakeUp {
        wake::shut(state.mgr());
    }
    // Before the event, so that the handler can bind the same port again.
    if conn.fd() != NO_FD {
        tls::say_goodbye(conn);
        if may_linger(state, conn) && is_peer_sending(conn) {
            linger::linger(state, conn.fd());
        } else {
            socket::close(conn.fd());
        }
    }
    unlisted::remove(conn);
    conn.unlink();
    crate::dns::cancel(state, conn);
    forget_resolver(conn);
    guarded::dismiss(state, conn);
    call_plain(conn, ev::CLOSE);
    // HTTP reports requests that have waited until then.
    crate::http::access_log::end(state, conn);
    // It was the last event, also for a call under way that is about to deliver another one.
    conn.replace_handler(None);
    conn.set_protocol(None);
    crate::dash::links::forget(state, conn);
    release(conn);
    state.remove(conn);
    state.bury(conn);
}

/// True if our last output should reach the peer, whatever it is doing.
fn may_linger(state: State, conn: Conn) -> bool {
    const STREAM: u32 = flags::UDP | flags::LISTENING | flags::CONNECTING;
    (conn.is(flags::DRAINING) || conn.private().refused)
        && !conn.is(STREAM)
        && conn.private().kind == Kind::Socket
        && !state.is_closing()
}

/// True if more input than was read has arrived, or is likely to.
fn is_peer_sending(conn: Conn) -> bool {
    let discarded = socket::discard_input(conn.fd());
    let private = conn.private();
    // A TLS client that hears nothing behind the handshake has session tickets coming.
    let awaits_tickets = private.own_tls && !private.tls_heard && conn.is(flags::CLIENT);
    !discarded.ended
        && (private.refused || conn.recv_len() > 0 || discarded.bytes > 0 || awaits_tickets)
}

/// Clears the manager's pointers to `conn`.
fn forget_resolver(conn: Conn) {
    let mgr = conn.mgr();
    // SAFETY: the manager of a connection is live.
    let slots = unsafe { [&mut (*mgr).dns4.c, &mut (*mgr).dns6.c, &mut (*mgr).mdns] };
    for slot in slots {
        if *slot == conn.ptr() {
            *slot = null_mut();
        }
    }
}

/// Releases TLS state, buffers and parser state.
fn release(conn: Conn) {
    tls::free(conn);
    for buffer in [conn.recv(), conn.send(), conn.rtls(), conn.prof()] {
        buffer.free();
    }
    crate::http::engine::drop_pending(conn);
    crate::ws::session::drop_session(conn);
}
