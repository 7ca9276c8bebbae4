//! Timers and the clock.
//!
//! A timer list is the program's: callbacks may add timers, unlink and free any of them, their own
//! included. So a poll uses no pointer after a callback without finding it in the list again, and
//! taking a timer out moves on the polls that stand on it ([`Walk`]).

use core::cell::Cell;
use core::ffi::{c_uint, c_void};
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};

use super::hooks::mg_millis;
use super::mem::{calloc, mg_free};
use super::panics::exported;
use super::types::{mg_mgr, mg_timer};

/// Call once.
pub const MG_TIMER_ONCE: c_uint = 0;
/// Call again and again.
pub const MG_TIMER_REPEAT: c_uint = 1;
/// Also call at the first poll.
pub const MG_TIMER_RUN_NOW: c_uint = 2;
/// The timer has been called; set by the library.
pub const MG_TIMER_CALLED: c_uint = 4;
/// Remove and free the timer after its only call.
pub const MG_TIMER_AUTODELETE: c_uint = 8;

/// The clock, in milliseconds: mg_millis() or what the program put in its place.
pub(crate) fn now_ms() -> u64 {
    // SAFETY: no preconditions.
    unsafe { mg_millis() }
}

/// What to add to mg_millis() to get milliseconds since 1970; 0 until the program or an SNTP
/// exchange sets it.
#[unsafe(no_mangle)]
pub static mut mg_boot_timestamp_ms: u64 = 0;

/// Current time in milliseconds: mg_millis() plus `mg_boot_timestamp_ms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_now() -> u64 {
    exported("mg_now", 0, || {
        // SAFETY: the object is a static that the library only accesses atomically.
        let boot = unsafe { AtomicU64::from_ptr(&raw mut mg_boot_timestamp_ms) };
        now_ms().wrapping_add(boot.load(Ordering::Relaxed))
    })
}

/// A periodic deadline: tells whether it has passed, and the next one.
///
/// Small delays do not accumulate; after a long one, or when the clock went back, the phase starts
/// anew. A deadline of 0 is armed first.
pub fn expired(deadline: u64, period: u64, now: u64) -> (bool, u64) {
    let next = now.saturating_add(period);
    if period == 0 {
        (true, now)
    } else if deadline == 0 || deadline > next {
        (false, next)
    } else if deadline > now {
        (false, deadline)
    } else if now - deadline > period {
        (true, next)
    } else {
        (true, deadline.saturating_add(period))
    }
}

/// Tells whether the periodic deadline in `*expiration` has passed at `now`, and moves it on.
///
/// All in milliseconds. Start with 0: the first call arms it. `period` 0 is always due. False for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_timer_expired(expiration: *mut u64, period: u64, now: u64) -> bool {
    exported("mg_timer_expired", false, || {
        if expiration.is_null() {
            return false;
        }
        // SAFETY: rule 5.
        let (due, next) = expired(unsafe { expiration.read() }, period, now);
        // SAFETY: rule 5.
        unsafe { expiration.write(next) };
        due
    })
}

/// Fills in `timer`, which must not be in a list, and puts it at the head of the list `head`.
///
/// `fn(arg)` is called from mg_timer_poll() when `milliseconds` have passed; `flags` are
/// MG_TIMER_* bits. The timer stays the caller's unless it has MG_TIMER_AUTODELETE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_timer_init(
    head: *mut *mut mg_timer,
    timer: *mut mg_timer,
    milliseconds: u64,
    flags: c_uint,
    r#fn: Option<unsafe extern "C" fn(arg: *mut c_void)>,
    arg: *mut c_void,
) {
    exported("mg_timer_init", (), || {
        if head.is_null() || timer.is_null() {
            return;
        }
        // SAFETY: rule 1: `timer` is writable, `head` is a list head.
        unsafe {
            let next = head.read();
            timer.write(mg_timer { period_ms: milliseconds, expire: 0, flags, r#fn, arg, next });
            head.write(timer);
        }
    })
}

/// Takes `timer` out of the list `head`; a timer that is not there is left alone. Memory is not
/// released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_timer_free(head: *mut *mut mg_timer, timer: *mut mg_timer) {
    exported("mg_timer_free", (), || {
        // SAFETY: rule 1; `timer` is only compared until it is found in the list.
        unsafe {
            if let Some(link) = find(head, timer) {
                take_out(link, timer);
            }
        }
    })
}

/// The link in the list that points to `timer`.
unsafe fn find(head: *mut *mut mg_timer, timer: *mut mg_timer) -> Option<*mut *mut mg_timer> {
    if head.is_null() || timer.is_null() {
        return None;
    }
    let mut link = head;
    // SAFETY: rule 1: all members of the list are live timers.
    unsafe {
        while !(*link).is_null() {
            if *link == timer {
                return Some(link);
            }
            link = &raw mut (**link).next;
        }
    }
    None
}

/// Calls the timers of the list `head` that are due at `new_ms`, newest first, each at most once.
///
/// A callback may add timers, which are first looked at in the next poll, and may take any timer
/// out of the list and free it, also its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_timer_poll(head: *mut *mut mg_timer, new_ms: u64) {
    exported("mg_timer_poll", (), || {
        // SAFETY: rules 1 and 7.
        unsafe { poll(head, new_ms) };
    })
}

unsafe fn poll(head: *mut *mut mg_timer, now_ms: u64) {
    if head.is_null() {
        return;
    }
    // SAFETY: rule 1.
    let mut timer = unsafe { head.read() };
    while !timer.is_null() {
        // SAFETY: `timer` is in the list now, so it is live.
        timer = unsafe { if arm(timer, now_ms) { fire(head, timer) } else { (*timer).next } };
    }
}

/// A poll that has a callback on the stack. Polls nest when a callback polls.
struct Walk {
    /// The timer whose callback runs; NULL once it was taken out.
    current: Cell<*mut mg_timer>,
    /// The timer to look at next; moves on when that one is taken out.
    next: Cell<*mut mg_timer>,
    /// The poll around this one.
    outer: *const Walk,
}

thread_local! {
    /// The innermost poll of this thread that has a callback on the stack.
    static INNERMOST: Cell<*const Walk> = const { Cell::new(ptr::null()) };
}

impl Walk {
    /// Runs `callback` with this walk known to [`take_out`].
    fn during(&self, callback: impl FnOnce()) {
        INNERMOST.set(self);
        callback();
        INNERMOST.set(self.outer);
    }
}

/// Takes `timer`, to which `link` points, out of its list and out of all polls under way.
unsafe fn take_out(link: *mut *mut mg_timer, timer: *mut mg_timer) {
    // SAFETY: the caller's obligation: `timer` is in a list, so it is live.
    let next = unsafe { (*timer).next };
    // SAFETY: as above.
    unsafe { link.write(next) };
    let mut walk = INNERMOST.get();
    // SAFETY: the walks are on the stack of this thread, each longer than those inside it.
    while let Some(active) = unsafe { walk.as_ref() } {
        if active.current.get() == timer {
            active.current.set(ptr::null_mut());
        }
        if active.next.get() == timer {
            active.next.set(next);
        }
        walk = active.outer;
    }
}

/// Moves the deadline on and tells whether the timer is due.
unsafe fn arm(timer: *mut mg_timer, now_ms: u64) -> bool {
    // SAFETY: the caller's obligation: `timer` is live.
    unsafe {
        let (flags, expire) = ((*timer).flags, (*timer).expire);
        let first = flags & MG_TIMER_RUN_NOW != 0 && expire == 0 && flags & MG_TIMER_CALLED == 0;
        let (passed, deadline) = expired(expire, (*timer).period_ms, now_ms);
        (*timer).expire = deadline;
        passed || first
    }
}

/// Calls a due timer and returns the one to look at next.
unsafe fn fire(head: *mut *mut mg_timer, timer: *mut mg_timer) -> *mut mg_timer {
    // SAFETY: the caller's obligation: `timer` is in the list.
    let (flags, callback, arg, next) =
        unsafe { ((*timer).flags, (*timer).r#fn, (*timer).arg, (*timer).next) };
    let walk = Walk { current: Cell::new(timer), next: Cell::new(next), outer: INNERMOST.get() };
    // SAFETY: `timer` is live until the callback runs; CALLED is set before, as it may be gone then.
    unsafe { (*timer).flags |= MG_TIMER_CALLED };
    if let (Some(callback), true) =
        (callback, flags & MG_TIMER_REPEAT != 0 || flags & MG_TIMER_CALLED == 0)
    {
        // SAFETY: rule 7.
        walk.during(|| unsafe { callback(arg) });
    }
    // SAFETY: rule 1: the list is intact after the callback, so what is found in it is live.
    unsafe {
        delete_if_done(head, walk.current.get());
        // A program may also have changed the list by hand.
        if find(head, walk.next.get()).is_some() { walk.next.get() } else { ptr::null_mut() }
    }
}

/// Releases `timer` if it is in the list still and was to be called only once.
unsafe fn delete_if_done(head: *mut *mut mg_timer, timer: *mut mg_timer) {
    // SAFETY: rule 1: what is found in the list is live. An AUTODELETE timer came from `mg_calloc`
    // and belongs to the library.
    unsafe {
        if let Some(link) = find(head, timer)
            && (*timer).flags & (MG_TIMER_AUTODELETE | MG_TIMER_REPEAT) == MG_TIMER_AUTODELETE
        {
            take_out(link, timer);
            mg_free(timer.cast());
        }
    }
}

/// Allocates a timer, see mg_timer_init(), and adds it to the timers of `mgr`.
///
/// A timer that does not repeat frees itself after its call; others live until mg_mgr_free(), or
/// until the program takes them out with mg_timer_free() and frees them with mg_free(). NULL when
/// memory runs out or `mgr` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_timer_add(
    mgr: *mut mg_mgr,
    milliseconds: u64,
    flags: c_uint,
    r#fn: Option<unsafe extern "C" fn(arg: *mut c_void)>,
    arg: *mut c_void,
) -> *mut mg_timer {
    exported("mg_timer_add", core::ptr::null_mut(), || {
        if mgr.is_null() {
            return ptr::null_mut();
        }
        let timer: *mut mg_timer = calloc(size_of::<mg_timer>()).cast();
        if !timer.is_null() {
            let flags = flags | MG_TIMER_AUTODELETE;
            // SAFETY: rule 1, and a fresh block.
            unsafe {
                mg_timer_init(&raw mut (*mgr).timers, timer, milliseconds, flags, r#fn, arg);
            }
        }
        timer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch01_49_52_deadlines() {
        let mut e = 0;
        let calls = [0, 9, 10, 15, 25, 60, 69, 70, 5, 14, 15];
        let want = [0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1];
        let after = [10, 10, 20, 20, 30, 70, 70, 80, 15, 15, 25];
        for (i, now) in calls.into_iter().enumerate() {
            // SAFETY: a live variable.
            let due = unsafe { mg_timer_expired(&raw mut e, 10, now) };
            assert_eq!((u64::from(due), e), (want[i], after[i]), "call {i}");
        }
        assert_eq!(expired(77, 0, 5), (true, 5), "period 0");
        assert_eq!(expired(10, 10, 1000), (true, 1010), "many periods missed");
        assert_eq!(expired(1, u64::MAX, 10), (true, u64::MAX), "sums saturate");
    }

    /// What a callback does: counts, and takes timers out of the list and frees them.
    struct Job {
        head: *mut *mut mg_timer,
        calls: u32,
        free: Vec<*mut mg_timer>,
        add: bool,
    }

    unsafe extern "C" fn run(arg: *mut c_void) {
        // SAFETY: `arg` is a job that outlives the poll.
        unsafe {
            let job = &mut *arg.cast::<Job>();
            job.calls += 1;
            for t in job.free.drain(..) {
                mg_timer_free(job.head, t);
                mg_free(t.cast());
            }
            if job.add {
                job.add = false;
                add(job.head, arg, MG_TIMER_RUN_NOW | MG_TIMER_AUTODELETE);
            }
        }
    }

    /// Adds an allocated timer with a period of 10 ms.
    unsafe fn add(head: *mut *mut mg_timer, job: *mut c_void, flags: c_uint) -> *mut mg_timer {
        let t: *mut mg_timer = calloc(size_of::<mg_timer>()).cast();
        // SAFETY: a fresh block.
        unsafe { mg_timer_init(head, t, 10, flags, Some(run), job) };
        t
    }

    fn len(mut t: *mut mg_timer) -> usize {
        let mut n = 0;
        while !t.is_null() {
            n += 1;
            // SAFETY: members of the list are live.
            t = unsafe { (*t).next };
        }
        n
    }

    #[test]
    fn ch01_50_51_lists_and_flags() {
        let mut head: *mut mg_timer = ptr::null_mut();
        let h = &raw mut head;
        for (flags, calls, left) in [
            (MG_TIMER_ONCE, [0, 1, 1], 1),
            (MG_TIMER_REPEAT, [0, 1, 2], 1),
            (MG_TIMER_RUN_NOW, [1, 1, 1], 1),
            (MG_TIMER_RUN_NOW | MG_TIMER_REPEAT, [1, 2, 3], 1),
            (MG_TIMER_AUTODELETE, [0, 1, 1], 0),
        ] {
            let mut job = Job { head: h, calls: 0, free: Vec::new(), add: false };
            let arg = (&raw mut job).cast();
            // SAFETY: list, timer and job are live.
            unsafe {
                let t = add(h, arg, flags);
                assert_eq!(*h, t, "the last added comes first");
                for (i, want) in calls.into_iter().enumerate() {
                    mg_timer_poll(h, 100 + 10 * i as u64);
                    assert_eq!(job.calls, want, "flags {flags} poll {i}");
                }
                assert_eq!(len(*h), left);
                if left > 0 {
                    mg_timer_free(h, t);
                    mg_timer_free(h, t);
                    mg_free(t.cast());
                }
            }
        }
    }

    #[test]
    fn ch01_weak_35_callbacks_free_timers() {
        // Which timers the callback of the middle one of five frees, by place from the head.
        for freed in [&[][..], &[2], &[3], &[4], &[2, 3], &[3, 4], &[2, 3, 4]] {
            for adds in [false, true] {
                let mut head: *mut mg_timer = ptr::null_mut();
                let h = &raw mut head;
                let mut quiet = Job { head: h, calls: 0, free: Vec::new(), add: false };
                let mut killer = Job { head: h, calls: 0, free: Vec::new(), add: adds };
                let (q, k) = ((&raw mut quiet).cast(), (&raw mut killer).cast());
                // SAFETY: list, timers and jobs are live.
                unsafe {
                    let flags = MG_TIMER_RUN_NOW | MG_TIMER_AUTODELETE;
                    let mut timers: Vec<_> =
                        (0..5).map(|i| add(h, if i == 2 { k } else { q }, flags)).collect();
                    timers.reverse();
                    killer.free = freed.iter().map(|&i: &usize| timers[i]).collect();
                    mg_timer_poll(h, 100);
                    let behind = 2 - freed.iter().filter(|&&i| i > 2).count() as u32;
                    assert_eq!((quiet.calls, killer.calls), (2 + behind, 1), "{freed:?} {adds}");
                    mg_timer_poll(h, 101);
                    assert_eq!(killer.calls, 1 + u32::from(adds), "added timers run next time");
                    assert_eq!(len(*h), 0);
                }
            }
        }
    }

    #[test]
    fn ch01_53_now() {
        // SAFETY: the only test that writes the variable.
        unsafe {
            mg_boot_timestamp_ms = 1_700_000_000_000;
            let before = mg_millis();
            let now = mg_now() - mg_boot_timestamp_ms;
            assert!((before..=mg_millis()).contains(&now));
            mg_boot_timestamp_ms = 0;
        }
    }
}
