//! Where C enters: no panic, which is a bug of ours, leaves from here into the program.
//!
//! Every exported function runs inside [`exported`] or [`exported_on`], and so does every function
//! whose address C gets, inside [`guard`]. A panic is counted (`panics` in the statistics), the
//! function returns what it returns on failure, and the connection concerned ends with
//! MG_EV_ERROR "internal error".

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::event::state::Scope;

/// Panics stopped at the C edge since the program started.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// How many panics were stopped at the C edge since the program started.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Counts a panic that was stopped.
pub(crate) fn count_panic() {
    PANICS.fetch_add(1, Ordering::Relaxed);
}

/// Runs `f`; a panic inside is counted and turned into `default`.
pub fn guard<R>(default: R, f: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| {
        count_panic();
        default
    })
}

/// Runs `f`, the body of the exported function `name`; after a panic it returns `default`.
#[inline]
pub(crate) fn exported<R>(name: &'static str, default: R, f: impl FnOnce() -> R) -> R {
    guard(default, || {
        may_panic(name);
        f()
    })
}

/// Runs `f`, the body of the exported function `name`, on a connection; `default` without one. A
/// panic inside ends the connection. Nothing that `f` closes is released before it returns.
#[inline]
pub(crate) fn exported_on<R: Copy>(
    name: &'static str,
    conn: Option<Conn>,
    default: R,
    f: impl FnOnce(Conn) -> R,
) -> R {
    let Some(conn) = conn else { return default };
    let _scope = conn.state().map(Scope::enter);
    let done = guard(None, || {
        may_panic(name);
        Some(f(conn))
    });
    done.unwrap_or_else(|| {
        guard((), || fail(conn, format_args!("internal error")));
        default
    })
}

/// Panics if a test has armed the place `name`.
#[inline]
fn may_panic(name: &'static str) {
    #[cfg(feature = "failpoints")]
    crate::failpoint::hit(name);
    #[cfg(not(feature = "failpoints"))]
    let _ = name;
}
