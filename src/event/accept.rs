//! Accepting peers on a listening socket.

use core::ffi::c_int;
use std::io;

use super::conn::{Conn, NO_FD};
use super::emit::{call_plain, ev};
use super::state::State;
use crate::abi::types::{flags, mg_addr};
use crate::sys::poller::Interest;
use crate::sys::socket;

/// Most peers accepted in one visit of a listener.
const BATCH: usize = 32;

/// How long accepting rests after descriptors or memory ran out, in milliseconds. Without a rest
/// the listener would stay readable and every poll return at once.
const REST_MS: u64 = 100;

/// Accepts the peers that wait, up to a bound.
pub(crate) fn accept_batch(state: State, listener: Conn) {
    // A listening socket that the program brought may block: take the one that was announced.
    let batch = if listener.private().own_socket { BATCH } else { 1 };
    for _ in 0..batch {
        match socket::accept(listener.fd()) {
            Ok((fd, peer)) => accepted(state, listener, fd, peer),
            Err(e) if socket::would_block(&e) => return,
            Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(e) => {
                crate::error!("{} accept: {e}", listener.id());
                listener.private().accept_at_ms = state.now() + REST_MS;
                return;
            }
        }
        if listener.is_dead() || listener.is(flags::CLOSING | flags::FULL) || listener.fd() == NO_FD
        {
            return;
        }
    }
}

/// Makes a connection of an accepted descriptor and announces it.
fn accepted(state: State, listener: Conn, fd: c_int, peer: Option<mg_addr>) {
    let Some(conn) = Conn::alloc(state) else {
        crate::error!("{} accept: out of memory", listener.id());
        socket::close(fd);
        return;
    };
    conn.set_fd(fd);
    if let Some(peer) = peer {
        conn.set_rem(peer);
        if let Some(loc) = socket::local_addr(fd) {
            conn.set_loc(loc);
        }
        if !listener.private().own_socket {
            socket::set_stream_options(fd);
        }
    }
    conn.private().own_socket = true;
    conn.private().last_io_ms = state.now();
    conn.set_protocol(listener.protocol());
    conn.set_protocol_data(listener.protocol_data());
    conn.set_handler(listener.handler(), listener.handler_data());
    conn.set(flags::ACCEPTED | listener.flags() & (flags::TLS | flags::HEXDUMPING));
    conn.link();
    call_plain(conn, ev::OPEN);
    if conn.is_dead() {
        return;
    }
    call_plain(conn, ev::ACCEPT);
    if conn.is_dead() {
        return;
    }
    // Said once for the listener, not for every peer.
    conn.private().plain_text_logged = listener.private().plain_text_logged;
    super::connect::settle_tls(conn);
    if !listener.is_dead() {
        listener.private().plain_text_logged |= conn.private().plain_text_logged;
    }
    if !conn.is(flags::CLOSING) && !state.watch(conn, Interest { input: true, output: false }) {
        conn.set(flags::CLOSING);
    }
}
