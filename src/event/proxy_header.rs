//! Accepted connections that start with a PROXY header (`proxy_protocol`).
//!
//! Until the header is complete the connection has no handlers, so the program hears of it only when
//! `c->rem` says who is really there. Bytes are looked at before they are taken from the socket:
//! nothing behind the header is touched, whatever follows it.

use core::mem::MaybeUninit;
use core::ptr::without_provenance_mut;

use super::accept;
use super::conn::{Conn, Kind};
use super::state::State;
use crate::abi::types::flags;
use crate::proto::proxy::{Parsed, parse};
use crate::sys::socket;

/// Longest header that is read, in bytes: more than version 2 may have with us.
const MAX_HEADER: usize = 1024;

/// Marks `conn`, just accepted by `listener`, as one whose header has to come.
pub(crate) fn expect(conn: Conn, listener: Conn) {
    conn.private().kind = Kind::ProxyHeader;
    conn.set_handler(None, core::ptr::null_mut());
    conn.set_protocol(None);
    // No protocol uses the field yet; ids fit as addresses do.
    conn.set_protocol_data(without_provenance_mut(listener.id() as usize));
}

/// True if a connection that `listener` accepted has yet to send its header.
pub(crate) fn is_awaited_at(state: State, listener: Conn) -> bool {
    state.all().any(|conn| {
        conn.private().kind == Kind::ProxyHeader
            && !conn.is_dead()
            && conn.protocol_data() as usize as u64 == listener.id()
    })
}

/// Reads what has come of the header.
pub(crate) fn read(state: State, conn: Conn) {
    let mut fresh = [MaybeUninit::<u8>::uninit(); MAX_HEADER];
    let n = match socket::peek(conn.fd(), &mut fresh) {
        Ok(0) => return conn.set(flags::CLOSING),
        Ok(n) => n,
        Err(e) if socket::would_block(&e) => return,
        Err(_) => return conn.set(flags::CLOSING),
    };
    // SAFETY: the kernel initialised the first `n` bytes.
    let fresh = unsafe { core::slice::from_raw_parts(fresh.as_ptr().cast::<u8>(), n) };
    let seen = conn.recv_len();
    if !conn.recv().append(fresh) {
        return conn.set(flags::CLOSING);
    }
    // SAFETY: the slice is used before anything happens to the buffer.
    let bytes = unsafe { conn.recv().bytes() };
    match parse(bytes) {
        // All of it belongs to the header; taking it keeps the socket from being readable for nothing.
        Parsed::Partial if bytes.len() < MAX_HEADER => {
            socket::take(conn.fd(), n);
        }
        Parsed::Header { len, peer, local } if len >= seen => {
            socket::take(conn.fd(), len - seen);
            conn.set_recv_len(0);
            settle(state, conn, len, peer, local);
        }
        _ => {
            crate::error!("{} no PROXY header", conn.id());
            conn.set(flags::CLOSING);
        }
    }
}

/// The header is complete: the connection becomes an ordinary one.
fn settle(
    state: State,
    conn: Conn,
    len: usize,
    peer: Option<(core::net::IpAddr, u16)>,
    local: Option<(core::net::IpAddr, u16)>,
) {
    state.with_guard(|guarded| guarded.stats.bytes_in += len as u64);
    conn.private().kind = Kind::Socket;
    if let (Some((peer_ip, peer_port)), Some((local_ip, local_port))) = (peer, local) {
        let (mut rem, mut loc) = (conn.rem(), conn.loc());
        rem.set_ip(peer_ip.to_canonical(), peer_port);
        loc.set_ip(local_ip.to_canonical(), local_port);
        conn.set_rem(rem);
        conn.set_loc(loc);
    }
    let listener = state.find(conn.protocol_data() as usize as u64);
    conn.set_protocol_data(core::ptr::null_mut());
    match listener.filter(|listener| !listener.is_dead() && listener.is(flags::LISTENING)) {
        Some(listener) => accept::welcome(state, listener, conn),
        None => conn.set(flags::CLOSING),
    }
}
