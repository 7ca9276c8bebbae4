//! Noticing calls of program code that take too long (`handler_warn_ms`).

use core::ffi::c_int;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::conn::Conn;
use super::state::State;
use crate::guard::options::Name;

/// How many managers want to know. Without any, nobody looks at the clock.
static WATCHERS: AtomicUsize = AtomicUsize::new(0);

/// A manager begins, or ceases, to want to know.
pub(crate) fn watch(is_on: bool) {
    match is_on {
        true => WATCHERS.fetch_add(1, Ordering::Relaxed),
        false => WATCHERS.fetch_sub(1, Ordering::Relaxed),
    };
}

/// When the call begins; `None` if nobody wants to know.
#[inline]
pub(crate) fn begin(conn: Conn) -> Option<Instant> {
    if WATCHERS.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let state = State::of(conn.mgr())?;
    (state.number(Name::HandlerWarnMs) > 0).then(Instant::now)
}

/// The call has ended: logs and counts it if it took too long.
#[inline]
pub(crate) fn end(conn: Conn, event: c_int, begin: Option<Instant>) {
    let Some(begin) = begin else { return };
    let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Some(state) = State::of(conn.mgr()) else { return };
    let limit_ms = state.number(Name::HandlerWarnMs);
    if limit_ms > 0 && took_ms > limit_ms {
        state.with_guard(|guarded| guarded.stats.slow_handlers += 1);
        crate::error!("{} handler took {took_ms} ms for event {event}", conn.id());
    }
}
