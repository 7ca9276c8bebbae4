//! What each connection is doing, and what happens when it takes too long.
//!
//! After every visit that did something, [`settle`] compares what a connection is doing with what it
//! did before, and enters its deadline into the schedule. [`expire`] looks at those whose time has
//! come.

use super::close::close;
use super::conn::{Conn, Kind, Origin};
use super::emit::fail;
use super::guarded::{Intent, may_act};
use super::state::State;
use super::{io, rounds};
use crate::abi::guard::mg_guard_action;
use crate::abi::timer::now_ms;
use crate::abi::types::flags;
use crate::guard::deadline::{self, Deadline, MAX_PINGS, Phase};
use crate::guard::options::{self, Name};
use crate::http::{engine, refuse, stream, upload};
use crate::proto::ws::frame::opcode;
use crate::sys::poller::Interest;
use crate::sys::socket;
use crate::ws;

/// What `conn` is doing.
pub(crate) fn phase_of(conn: Conn) -> Phase {
    let private = conn.private();
    let bits = conn.flags();
    if private.origin == Origin::Uncounted {
        return Phase::None;
    }
    match private.kind {
        Kind::Tarpit => return Phase::Tarpitted,
        Kind::ProxyHeader => return Phase::Connecting,
        Kind::WakeUp => return Phase::None,
        Kind::Socket => {}
    }
    if bits & (flags::RESOLVING | flags::CONNECTING) != 0 {
        return Phase::Connecting;
    }
    if bits & flags::TLS_HS != 0 {
        return Phase::Handshaking;
    }
    if private.blocked && bits & flags::UDP == 0 && io::output_pending(conn) {
        return Phase::Sending;
    }
    if bits & flags::WEBSOCKET != 0 {
        return Phase::WebSocket;
    }
    if bits & flags::ACCEPTED == 0 || bits & flags::UDP != 0 {
        return Phase::Other;
    }
    if conn.has_protocol(engine::http_handler) {
        return http_phase(conn);
    }
    if stream::is_streaming(conn) {
        return Phase::InHandler;
    }
    match upload::is_receiving(conn) {
        true if bits & flags::FULL == 0 => Phase::ReadingBody,
        true => Phase::InHandler,
        false => Phase::Other,
    }
}

/// [`phase_of`] for an HTTP server's connection.
fn http_phase(conn: Conn) -> Phase {
    const BUSY: u32 = flags::RESP | flags::FULL | flags::DRAINING;
    if conn.is(BUSY) {
        return Phase::InHandler;
    }
    let private = conn.private();
    match engine::progress(conn) {
        engine::Progress::Body => Phase::ReadingBody,
        engine::Progress::Head => Phase::ReadingHeader,
        engine::Progress::Nothing if private.http_heads == 0 => Phase::AwaitingRequest,
        engine::Progress::Nothing if private.response_ended => Phase::KeepAliveIdle,
        engine::Progress::Nothing => Phase::InHandler,
    }
}

/// Takes note of what `conn` is doing now, of the memory it holds, and whether it is at rest.
pub(crate) fn settle(state: State, conn: Conn) {
    let private = conn.private();
    let phase = phase_of(conn);
    let watch = &mut private.watch;
    let before = watch.phase;
    let is_same_request = !core::mem::replace(&mut watch.is_restarted, false);
    if phase != before || !is_same_request && phase != Phase::Sending {
        // A handler may just have taken long, which is not this peer's fault.
        let now = now_ms();
        let continues = before == Phase::ReadingHeader && is_same_request;
        if matches!(phase, Phase::ReadingHeader | Phase::ReadingBody) && !continues {
            watch.request_ms = now;
        }
        watch.since_ms = now;
        watch.body_bytes = 0;
        watch.looks = 0;
        watch.pings = 0;
        watch.phase = phase;
    }
    state.with_guard(|guarded| {
        if phase != before {
            if before != Phase::None {
                guarded.phases[before as usize] -= 1;
            }
            if phase != Phase::None {
                guarded.phases[phase as usize] += 1;
            }
        }
    });
    if let Some((at_ms, _)) = due(state, conn) {
        enter(state, conn, at_ms);
    }
    count_buffers(state, conn);
    private.at_rest = phase != Phase::InHandler
        && !private.tls_unread
        && private.interest == Interest { input: true, output: false };
}

/// When time is up for `conn`, and by which option.
fn due(state: State, conn: Conn) -> Option<(u64, Deadline)> {
    let private = conn.private();
    // A datagram socket has no peer that could fall silent, whatever `io_timeout_scope` says.
    if conn.is(flags::UDP) && private.watch.phase == Phase::Other {
        return None;
    }
    state.with_guard(|guarded| deadline::due(&private.watch, private.last_io_ms, &guarded.settings))
}

/// Has `conn` looked at by `at_ms`, unless it is entered for a time before that.
fn enter(state: State, conn: Conn, at_ms: u64) {
    let watch = &mut conn.private().watch;
    if watch.check_at_ms != 0 && watch.check_at_ms <= at_ms {
        return;
    }
    let at_ms = at_ms.max(1);
    if state.with_guard(|guarded| guarded.schedule.push(at_ms, conn.id())) {
        watch.check_at_ms = at_ms;
    }
}

/// Takes note of the memory that the buffers of `conn` hold.
#[inline]
pub(crate) fn count_buffers(state: State, conn: Conn) {
    let held = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let [recv, send] = conn.buffer_sizes().map(held);
    let [counted_recv, counted_send] = conn.private().counted_bytes;
    if (recv, send) == (counted_recv, counted_send) || conn.private().origin == Origin::Uncounted {
        return;
    }
    conn.private().counted_bytes = [recv, send];
    state.with_guard(|guarded| {
        let stats = &mut guarded.stats;
        let recv = stats.recv_bytes + u64::from(recv) - u64::from(counted_recv);
        let send = stats.send_bytes + u64::from(send) - u64::from(counted_send);
        stats.set_buffers(recv, send);
    });
}

/// Enters all connections anew: an option that deadlines depend on has changed.
pub(crate) fn reschedule(state: State) {
    for conn in state.all() {
        conn.private().watch.check_at_ms = 0;
    }
    state.with_guard(|guarded| guarded.schedule = Default::default());
    for conn in state.all() {
        if conn.private().origin != Origin::Uncounted && !conn.is_dead() {
            settle(state, conn);
        }
    }
}

/// When the next deadline is, in milliseconds.
pub(crate) fn next_deadline(state: State) -> Option<u64> {
    state.with_guard(|guarded| guarded.schedule.next_ms())
}

/// Closes connections whose time is up.
pub(crate) fn expire(state: State) {
    let now = state.now();
    while let Some((at_ms, id)) = state.with_guard(|guarded| guarded.schedule.pop_due(now)) {
        let conn = state.find(id).filter(|conn| conn.private().watch.check_at_ms == at_ms);
        let Some(conn) = conn.filter(|conn| !conn.is_dead()) else { continue };
        conn.private().watch.check_at_ms = 0;
        if conn.is(flags::CLOSING) {
            continue;
        }
        settle_unvisited(state, conn);
        match due(state, conn) {
            Some((due_ms, _)) if due_ms <= now && is_being_taken(state, conn, now) => {
                settle(state, conn);
            }
            Some((due_ms, deadline)) if due_ms <= now => time_out(state, conn, deadline),
            Some((due_ms, _)) => enter(state, conn, due_ms),
            None => {}
        }
    }
}

/// The program may have changed a connection that was not visited since.
fn settle_unvisited(state: State, conn: Conn) {
    if phase_of(conn) != conn.private().watch.phase {
        settle(state, conn);
    }
}

/// True if time is not up for output of `conn` that waits: the peer takes it, slowly, or has not been
/// seen idle for long enough.
fn is_being_taken(state: State, conn: Conn, now: u64) -> bool {
    let watch = &mut conn.private().watch;
    watch.phase == Phase::Sending
        && state.with_guard(|guarded| {
            !watch.look(socket::unacknowledged(conn.fd()), now, &guarded.settings)
        })
}

/// Time is up for `conn`.
fn time_out(state: State, conn: Conn, deadline: Deadline) {
    rounds::touch(state, conn);
    if deadline == Deadline::Drain {
        return leave(state, conn);
    }
    if deadline == Deadline::WebSocket && conn.private().watch.pings < MAX_PINGS {
        return ping(state, conn);
    }
    let is_answered = match deadline {
        Deadline::Header => conn.private().watch.phase == Phase::ReadingHeader,
        Deadline::Body | Deadline::Request => true,
        _ => false,
    };
    let intent = Intent {
        action: mg_guard_action::MG_GUARD_TIMEOUT as i32,
        status: if is_answered { 408 } else { 0 },
        option: options::spec(deadline.option()).c_name,
        peer: conn.rem(),
        request: core::ptr::null_mut(),
    };
    if !may_act(state, conn, &intent) {
        // Spared: its time starts again.
        conn.private().watch.note_progress(state.now());
        conn.private().watch.request_ms = state.now();
        conn.private().last_io_ms = state.now();
        if !conn.is_dead() {
            settle(state, conn);
        }
        return;
    }
    if conn.is_dead() {
        return;
    }
    state.with_guard(|guarded| {
        let stats = &mut guarded.stats;
        *match deadline {
            Deadline::Io => &mut stats.timeout_io,
            Deadline::Header => &mut stats.timeout_header,
            Deadline::Body => &mut stats.timeout_body,
            Deadline::Request => &mut stats.timeout_request,
            Deadline::KeepAlive => &mut stats.timeout_keep_alive,
            Deadline::WebSocket => &mut stats.timeout_websocket,
            Deadline::Tarpit | Deadline::Drain => return,
        } += 1;
    });
    if is_answered {
        refuse::and_close(state, conn, 408);
    } else if deadline == Deadline::Io {
        fail(conn, format_args!("MG_IO_TIMEOUT"));
    } else {
        conn.set(flags::CLOSING);
    }
}

/// While the manager drains, an idle connection closes; not if something has come for it meanwhile.
fn leave(state: State, conn: Conn) {
    if conn.private().watch.phase != Phase::WebSocket && socket::is_readable(conn.fd()) {
        conn.private().watch.since_ms = state.now();
        return settle(state, conn);
    }
    // At once, so that nothing comes between the look and the end.
    close(state, conn);
}

/// Asks a quiet WebSocket peer whether it is there.
fn ping(state: State, conn: Conn) {
    let watch = &mut conn.private().watch;
    watch.pings += 1;
    watch.since_ms = state.now();
    ws::send::frame(conn, b"", 0, opcode::PING.into());
    let interval_ms = state.number(Name::WebsocketPingMs);
    enter(state, conn, state.now().saturating_add(interval_ms));
}
