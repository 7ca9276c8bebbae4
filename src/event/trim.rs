//! Giving memory back to the system.
//!
//! Buffers that were released stay with the C library, which gives back by itself only what lies at
//! the end of its heap. After a crowd has gone that may be hundreds of megabytes.

use super::state::State;
use crate::sys::memory;

/// Less is not worth the time, which is some milliseconds for each hundred megabytes.
const WORTH: u64 = 32 << 20;

/// How long nothing more is given back, in milliseconds: crowds may come and go.
const PAUSE_MS: u64 = 10_000;

/// How much buffers held.
#[derive(Default)]
pub(crate) struct Trim {
    /// The most bytes since memory was given back.
    peak: u64,
    /// How many bytes they were last.
    held: u64,
    /// When that was, in milliseconds.
    given_back_ms: Option<u64>,
}

impl Trim {
    /// Takes note that buffers hold `held` bytes. True if memory is to be given back now: not while
    /// there is work to do (`is_busy`), nor while still more is released.
    fn note(&mut self, held: u64, is_busy: bool, now_ms: u64) -> bool {
        self.peak = self.peak.max(held);
        let is_falling = core::mem::replace(&mut self.held, held) > held;
        let rests = self.given_back_ms.is_none_or(|at| now_ms.saturating_sub(at) >= PAUSE_MS);
        let is_due = !is_busy && !is_falling && self.peak - held >= WORTH && rests;
        if is_due {
            *self = Trim { peak: held, held, given_back_ms: Some(now_ms) };
        }
        is_due
    }
}

/// Gives memory back if much was released lately and no connection had work.
pub(crate) fn give_back(state: State, is_busy: bool) {
    let now_ms = state.now();
    let is_due = state.with_guard(|guarded| {
        let held = guarded.stats.recv_bytes + guarded.stats.send_bytes;
        guarded.trim.note(held, is_busy, now_ms)
    });
    if is_due {
        memory::give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_memory_is_given_back_in_quiet_times() {
        let mut trim = Trim::default();
        for (held, is_busy, now_ms, expected) in [
            (0, false, 0, false),
            (WORTH, true, 10, false),
            (2 * WORTH, true, 20, false),
            (WORTH + 1, false, 30, false),
            (WORTH, false, 35, false),
            (WORTH, true, 40, false),
            (WORTH, false, 50, true),
            (WORTH, false, 60, false),
            (0, false, 70, false),
            (0, false, 80, false),
            (0, false, 49 + PAUSE_MS, false),
            (0, false, 50 + PAUSE_MS, true),
            (0, false, 50 + 2 * PAUSE_MS, false),
        ] {
            assert_eq!(trim.note(held, is_busy, now_ms), expected, "{held} {now_ms}");
        }
    }
}
