//! A bounded table whose keys are chosen by peers.

use std::collections::HashMap;
use std::hash::Hash;

/// How many entries are looked at when one is added.
const SAMPLE: usize = 8;

/// A map of at most `capacity` entries, with keyed hashing, so that peers can't aim at collisions.
///
/// Each insertion looks at the [`SAMPLE`] entries under a hand that goes round and round, and
/// forgets those that have become useless. When the table is full and none of them has, the one of
/// them that was used longest ago goes. An insertion costs O(1); nothing else is ever swept.
pub struct Table<K, V> {
    /// INVARIANT: `entries[index[k]].0 == k` for every key, and both have the same length.
    index: HashMap<K, usize>,
    entries: Vec<(K, V)>,
    capacity: usize,
    hand: usize,
}

impl<K: Copy + Eq + Hash, V> Table<K, V> {
    /// An empty table for up to `capacity` entries, at least one; memory is taken as it fills.
    pub fn new(capacity: usize) -> Self {
        Self { index: HashMap::new(), entries: Vec::new(), capacity: capacity.max(1), hand: 0 }
    }

    /// Number of entries, useless ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of `key`.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = *self.index.get(key)?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    /// Adds or replaces `key`. `useless` says which values may be forgotten without loss, `used`
    /// when one was last used. Returns the value that went though it was not useless.
    pub fn insert(
        &mut self,
        key: K,
        value: V,
        useless: impl Fn(&V) -> bool,
        used: impl Fn(&V) -> u64,
    ) -> Option<V> {
        if let Some(place) = self.get_mut(&key) {
            *place = value;
            return None;
        }
        let oldest = self.tidy(useless, used);
        let lost = match oldest {
            Some(at) if self.entries.len() >= self.capacity => Some(self.remove(at)),
            _ => None,
        };
        self.index.insert(key, self.entries.len());
        self.entries.push((key, value));
        lost
    }

    /// Moves the hand over a sample and forgets what is useless. Returns where the sample's least
    /// recently used entry stands; `None` only when the table is empty.
    fn tidy(&mut self, useless: impl Fn(&V) -> bool, used: impl Fn(&V) -> u64) -> Option<usize> {
        let mut oldest: Option<(usize, u64)> = None;
        for _ in 0..SAMPLE.min(self.entries.len()) {
            if self.hand >= self.entries.len() {
                self.hand = 0;
            }
            let Some((_, value)) = self.entries.get(self.hand) else { break };
            if useless(value) {
                // The last entry moves here and is the next to be looked at. Had it been looked
                // at before, the sample has wrapped: its old place no longer counts.
                self.remove(self.hand);
                oldest = oldest.filter(|(at, _)| *at < self.entries.len());
                continue;
            }
            let when = used(value);
            if oldest.is_none_or(|(_, least)| when < least) {
                oldest = Some((self.hand, when));
            }
            self.hand += 1;
        }
        oldest.map(|(at, _)| at)
    }

    fn remove(&mut self, at: usize) -> V {
        let (key, value) = self.entries.swap_remove(at);
        self.index.remove(&key);
        if let Some((moved, _)) = self.entries.get(at) {
            self.index.insert(*moved, at);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values are (still useful, last used).
    fn add(table: &mut Table<u32, (bool, u64)>, key: u32, value: (bool, u64)) -> bool {
        table.insert(key, value, |v| !v.0, |v| v.1).is_some()
    }

    fn check(table: &Table<u32, (bool, u64)>) {
        assert_eq!(table.index.len(), table.entries.len());
        assert!(table.len() <= table.capacity);
        for (at, (key, _)) in table.entries.iter().enumerate() {
            assert_eq!(table.index.get(key), Some(&at));
        }
    }

    #[test]
    fn useless_entries_go_first() {
        let mut table = Table::new(8);
        for key in 0..8 {
            assert!(!add(&mut table, key, (key != 5, u64::from(key) + 10)));
        }
        assert!(!add(&mut table, 100, (true, 1)), "number 5 makes room");
        assert!(table.get_mut(&5).is_none());
        assert_eq!(table.len(), 8);
        assert!(add(&mut table, 101, (true, 50)), "now a useful one has to go");
        assert!(table.get_mut(&100).is_none(), "the sample is everything: the oldest goes");
        check(&table);
    }

    #[test]
    fn a_small_table_works_too() {
        let mut table = Table::new(0);
        assert!(table.is_empty());
        for key in 0..5 {
            assert_eq!(add(&mut table, key, (true, 1)), key > 0);
            assert_eq!(table.len(), 1);
            assert_eq!(table.get_mut(&key), Some(&mut (true, 1)));
            check(&table);
        }
        assert!(!add(&mut table, 4, (true, 2)), "replacing loses nobody");
        assert_eq!(table.get_mut(&4), Some(&mut (true, 2)));
    }

    proptest! {
        /// Whatever is put in: bounded, consistent, and what was added last is there.
        #[test]
        fn stays_consistent(
            capacity in 1usize..40,
            steps in proptest::collection::vec((0u32..60, any::<bool>(), 0u64..100), 0..300),
        ) {
            let mut table = Table::new(capacity);
            for (key, useful, used) in steps {
                add(&mut table, key, (useful, used));
                prop_assert_eq!(table.get_mut(&key), Some(&mut (useful, used)));
                check(&table);
            }
        }
    }
}
