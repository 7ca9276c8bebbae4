//! One iteration of the event loop.

use core::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::accept::{self, accept_batch};
use super::close::close;
use super::conn::{Conn, Kind, NO_FD, Origin};
use super::emit::{call, call_count, ev, fail};
use super::io::{self, handshake_step, is_throttled, output_pending, read_step, write_step};
use super::state::{Scope, State};
use super::{
    admission, connect, guarded, linger, phases, proxy_header, rounds, trim, unlisted, wake,
};
use crate::abi::hooks::mg_ota_poll;
use crate::abi::panics;
use crate::abi::timer::{mg_timer_poll, now_ms};
use crate::abi::types::{flags, mg_connection, mg_mgr};
use crate::http::engine;
use crate::modbus;
use crate::mqtt::receive;
use crate::sys::poller::{self, Interest, Ready};
use crate::{tls, ws};

/// Above this number of connections the loop first asks for what is ready without looking for
/// changes that the program made between two polls; it looks when nothing is ready.
const FEW_CONNECTIONS: usize = 128;

/// Empty buffers are given back after this time without traffic, in milliseconds.
const BUFFER_IDLE_MS: u64 = 1000;

/// Flags of connections that neither read nor write.
const AT_REST: u32 = flags::CLOSING | flags::RESOLVING;

/// Runs one iteration: waits up to `ms` milliseconds (negative: without limit), then serves
/// timers and connections.
///
/// # Safety
/// Rules 1 and 8 of the C edge.
pub(crate) unsafe fn poll(mgr: *mut mg_mgr, ms: i32) {
    let ms = ms.max(-1);
    let scope = State::of(mgr).map(Scope::enter);
    let ready = match State::of(mgr) {
        Some(state) => wait(state, ms),
        None => {
            poller::sleep(ms);
            Vec::new()
        }
    };
    let is_busy = !ready.is_empty();
    let now = now_ms();
    if let Some(state) = State::of(mgr) {
        state.set_now(now);
        linger::expire(state, now);
        admission::end_full(state);
        announce(state, ready);
    }
    // SAFETY: rule 1 of the C edge: the manager and the timers in its list are live.
    unsafe { mg_timer_poll(&raw mut (*mgr).timers, now) };
    // SAFETY: as above.
    unsafe { mg_ota_poll(mgr) };
    if let Some(state) = State::of(mgr) {
        // A timer may have made the first connection.
        let _scope = Scope::enter(state);
        state.set_now(now);
        match rounds::begin(state, now) {
            None => visit_all(state, now),
            Some(due) => {
                let mut conns = due.iter().filter_map(|&id| state.find(id));
                visit_each(state, now, conns.next(), |_| conns.next());
                rounds::end(state, due);
            }
        }
        // What came while the program was busy elsewhere has been read by now: it was in time.
        phases::expire(state);
        trim::give_back(state, is_busy);
        state.with_guard(|guarded| {
            guarded.access_log.flush();
            guarded.error_log.flush();
        });
    }
    drop(scope);
}

/// Determines what is ready. The list goes back with [`State::recycle`].
fn wait(state: State, ms: i32) -> Vec<Ready> {
    if state.has_again() || rounds::has_due(state) {
        return state.wait(0);
    }
    if rounds::is_between(state, now_ms) {
        return state.wait(until_deadline(state, ms));
    }
    if state.len() > FEW_CONNECTIONS {
        let ready = state.wait(0);
        if !ready.is_empty() || ms == 0 {
            return ready;
        }
        state.recycle(ready);
    }
    let ms = prepare(state, ms);
    state.wait(ms)
}

/// Looks for work that no descriptor will announce and brings the poller up to date with what the
/// program changed. Returns how long to wait.
fn prepare(state: State, ms: i32) -> i32 {
    let mut wait = until_deadline(state, ms);
    let mut p = head(state);
    // SAFETY: list members are live connections of this manager.
    while let Some(conn) = unsafe { Conn::from_ptr(p) } {
        p = conn.next();
        if conn.is_at_rest() {
            continue;
        }
        update_interest(state, conn);
        let bits = conn.flags();
        let has_to_visit = bits & flags::CLOSING != 0 || accept::has_to_stop(conn);
        if has_to_visit || may_read_tls(state, conn) || can_write_now(conn) {
            wait = 0;
        }
        // Accepting goes on after its rest, also if nothing else happens.
        if bits & flags::LISTENING != 0 {
            let rest = conn.private().last_io_ms.saturating_sub(state.now());
            if rest > 0 {
                wait = sooner(wait, rest);
            }
        }
    }
    wait
}

/// `ms`, or how long it is until the next deadline if that is sooner.
fn until_deadline(state: State, ms: i32) -> i32 {
    let deadlines = [linger::next_deadline(state), phases::next_deadline(state)];
    let left = |deadline_ms: u64| deadline_ms.saturating_sub(now_ms());
    deadlines.into_iter().flatten().fold(ms, |wait, deadline_ms| sooner(wait, left(deadline_ms)))
}

/// The shorter of a wait (negative: without limit) and a time, in milliseconds.
fn sooner(wait: i32, ms: u64) -> i32 {
    if wait >= 0 && wait as u64 <= ms { wait } else { i32::try_from(ms).unwrap_or(i32::MAX) }
}

fn head(state: State) -> *mut mg_connection {
    // SAFETY: a state's manager is live.
    unsafe { (*state.mgr()).conns }
}

/// True if TLS input that left the kernel already may be read.
fn may_read_tls(state: State, conn: Conn) -> bool {
    // A program that starts TLS on an established connection puts into `rtls` what came too early.
    let waits =
        conn.private().tls_unread || conn.is(flags::TLS_HS) && io::has_early_handshake(conn);
    waits && !conn.is(flags::FULL) && !is_paused(state, conn)
}

/// True if output waits only for a visit.
fn can_write_now(conn: Conn) -> bool {
    let not_now = AT_REST | flags::CONNECTING | flags::TLS_HS;
    !conn.is(not_now)
        && conn.fd() != NO_FD
        && !is_tcp_listener(conn)
        && !conn.private().blocked
        && output_pending(conn)
}

fn is_tcp_listener(conn: Conn) -> bool {
    conn.flags() & (flags::LISTENING | flags::UDP) == flags::LISTENING
}

/// What the descriptor of `conn` must be watched for.
#[inline]
fn interest(state: State, conn: Conn) -> Interest {
    let bits = conn.flags();
    if bits & AT_REST != 0 || conn.private().kind == Kind::Tarpit {
        return Interest { input: false, output: false };
    }
    let full = bits & flags::FULL != 0;
    if bits & flags::CONNECTING != 0 {
        return Interest { input: false, output: true };
    }
    if is_tcp_listener(conn) {
        let resting = conn.private().last_io_ms > state.now() || admission::is_queueing(state);
        return Interest { input: !full && !resting, output: false };
    }
    Interest {
        input: !full && !is_paused(state, conn),
        output: conn.private().blocked
            && if bits & flags::TLS_HS != 0 { is_throttled(conn) } else { output_pending(conn) },
    }
}

/// True if a protocol wants input to stay in the kernel for now.
fn is_paused(state: State, conn: Conn) -> bool {
    admission::pauses_reading(state, conn)
        || engine::pauses_reading(state, conn)
        || ws::engine::pauses_reading(conn)
        || receive::pauses_reading(conn)
        || modbus::pauses_reading(conn)
}

/// Registers the descriptor of `conn` with the poller as its state demands.
#[inline]
fn update_interest(state: State, conn: Conn) {
    if unlisted::remove(conn) {
        guarded::enroll(state, conn, Origin::Program);
    }
    if conn.fd() != NO_FD || conn.private().watched_fd != NO_FD {
        let wanted = interest(state, conn);
        if conn.private().watched_fd == conn.fd() && conn.private().interest == wanted {
            return;
        }
        if conn.private().hung_up && wanted == Interest::default() {
            return;
        }
        conn.private().hung_up = false;
        // A descriptor that can't be watched (a regular file) is never ready.
        state.watch(conn, wanted);
    }
}

/// Sets the readiness flags and reports error conditions, before any timer or POLL.
fn announce(state: State, ready: Vec<Ready>) {
    for item in &ready {
        if linger::is_key(item.key) {
            linger::serve(state, item.key);
            continue;
        }
        let Some(conn) = state.find(item.key).filter(|conn| !conn.is_dead()) else { continue };
        rounds::touch(state, conn);
        let wanted = interest(state, conn);
        // A client that closes at once is hit by the session tickets it did not wait for, and
        // resets the connection; what it sent before still counts.
        let is_unfinished = wanted.input && conn.is(flags::TLS) && io::has_input(conn);
        if item.error && !is_unfinished {
            // What ends already, for a reason that was told, needs no second one.
            if !conn.is(flags::CLOSING) {
                fail(conn, format_args!("socket error"));
            }
            continue;
        }
        if item.input && (wanted.input || conn.is(flags::CONNECTING)) {
            conn.set(flags::READABLE);
        } else if item.hangup && !wanted.output {
            // A hang-up can't be masked; watched again once reading goes on.
            state.unwatch(conn);
            conn.private().hung_up = true;
            continue;
        }
        if item.output {
            conn.set(flags::WRITABLE);
            conn.private().blocked = false;
        }
        if wanted != conn.private().interest {
            state.watch(conn, wanted);
        }
    }
    state.recycle(ready);
    for id in state.take_again() {
        if let Some(conn) = state.find(id).filter(|conn| !conn.is(flags::FULL)) {
            rounds::touch(state, conn);
            conn.set(flags::READABLE);
        }
    }
}

/// Visits every connection that is in the list now, newest first. Those made meanwhile go in
/// front and have their first visit in the next iteration.
fn visit_all(state: State, now: u64) {
    // SAFETY: list members are live; closed ones keep their memory and their `next` while the scope
    // of `poll` lasts.
    let listed = |p| unsafe { Conn::from_ptr(p) };
    visit_each(state, now, listed(head(state)), |visited| listed(visited.next()));
}

/// Visits `first` and then, as long as there is one, whichever connection `next` says comes behind
/// the one that was visited.
fn visit_each(
    state: State,
    now: u64,
    first: Option<Conn>,
    mut next: impl FnMut(Conn) -> Option<Conn>,
) {
    let cursor = Cell::new(first);
    loop {
        let walk = catch_unwind(AssertUnwindSafe(|| {
            while let Some(conn) = cursor.get() {
                // With many connections most of the time goes into waiting for memory.
                conn.prefetch_next();
                visit(state, conn, now);
                cursor.set(next(conn));
            }
        }));
        state.set_current(None);
        if walk.is_ok() {
            return;
        }
        panics::count_panic();
        if let Some(conn) = cursor.get() {
            let _ = catch_unwind(AssertUnwindSafe(|| abandon(state, conn)));
            cursor.set(next(conn));
        }
    }
}

/// A bug of ours hit this connection: it is closed, all others are served.
fn abandon(state: State, conn: Conn) {
    if !conn.is_dead() {
        fail(conn, format_args!("internal error"));
        close(state, conn);
    }
}

/// Delivers POLL to one connection, and serves it unless it is at rest.
#[inline(always)]
fn visit(state: State, conn: Conn, now: u64) {
    if !conn.is_at_rest() {
        return visit_busy(state, conn, now);
    }
    state.set_current(Some(conn));
    poll_event(conn, now);
    if !conn.is_at_rest() {
        serve(state, conn, now, false);
    } else if conn.private().counted_bytes != [0; 2] && give_buffers_back(conn, now) {
        phases::count_buffers(state, conn);
    }
}

fn poll_event(conn: Conn, mut now: u64) {
    call(conn, ev::POLL, (&raw mut now).cast());
}

/// [`visit`] of a connection that is not at rest.
#[inline(never)]
fn visit_busy(state: State, conn: Conn, now: u64) {
    if conn.is_dead() {
        return;
    }
    state.set_current(Some(conn));
    let had_response = conn.is(flags::RESP);
    let had_output = output_pending(conn);
    poll_event(conn, now);
    if had_response && !conn.is(flags::RESP) && !conn.is_dead() {
        call_count(conn, ev::READ, 0);
    }
    serve(state, conn, now, had_output);
}

/// Does what is to be done for a connection besides POLL.
fn serve(state: State, conn: Conn, now: u64, had_output: bool) {
    if conn.is_dead() {
        return;
    }
    state.set_current(Some(conn));
    if !conn.is(AT_REST) && conn.fd() != NO_FD {
        transfer(state, conn, had_output);
        if conn.is_dead() {
            return;
        }
    }
    conn.clear(flags::READABLE | flags::WRITABLE);
    if conn.is(flags::DRAINING) && !output_pending(conn) && !accept::stays(state, conn) {
        conn.set(flags::CLOSING);
    }
    if conn.is(flags::CLOSING) || state.is_closing() {
        close(state, conn);
        return;
    }
    update_interest(state, conn);
    give_buffers_back(conn, now);
    phases::settle(state, conn);
    if may_read_tls(state, conn) || can_write_now(conn) {
        rounds::visit_next(state, conn);
    }
}

/// Accepts, completes a connect, or reads once and writes.
fn transfer(state: State, conn: Conn, had_output: bool) {
    #[cfg(feature = "failpoints")]
    if conn.is(flags::ACCEPTED) {
        crate::failpoint::hit("transfer");
    }
    let readable = conn.is(flags::READABLE) || may_read_tls(state, conn);
    if conn.private().kind == Kind::WakeUp {
        if readable {
            wake::deliver(state);
        }
    } else if conn.private().kind == Kind::ProxyHeader {
        if readable {
            proxy_header::read(state, conn);
        }
    } else if is_tcp_listener(conn) {
        if readable {
            accept_batch(state, conn);
        }
    } else if conn.is(flags::CONNECTING) {
        if conn.is(flags::READABLE | flags::WRITABLE) {
            connect::finish(conn);
        }
    } else {
        if readable {
            read_step(state, conn);
        } else if conn.is(flags::TLS_HS) && is_throttled(conn) && !conn.private().blocked {
            handshake_step(conn);
        }
        // Output that was there before may still go when reading met the end of the stream.
        let may_write = !conn.is(flags::CLOSING) || had_output;
        if may_write && !conn.is_dead() && !conn.is(flags::TLS_HS) && output_pending(conn) {
            write_step(conn);
        } else if conn.flags() & (flags::TLS | flags::TLS_HS | flags::CLOSING) == flags::TLS
            && !conn.private().own_tls
            && !conn.is_dead()
        {
            tls::flush(conn);
        }
    }
}

/// Releases the empty buffers of a connection that has had no traffic for a while; the next read or
/// write makes new ones. An input buffer that the program enlarged stays. True if it was time for it.
#[inline]
fn give_buffers_back(conn: Conn, now: u64) -> bool {
    if now.wrapping_sub(conn.private().last_io_ms) <= BUFFER_IDLE_MS {
        return false;
    }
    let recv = conn.recv();
    if recv.is_idle() && recv.size() == conn.private().recv_capacity {
        recv.free();
    }
    for buffer in [conn.send(), conn.rtls()] {
        if buffer.is_idle() {
            buffer.free();
        }
    }
    true
}
