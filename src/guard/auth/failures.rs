//! How often a peer failed to log in within the last minute.

use super::super::address::PeerKey;
use super::super::table::Table;

/// Most peers whose failures are counted.
pub const MAX_PEERS: usize = 16_384;

/// A minute is counted in slots of this many ms.
const SLOT_MS: u64 = 10_000;

/// Slots that cover the running one and a minute before it.
const SLOTS: usize = 7;

/// Failures of each peer, by the time they happened.
///
/// Who has reached the limit is blocked until enough failures are more than a minute ago (to the
/// next 10 s): in no minute a peer has more tries than the limit, in whatever rhythm they come.
///
/// At most [`MAX_PEERS`] are remembered. Each new one makes the table forget some whose failures
/// are long ago; if it is full of others, the one of a few that failed longest ago goes.
pub struct Failures(Table<PeerKey, Minute>);

/// Failures of one peer.
#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    /// Number of the newest slot.
    newest: u64,
    /// Failures in the newest slot and those before it.
    counts: [u16; SLOTS],
}

impl Default for Failures {
    fn default() -> Self {
        Self(Table::new(MAX_PEERS))
    }
}

impl Failures {
    /// Counts a failed attempt of `key`.
    pub fn note_failure(&mut self, key: PeerKey, now_ms: u64) {
        let slot = now_ms / SLOT_MS;
        if let Some(minute) = self.0.get_mut(&key) {
            return minute.note(slot);
        }
        let mut minute = Minute { newest: slot, ..Minute::default() };
        minute.note(slot);
        self.0.insert(key, minute, |other| other.is_over(slot), |other| other.newest);
    }

    /// Whether `key` has failed `max_per_minute` times in the last minute; then the time in ms
    /// until it may try again, at least 1. With `max_per_minute` 0 nobody is ever blocked.
    ///
    /// An attempt while blocked is to be refused without looking at it, and is no failure.
    pub fn is_blocked(&mut self, key: PeerKey, now_ms: u64, max_per_minute: u32) -> Option<u64> {
        let minute = self.0.get_mut(&key).filter(|_| max_per_minute > 0)?;
        minute.move_on(now_ms / SLOT_MS);
        let slots_left = minute.slots_until(max_per_minute)?;
        // A clock that went back a little makes the wait longer.
        let free_at = minute.newest.saturating_add(slots_left).saturating_mul(SLOT_MS);
        Some(free_at.saturating_sub(now_ms).max(1))
    }

    /// Number of peers that are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Minute {
    fn note(&mut self, slot: u64) {
        self.move_on(slot);
        if let Some(count) = self.counts.first_mut() {
            *count = count.saturating_add(1);
        }
    }

    /// Makes `slot` the newest. A clock that goes back by more than a slot starts afresh; by less,
    /// nothing has moved.
    fn move_on(&mut self, slot: u64) {
        let ahead = slot.saturating_sub(self.newest);
        if slot.saturating_add(1) < self.newest || ahead >= SLOTS as u64 {
            *self = Self { newest: slot, ..Self::default() };
        } else if ahead > 0 {
            self.counts.rotate_right(ahead as usize);
            self.counts.iter_mut().take(ahead as usize).for_each(|count| *count = 0);
            self.newest = slot;
        }
    }

    /// After how many slots fewer than `max` failures count; `None` if it is so already.
    fn slots_until(&self, max: u32) -> Option<u64> {
        let mut sum: u32 = self.counts.iter().map(|&count| u32::from(count)).sum();
        // What lies in the oldest slot leaves first.
        let mut slots = 0;
        for &count in self.counts.iter().rev() {
            if sum < max {
                break;
            }
            sum -= u32::from(count);
            slots += 1;
        }
        (slots > 0).then_some(slots)
    }

    fn is_over(&self, slot: u64) -> bool {
        slot.saturating_sub(self.newest) >= SLOTS as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn peer(n: usize) -> PeerKey {
        PeerKey::V4((n as u32).to_be_bytes())
    }

    #[test]
    fn ch08_guessing_is_slowed() {
        let mut failures = Failures::default();
        assert_eq!(failures.is_blocked(peer(1), 0, 1), None);
        for n in 0..20 {
            assert_eq!(failures.is_blocked(peer(1), 1000 + n, 20), None);
            failures.note_failure(peer(1), 1000 + n);
        }
        assert_eq!(failures.is_blocked(peer(1), 1020, 20), Some(68_980));
        assert_eq!(failures.is_blocked(peer(1), 1020, 21), None, "the limit may change");
        assert_eq!(failures.is_blocked(peer(1), 1020, 0), None, "0 is no limit");
        assert_eq!(failures.is_blocked(peer(2), 1020, 20), None, "others are free");
        assert_eq!(failures.is_blocked(peer(1), 69_999, 20), Some(1));
        assert_eq!(failures.is_blocked(peer(1), 70_000, 20), None);
    }

    #[test]
    fn what_is_older_leaves_first() {
        let mut failures = Failures::default();
        for now_ms in [5_000, 15_000, 25_000] {
            failures.note_failure(peer(1), now_ms);
        }
        for (now_ms, max, want) in [
            (25_000, 3, Some(45_000)),
            (25_000, 2, Some(55_000)),
            (25_000, 1, Some(65_000)),
            (25_000, 4, None),
            (70_000, 3, None),
            (70_000, 2, Some(10_000)),
            (80_000, 1, Some(10_000)),
            (90_000, 1, None),
        ] {
            assert_eq!(failures.is_blocked(peer(1), now_ms, max), want, "{now_ms} {max}");
        }
    }

    #[test]
    fn odd_clocks_and_counts() {
        let mut failures = Failures::default();
        failures.note_failure(peer(1), u64::MAX);
        assert_eq!(failures.is_blocked(peer(1), u64::MAX, 1), Some(1));
        assert_eq!(failures.is_blocked(peer(1), 0, 1), None, "far back: afresh");
        failures.note_failure(peer(1), 10_000);
        assert_eq!(failures.is_blocked(peer(1), 9_999, 1), Some(70_001), "a little back: kept");
        for _ in 0..70_000 {
            failures.note_failure(peer(2), 0);
        }
        assert_eq!(failures.is_blocked(peer(2), 0, 65_535), Some(70_000));
    }

    #[test]
    fn the_table_is_bounded() {
        let mut failures = Failures::default();
        assert!(failures.is_empty());
        for n in 0..2 * MAX_PEERS {
            failures.note_failure(peer(n), n as u64);
            assert!(failures.len() <= MAX_PEERS);
        }
        assert!(failures.is_blocked(peer(2 * MAX_PEERS - 1), 2 * MAX_PEERS as u64, 1).is_some());
        for n in 0..MAX_PEERS {
            failures.note_failure(peer(n), 1_000_000 + 100_000 * n as u64);
        }
        assert!(failures.len() < 10, "{}", failures.len());
    }

    proptest! {
        /// Never more than the limit in any minute, and the promise of when to come is kept.
        #[test]
        fn never_too_many_a_minute(
            max in 1u32..6,
            steps in proptest::collection::vec(0u64..40_000, 1..60),
        ) {
            let mut failures = Failures::default();
            let mut now = 0;
            let mut times: Vec<u64> = Vec::new();
            for step in steps {
                now += step;
                if let Some(wait) = failures.is_blocked(peer(0), now, max) {
                    prop_assert!(wait <= 70_000);
                    prop_assert!(failures.is_blocked(peer(0), now + wait - 1, max).is_some());
                    now += wait;
                    prop_assert_eq!(failures.is_blocked(peer(0), now, max), None);
                }
                failures.note_failure(peer(0), now);
                times.push(now);
                let recent = times.iter().filter(|&&t| now - t < 60_000).count();
                prop_assert!(recent <= max as usize);
            }
        }
    }
}
