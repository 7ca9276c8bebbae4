//! Rounds: visits of all connections, and what is visited between them.
//!
//! Normally every iteration is a round. With `poll_event_interval_ms` an iteration between two
//! rounds visits only connections that are ready, new, or [touched](touch), so that it costs nothing
//! to have many others.

use super::conn::Conn;
use super::state::State;
use crate::guard::options::Name;

/// Who is visited when.
#[derive(Default)]
pub(crate) struct Rounds {
    /// Ids of the connections to visit before the next round; each has `due` set.
    due: Vec<u64>,
    /// An empty list for the next time, kept for its capacity.
    spare: Vec<u64>,
    /// When the last round was, in milliseconds.
    last_ms: u64,
    /// `poll_event_interval_ms`; 0: every iteration is a round.
    interval_ms: u64,
    /// Some connection could not be entered for lack of memory: the next iteration is a round.
    is_incomplete: bool,
}

impl Rounds {
    /// True if the iteration at `now` visits everybody.
    fn is_due(&self, now: u64) -> bool {
        now.wrapping_sub(self.last_ms) >= self.interval_ms || self.is_incomplete
    }
}

/// Takes note of the option.
pub(crate) fn set_interval(state: State) {
    let interval_ms = state.number(Name::PollEventIntervalMs);
    state.with_rounds(|rounds| rounds.interval_ms = interval_ms);
}

/// Something happened to `conn` outside of its own visit: it is visited in the next iteration.
#[inline]
pub(crate) fn touch(state: State, conn: Conn) {
    let enters = state.with_rounds(|rounds| rounds.interval_ms > 0) && !state.is_current(conn);
    if enters && !core::mem::replace(&mut conn.private().due, true) {
        enter(state, conn);
    }
}

fn enter(state: State, conn: Conn) {
    state.with_rounds(|rounds| match rounds.due.try_reserve(1) {
        Ok(()) => rounds.due.push(conn.id()),
        Err(_) => rounds.is_incomplete = true,
    });
}

/// Has `conn` visited in the next iteration although its visit is now.
pub(crate) fn visit_next(state: State, conn: Conn) {
    if state.with_rounds(|rounds| rounds.interval_ms > 0) && !conn.is_dead() && !conn.private().due
    {
        conn.private().due = true;
        enter(state, conn);
    }
}

/// True if an iteration need not look at quiet connections. `now` gives the time in milliseconds, and
/// is not asked if every iteration is a round.
pub(crate) fn is_between(state: State, now: impl FnOnce() -> u64) -> bool {
    state.with_rounds(|rounds| rounds.interval_ms > 0 && !rounds.is_due(now()))
        && !state.is_closing()
}

/// True if a connection waits for its visit.
pub(crate) fn has_due(state: State) -> bool {
    state.with_rounds(|rounds| !rounds.due.is_empty() || rounds.is_incomplete)
}

/// Begins the visits of the iteration at `now`: those to visit, to be given back with [`end`], or `None`
/// for everybody.
pub(crate) fn begin(state: State, now: u64) -> Option<Vec<u64>> {
    let is_between = is_between(state, || now);
    let due = state.with_rounds(|rounds| {
        if !is_between {
            (rounds.last_ms, rounds.is_incomplete) = (now, false);
        }
        let spare = core::mem::take(&mut rounds.spare);
        core::mem::replace(&mut rounds.due, spare)
    });
    for conn in due.iter().filter_map(|&id| state.find(id)) {
        conn.private().due = false;
    }
    if is_between {
        return Some(due);
    }
    end(state, due);
    None
}

/// The connections in the list were visited.
pub(crate) fn end(state: State, mut due: Vec<u64>) {
    due.clear();
    state.with_rounds(|rounds| rounds.spare = due);
}
