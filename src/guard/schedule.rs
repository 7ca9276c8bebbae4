//! When each connection is to be looked at: a queue of times, earliest first.
//!
//! A connection has at most one entry that counts, the one whose time it remembers; a deadline that
//! moves away costs nothing, because the connection is then looked at too early and entered anew.
//! Only a deadline that comes nearer is entered again, and the entry it replaces is skipped.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Times in milliseconds with connection ids.
#[derive(Debug, Default)]
pub struct Schedule(BinaryHeap<Reverse<(u64, u64)>>);

impl Schedule {
    /// Enters connection `id` for `at_ms`, in O(log n). False if memory is out.
    pub fn push(&mut self, at_ms: u64, id: u64) -> bool {
        if self.0.try_reserve(1).is_err() {
            return false;
        }
        self.0.push(Reverse((at_ms, id)));
        true
    }

    /// The earliest time.
    pub fn next_ms(&self) -> Option<u64> {
        self.0.peek().map(|Reverse((at_ms, _))| *at_ms)
    }

    /// Takes an entry whose time has come: time and id.
    pub fn pop_due(&mut self, now_ms: u64) -> Option<(u64, u64)> {
        if self.next_ms()? > now_ms {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }

    /// Number of entries, skipped ones included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_in_order_of_time() {
        let mut schedule = Schedule::default();
        assert!(schedule.is_empty());
        for (at, id) in [(30, 1), (10, 2), (20, 3), (10, 4)] {
            assert!(schedule.push(at, id));
        }
        assert_eq!((schedule.len(), schedule.next_ms()), (4, Some(10)));
        assert_eq!(schedule.pop_due(9), None);
        assert_eq!(schedule.pop_due(20), Some((10, 2)));
        assert_eq!(schedule.pop_due(20), Some((10, 4)));
        assert_eq!(schedule.pop_due(20), Some((20, 3)));
        assert_eq!(schedule.pop_due(20), None);
        assert_eq!(schedule.pop_due(u64::MAX), Some((30, 1)));
        assert_eq!(schedule.next_ms(), None);
    }
}
