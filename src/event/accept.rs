//! Accepting peers on a listening socket.

use core::ffi::c_int;
use std::io;

use super::admission::{self, Room, Verdict};
use super::conn::{Conn, Kind, NO_FD, Origin};
use super::emit::{call_plain, ev};
use super::state::State;
use super::{guarded, phases, proxy_header};
use crate::abi::app_options;
use crate::abi::types::{flags, mg_addr};
use crate::guard::options::{Name, choice};
use crate::sys::poller::Interest;
use crate::sys::socket;

/// Most peers accepted in one visit of a listener.
const BATCH: usize = 32;

/// How long accepting rests after descriptors or memory ran out, in milliseconds. Without a rest
/// the listener would stay readable and every poll return at once.
const REST_MS: u64 = 500;

/// Accepts the peers that wait, up to a bound.
pub(crate) fn accept_batch(state: State, listener: Conn) {
    // A listening socket that the program brought may block: take the one that was announced.
    let batch = if listener.private().own_socket { BATCH } else { 1 };
    for _ in 0..batch {
        let room = admission::room(state);
        if room == Room::Queue {
            if !admission::is_queueing(state) {
                rest(state, listener, admission::BARREN_REST_MS);
            }
            return;
        }
        let room = make_room_first(state, listener, room);
        let result = socket::accept(listener.fd());
        note_starvation(state, &result);
        match result {
            Ok((fd, peer)) => admit(state, listener, fd, peer, room),
            Err(e) if socket::would_block(&e) => return,
            Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(e) => {
                count_failure(state, &e);
                if may_make_room(state, &e) {
                    continue;
                }
                crate::error!("{} accept: {e}", listener.id());
                admission::begin_full(state);
                return rest(state, listener, REST_MS);
            }
        }
        if listener.is_dead() || listener.is(flags::CLOSING | flags::FULL) || listener.fd() == NO_FD
        {
            return;
        }
    }
}

/// True if `conn` is a listener that is to accept those who wait, and then no more.
pub(crate) fn has_to_stop(conn: Conn) -> bool {
    const STOPPING: u32 = flags::LISTENING | flags::DRAINING;
    conn.flags() & (STOPPING | flags::UDP) == STOPPING && conn.fd() != NO_FD
}

/// While the manager drains: lets in who waits at `listener`, closes its door, and tells whether the
/// listener is still needed, because those behind a proxy inherit from it once they have said who
/// they are. What comes between the last look and the end is refused by the kernel.
pub(crate) fn stays(state: State, listener: Conn) -> bool {
    if !listener.is(flags::LISTENING) || listener.is(flags::UDP) || state.is_closing() {
        return false;
    }
    if state.number(Name::Drain) == 0 || listener.is(flags::CLOSING) {
        return false;
    }
    if listener.fd() != NO_FD {
        // As many as the queue may hold; with no room for them, what is left is refused.
        for _ in 0..=app_options::listen_backlog() {
            if !has_to_stop(listener) || !socket::is_readable(listener.fd()) {
                break;
            }
            accept_batch(state, listener);
        }
        if listener.is_dead() || listener.is(flags::CLOSING) {
            return false;
        }
        state.unwatch(listener);
        socket::close(listener.fd());
        listener.set_fd(NO_FD);
    }
    proxy_header::is_awaited_at(state, listener)
}

/// Where everybody may come in, room is made before the peer is accepted, so that there is never one
/// connection too many.
fn make_room_first(state: State, listener: Conn, room: Room) -> Room {
    let is_sure = room == Room::AfterEviction
        && admission::is_open_to_all(state)
        && socket::is_readable(listener.fd());
    if is_sure && admission::evict(state) { Room::Free } else { room }
}

/// Accepting goes on after `ms` milliseconds.
fn rest(state: State, listener: Conn, ms: u64) {
    listener.private().last_io_ms = state.now() + ms;
}

/// Takes note of whether descriptors or memory are out.
fn note_starvation<T>(state: State, result: &io::Result<T>) {
    let is_starved = match result {
        Ok(_) => false,
        Err(e) => !socket::would_block(e) && e.kind() != io::ErrorKind::ConnectionAborted,
    };
    state.with_guard(|guarded| guarded.is_starved = is_starved);
}

fn count_failure(state: State, e: &io::Error) {
    state.with_guard(|guarded| {
        let stats = &mut guarded.stats;
        *match e.raw_os_error() {
            Some(libc::EMFILE | libc::ENFILE) => &mut stats.accept_no_descriptors,
            Some(libc::ENOMEM | libc::ENOBUFS) => &mut stats.accept_no_memory,
            _ => &mut stats.accept_other,
        } += 1;
    });
}

/// Without descriptors it is as at the limit: under `full_policy` `evict` somebody goes.
fn may_make_room(state: State, e: &io::Error) -> bool {
    e.raw_os_error() == Some(libc::EMFILE)
        && state.number(Name::FullPolicy) == choice::EVICT
        && admission::evict(state)
}

/// A peer is at the door: it comes in, or is turned away.
fn admit(state: State, listener: Conn, fd: c_int, peer: Option<mg_addr>, room: Room) {
    // A socket of another family than the internet's has no address to judge by.
    let Some(addr) = peer else { return accepted(state, listener, fd, peer) };
    if room == Room::Reject && admission::turn_away(state, listener, fd, &addr) {
        return;
    }
    if state.number(Name::ProxyProtocol) != 0 {
        // Who is judged is not the proxy but whom it names.
        if !state.with_guard(|guarded| guarded.proxies.contains(&admission::ip_of(&addr))) {
            crate::error!("{} a PROXY header may come from trusted_proxies only", listener.id());
            state.with_guard(|guarded| guarded.stats.refused_acl += 1);
            return socket::close(fd);
        }
        if room == Room::AfterEviction && !admission::evict(state) {
            return admission::refuse_full(state, listener, fd);
        }
        return accepted(state, listener, fd, peer);
    }
    match admission::judge(state, listener, &addr) {
        Verdict::Refuse => return socket::close(fd),
        Verdict::Tarpit => return admission::tarpit(state, fd, &addr),
        Verdict::Welcome => {}
    }
    if room == Room::AfterEviction && !admission::evict(state) {
        // The program spares everybody: somebody has to go all the same.
        admission::refuse_full(state, listener, fd);
        return;
    }
    if listener.is_dead() {
        return socket::close(fd);
    }
    accepted(state, listener, fd, peer);
}

/// Makes a connection of an accepted descriptor and announces it.
fn accepted(state: State, listener: Conn, fd: c_int, peer: Option<mg_addr>) {
    let Some(conn) = Conn::alloc(state) else {
        crate::error!("{} accept: out of memory", listener.id());
        state.with_guard(|guarded| guarded.stats.accept_no_memory += 1);
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
    conn.set(flags::ACCEPTED);
    conn.link();
    guarded::enroll(state, conn, Origin::Accepted);
    if admission::is_queueing(state) {
        admission::begin_full(state);
    }
    if state.number(Name::ProxyProtocol) != 0 {
        proxy_header::expect(conn, listener);
        watch(state, conn);
        return;
    }
    admission::count_address(state, conn);
    introduce(state, listener, conn);
}

/// A peer behind a proxy has said who it is: it is judged like any other, and comes in.
pub(crate) fn welcome(state: State, listener: Conn, conn: Conn) {
    match admission::judge(state, listener, &conn.rem()) {
        Verdict::Welcome => {}
        Verdict::Refuse => return conn.set(flags::CLOSING),
        Verdict::Tarpit => {
            conn.private().kind = Kind::Tarpit;
            return phases::settle(state, conn);
        }
    }
    if !conn.is_dead() && !listener.is_dead() {
        admission::count_address(state, conn);
        introduce(state, listener, conn);
    }
}

/// Gives `conn` the handlers of its listener and announces it.
fn introduce(state: State, listener: Conn, conn: Conn) {
    conn.set_protocol(listener.protocol());
    conn.set_protocol_data(listener.protocol_data());
    conn.set_handler(listener.handler(), listener.handler_data());
    conn.set(listener.flags() & (flags::TLS | flags::HEXDUMPING));
    announce(state, listener, conn);
}

/// Tells the program of a connection, and watches it.
fn announce(state: State, listener: Conn, conn: Conn) {
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
    watch(state, conn);
}

/// Has the poller look for input.
fn watch(state: State, conn: Conn) {
    if !conn.is(flags::CLOSING) && !state.watch(conn, Interest { input: true, output: false }) {
        conn.set(flags::CLOSING);
    }
    phases::settle(state, conn);
}
