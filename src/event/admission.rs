//! Who is let in, and who has to go for it.

use core::ffi::c_int;
use core::net::IpAddr;

use super::conn::{Conn, Kind, Origin};
use super::guarded::{Intent, may_act};
use super::state::State;
use super::{close, linger};
use crate::abi::guard::mg_guard_action;
use crate::abi::types::{flags, mg_addr, mg_connection};
use crate::guard::address::{PeerKey, peer_key};
use crate::guard::deadline::{Phase, Watch};
use crate::guard::evict::{
    Candidate, Class, MIN_AGE_CROWDED_MS, MIN_AGE_MS, STALLED_MS, STALLED_RATE,
};
use crate::guard::options::{self, Name, choice};
use crate::http::{engine, refuse};
use crate::mqtt::receive;
use crate::sys::socket;

/// How old the candidates of a walk may be, in milliseconds.
const WALK_LIFE_MS: u64 = 50;

/// How long accepting rests when nobody can be evicted, in milliseconds.
pub(crate) const BARREN_REST_MS: u64 = 50;

/// What an address is, as far as it is known.
pub(crate) fn ip_of(addr: &mg_addr) -> IpAddr {
    addr.to_ip()
}

/// Whether there is room for one more connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// There is.
    Free,
    /// There is if the most expendable connection goes.
    AfterEviction,
    /// There is none; the peer is to be told so.
    Reject,
    /// There is none; peers wait.
    Queue,
}

/// True at the limit of connections or of memory.
pub(crate) fn is_full(state: State) -> bool {
    let lingering = state.with_lingerers(|lingerers| lingerers.len());
    state.with_guard(|guarded| {
        guarded.connections().saturating_add(lingering) >= guarded.max_connections
    }) || is_out_of_memory(state)
}

fn is_out_of_memory(state: State) -> bool {
    state.with_guard(|guarded| {
        let limit = guarded.settings.number(Name::MaxMemory);
        limit > 0 && guarded.memory() >= limit
    })
}

/// True if `conn` should not be read from for the sake of `max_memory`: the largest consumers pause
/// at three quarters of it, all that need more memory at the end.
pub(crate) fn pauses_reading(state: State, conn: Conn) -> bool {
    let limit = state.number(Name::MaxMemory);
    if limit == 0 {
        return false;
    }
    let held = state.with_guard(|guarded| guarded.memory());
    let needs_more = held >= limit && conn.is_recv_full();
    needs_more || held >= limit / 4 * 3 && is_large_consumer(state, conn)
}

/// True if `conn` holds more than a quarter of its fair share of `max_memory`, and not just a little.
pub(crate) fn is_large_consumer(state: State, conn: Conn) -> bool {
    const LITTLE: u64 = 64 << 10;
    let [recv, send] = conn.buffer_sizes();
    let limit = state.number(Name::MaxMemory);
    let connections = state.with_guard(|guarded| guarded.connections()).max(1) as u64;
    recv.saturating_add(send) as u64 > (limit / (4 * connections)).max(LITTLE)
}

/// True if listeners are not to be watched: peers wait in the kernel's queue.
pub(crate) fn is_queueing(state: State) -> bool {
    let policy = state.number(Name::FullPolicy);
    is_full(state)
        && (policy == choice::QUEUE
            || policy == choice::REJECT_CONNECTION && is_out_of_memory(state))
}

/// True if nobody is turned away for who he is or for coming too often.
pub(crate) fn is_open_to_all(state: State) -> bool {
    state.with_guard(|guarded| {
        guarded.access_list.is_empty()
            && guarded.connect_rate.is_off()
            && guarded.settings.number(Name::MaxConnectionsPerIp) == 0
    })
}

/// Whether somebody may come in now.
pub(crate) fn room(state: State) -> Room {
    if !is_full(state) {
        return Room::Free;
    }
    let room = match state.number(Name::FullPolicy) {
        choice::EVICT if expendable(state).is_some() => Room::AfterEviction,
        choice::REJECT_CONNECTION if !is_out_of_memory(state) => Room::Reject,
        _ => Room::Queue,
    };
    if room == Room::Queue {
        begin_full(state);
    }
    room
}

/// Accepting stops because the manager is full.
pub(crate) fn begin_full(state: State) {
    let now = state.now().max(1);
    state.with_guard(|guarded| {
        if guarded.full_since_ms == 0 {
            guarded.full_since_ms = now;
            guarded.stats.full_episodes += 1;
        }
    });
}

/// Takes note of it when the manager is not full any more.
pub(crate) fn end_full(state: State) {
    if state.with_guard(|guarded| guarded.full_since_ms == 0) || is_full(state) {
        return;
    }
    let now = state.now();
    state.with_guard(|guarded| {
        let since_ms = core::mem::take(&mut guarded.full_since_ms);
        guarded.stats.full_ms += now.saturating_sub(since_ms);
    });
}

/// What is to be done with a peer that was accepted by the kernel.
pub(crate) enum Verdict {
    /// It becomes a connection.
    Welcome,
    /// It is closed.
    Refuse,
    /// It waits unread, then is closed.
    Tarpit,
}

/// Looks at a peer at the door, before anything is read.
pub(crate) fn judge(state: State, listener: Conn, peer: &mg_addr) -> Verdict {
    let ip = ip_of(peer);
    let key = peer_key(&ip);
    let (is_allowed, is_privileged, count) = state.with_guard(|guarded| {
        let count = guarded.per_ip.get(&key).copied().unwrap_or(0);
        (guarded.access_list.allows(&ip), guarded.priority.contains(&ip), count)
    });
    let refuse = |option: Name, action: mg_guard_action| {
        let (action, request) = (action as i32, core::ptr::null_mut());
        let option = options::spec(option).c_name;
        may_act(state, listener, &Intent { action, status: 0, option, peer: *peer, request })
    };
    if !is_allowed && refuse(Name::AccessControlList, mg_guard_action::MG_GUARD_REFUSE) {
        state.with_guard(|guarded| guarded.stats.refused_acl += 1);
        return Verdict::Refuse;
    }
    if is_privileged {
        return Verdict::Welcome;
    }
    let per_ip = state.number(Name::MaxConnectionsPerIp);
    if per_ip > 0
        && u64::from(count) >= per_ip
        && refuse(Name::MaxConnectionsPerIp, mg_guard_action::MG_GUARD_REFUSE)
    {
        state.with_guard(|guarded| guarded.stats.refused_per_ip += 1);
        return Verdict::Refuse;
    }
    let now = state.now();
    let is_too_often = state.with_guard(|guarded| {
        let rate = guarded.connect_rate;
        guarded.connect_buckets.take(key, now, &rate).is_err()
    });
    if is_too_often && refuse(Name::ConnectRate, mg_guard_action::MG_GUARD_RATE_LIMIT) {
        state.with_guard(|guarded| guarded.stats.refused_rate += 1);
        return if may_tarpit(state) { Verdict::Tarpit } else { Verdict::Refuse };
    }
    Verdict::Welcome
}

/// True if one more connection may be kept unread.
fn may_tarpit(state: State) -> bool {
    state.number(Name::OverRate) == choice::TARPIT
        && state.with_guard(|guarded| {
            let tarpitted = guarded.phases[Phase::Tarpitted as usize] as usize;
            tarpitted < guarded.max_connections / 10
        })
}

/// Counts `conn` for the address of its peer.
pub(crate) fn count_address(state: State, conn: Conn) {
    let key = peer_key(&ip_of(&conn.rem()));
    count_key(state, conn, key);
}

fn count_key(state: State, conn: Conn, key: PeerKey) {
    if state.number(Name::MaxConnectionsPerIp) == 0 {
        return;
    }
    state.with_guard(|guarded| {
        let has_room =
            guarded.per_ip.try_reserve(1).is_ok() && guarded.counted_for.try_reserve(1).is_ok();
        if has_room && guarded.counted_for.insert(conn.id(), key).is_none() {
            *guarded.per_ip.entry(key).or_insert(0) += 1;
        }
    });
}

/// Counts all connections by address, after `max_connections_per_ip` was switched on or off.
pub(crate) fn recount_addresses(state: State) {
    state.with_guard(|guarded| {
        guarded.per_ip.clear();
        guarded.counted_for.clear();
    });
    for conn in state.all() {
        if conn.private().origin == Origin::Accepted {
            count_address(state, conn);
        }
    }
}

/// A full server's word to a peer: closes the descriptor, after a 503 if it speaks HTTP in the clear.
pub(crate) fn turn_away(state: State, listener: Conn, fd: c_int, peer: &mg_addr) -> bool {
    let intent = Intent {
        action: mg_guard_action::MG_GUARD_REFUSE as i32,
        status: 503,
        option: options::spec(Name::MaxConnections).c_name,
        peer: *peer,
        request: core::ptr::null_mut(),
    };
    if !may_act(state, listener, &intent) {
        return false;
    }
    refuse_full(state, listener, fd);
    true
}

/// [`turn_away`] without asking anybody.
pub(crate) fn refuse_full(state: State, listener: Conn, fd: c_int) {
    state.with_guard(|guarded| guarded.stats.refused_full += 1);
    if listener.has_protocol(engine::http_handler) && !listener.is(flags::TLS) {
        let _ = socket::send(fd, refuse::SERVICE_UNAVAILABLE); // It is closed in any case.
        state.with_guard(|guarded| {
            guarded.stats.count_rejection(503);
            guarded.stats.count_response(503);
            guarded.stats.bytes_out += refuse::SERVICE_UNAVAILABLE.len() as u64;
        });
        linger::linger(state, fd);
    } else {
        socket::close(fd);
    }
}

/// The connection that would be evicted next.
fn expendable(state: State) -> Option<Conn> {
    let now = state.now();
    for is_fresh_walk in [false, true] {
        let age_ms = now.saturating_sub(state.with_guard(|guarded| guarded.walked_ms));
        if is_fresh_walk || age_ms > WALK_LIFE_MS {
            if is_fresh_walk && age_ms < BARREN_REST_MS / 2 && now > 0 {
                return None; // It was in vain a moment ago.
            }
            walk(state, now);
        }
        while let Some(candidate) = state.with_guard(|guarded| guarded.candidates.take()) {
            let conn = state.find(candidate.id).filter(|conn| !conn.is_dead());
            if let Some(conn) = conn.filter(|conn| class_of(state, *conn, now).is_some()) {
                // It stays the next one until it is evicted.
                state.with_guard(|guarded| guarded.candidates.put_back(candidate));
                return Some(conn);
            }
        }
    }
    None
}

/// Collects candidates.
fn walk(state: State, now: u64) {
    state.with_guard(|guarded| {
        guarded.walked_ms = now;
        guarded.candidates.clear();
    });
    for conn in state.all() {
        if let Some((class, since_ms)) = class_of(state, conn, now) {
            let candidate = Candidate { class, since_ms, id: conn.id() };
            state.with_guard(|guarded| guarded.candidates.offer(candidate));
        }
    }
    state.with_guard(|guarded| guarded.candidates.finish());
}

/// How expendable `conn` is, and since when; `None` if it may not be evicted.
fn class_of(state: State, conn: Conn, now: u64) -> Option<(Class, u64)> {
    let private = conn.private();
    if private.origin != Origin::Accepted || conn.is_dead() || conn.is(flags::CLOSING) {
        return None;
    }
    let watch = &private.watch;
    let io_timeout_ms = state.number(Name::IoTimeoutMs);
    let quiet_ms = now.saturating_sub(private.last_io_ms.max(watch.since_ms));
    let is_quiet = io_timeout_ms > 0 && quiet_ms >= io_timeout_ms;
    let is_http =
        conn.has_protocol(engine::http_handler) || crate::http::stream::is_streaming(conn);
    let class = match watch.phase {
        Phase::Tarpitted => Class::Tarpitted,
        // While there is a crowd at the door, those wait who have not asked for anything yet.
        Phase::KeepAliveIdle if is_crowded(state) => return None,
        Phase::KeepAliveIdle => Class::KeepAlive,
        Phase::Connecting | Phase::Handshaking | Phase::AwaitingRequest => Class::NoHead,
        Phase::ReadingHeader if private.http_heads == 0 => Class::NoHead,
        Phase::ReadingBody if private.http_heads <= 1 => Class::FirstBody,
        Phase::Other if !conn.has_protocol(receive::mqtt_handler) && is_quiet => Class::Quiet,
        // The program sent a response of its own and said that it is complete.
        Phase::InHandler if !conn.is(flags::RESP) && is_quiet => Class::Quiet,
        Phase::Sending if is_http && is_stalled(watch, now) => Class::Stalled,
        _ => return None,
    };
    let is_young = matches!(class, Class::NoHead | Class::FirstBody)
        && now.saturating_sub(watch.since_ms) <= min_age_ms(state, watch.phase);
    let is_privileged = state.with_guard(|guarded| {
        !guarded.priority.is_empty() && guarded.priority.contains(&ip_of(&conn.rem()))
    });
    (!is_young && !is_privileged).then_some((class, watch.since_ms))
}

/// True if the peer takes its response too slowly to hold a slot that others want.
fn is_stalled(watch: &Watch, now: u64) -> bool {
    let sending_ms = now.saturating_sub(watch.request_ms);
    sending_ms >= STALLED_MS
        && u64::from(watch.body_bytes).saturating_mul(1000)
            < sending_ms.saturating_mul(STALLED_RATE)
}

/// How old a connection without a request must be to be expendable. When they hold half of all
/// slots, which honest clients never do for long, newcomers need not wait a second.
fn min_age_ms(state: State, phase: Phase) -> u64 {
    match phase {
        _ if !is_crowded(state) => MIN_AGE_MS,
        // A handshake takes several round trips, while a request follows the connection at once.
        Phase::Handshaking => 3 * MIN_AGE_CROWDED_MS,
        _ => MIN_AGE_CROWDED_MS,
    }
}

/// True if at least half of the slots are held by peers that never completed a request.
fn is_crowded(state: State) -> bool {
    const WITHOUT_REQUEST: [Phase; 4] =
        [Phase::Connecting, Phase::Handshaking, Phase::AwaitingRequest, Phase::ReadingHeader];
    state.with_guard(|guarded| {
        let held: u64 = WITHOUT_REQUEST.iter().map(|phase| guarded.phases[*phase as usize]).sum();
        held.saturating_mul(2) >= guarded.connections() as u64
    })
}

/// Closes the most expendable connection. False if there is none.
pub(crate) fn evict(state: State) -> bool {
    while let Some(conn) = expendable(state) {
        state.with_guard(|guarded| guarded.candidates.take());
        let intent = Intent {
            action: mg_guard_action::MG_GUARD_EVICT as i32,
            status: 0,
            option: options::spec(Name::MaxConnections).c_name,
            peer: conn.rem(),
            request: core::ptr::null_mut(),
        };
        if may_act(state, conn, &intent) {
            if !conn.is_dead() {
                state.with_guard(|guarded| guarded.stats.evicted += 1);
                close::close(state, conn);
            }
            return true;
        }
    }
    false
}

/// Makes a connection of an accepted descriptor that is only kept waiting. Its handlers hear nothing
/// of it.
pub(crate) fn tarpit(state: State, fd: c_int, peer: &mg_addr) {
    let Some(conn) = Conn::alloc(state) else {
        return socket::close(fd);
    };
    conn.set_fd(fd);
    conn.set_rem(*peer);
    conn.private().kind = Kind::Tarpit;
    conn.private().own_socket = true;
    conn.set(flags::ACCEPTED);
    conn.link();
    super::guarded::enroll(state, conn, Origin::Accepted);
    super::phases::settle(state, conn);
}

/// The list of a manager's connections, read while nothing is added or removed.
pub(crate) struct All(pub(crate) *mut mg_connection);

impl Iterator for All {
    type Item = Conn;

    fn next(&mut self) -> Option<Conn> {
        // SAFETY: list members are live connections of this manager, and the list does not change
        // while it is walked (see the type).
        let conn = unsafe { Conn::from_ptr(self.0) }?;
        self.0 = conn.next();
        Some(conn)
    }
}
