//! Noticing calls of program code that take too long (`handler_warn_ms`).

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::conn::Conn;
use super::state::State;
use crate::abi::types::mg_connection;
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

/// True if some manager wants to know.
#[inline]
pub(crate) fn is_of_interest() -> bool {
    WATCHERS.load(Ordering::Relaxed) > 0
}

/// Calls a handler of the program; logs and counts it if it takes too long.
#[cold]
pub(crate) fn call(
    conn: Conn,
    handler: unsafe extern "C" fn(*mut mg_connection, c_int, *mut c_void),
    event: c_int,
    data: *mut c_void,
) {
    let begin = Instant::now();
    // SAFETY: rule 7 of the C edge; the memory of the connection is kept while we are at work.
    unsafe { handler(conn.ptr(), event, data) };
    let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Some(state) = State::of(conn.mgr()) else { return };
    let limit_ms = state.number(Name::HandlerWarnMs);
    if limit_ms > 0 && took_ms > limit_ms {
        state.with_guard(|guarded| guarded.stats.slow_handlers += 1);
        crate::error!("{} handler took {took_ms} ms for event {event}", conn.id());
    }
}
