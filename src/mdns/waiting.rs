//! Names below `.local` that connections wait for. Each is found by its name, its connection, its
//! listener and its deadline without a look at the others.

use std::collections::{BTreeSet, HashMap};

/// A connection that waits for an address.
pub(crate) struct Wait {
    pub(crate) conn: u64,
    /// Listener that the question went out on.
    pub(crate) listener: u64,
    pub(crate) deadline_ms: u64,
    /// The name in lower case.
    pub(crate) name: Vec<u8>,
}

/// All names that a manager's connections wait for, at most one per connection.
#[derive(Default)]
pub(crate) struct Waiting {
    by_conn: HashMap<u64, Wait>,
    by_name: BTreeSet<(Vec<u8>, u64)>,
    by_listener: BTreeSet<(u64, u64)>,
    by_deadline: BTreeSet<(u64, u64)>,
}

impl Waiting {
    /// Remembers one; an earlier one of the same connection is forgotten. False if memory is out.
    pub(crate) fn insert(&mut self, wait: Wait) -> bool {
        self.remove(wait.conn);
        if self.by_conn.try_reserve(1).is_err() {
            return false;
        }
        self.by_name.insert((wait.name.clone(), wait.conn));
        self.by_listener.insert((wait.listener, wait.conn));
        self.by_deadline.insert((wait.deadline_ms, wait.conn));
        self.by_conn.insert(wait.conn, wait);
        true
    }

    /// Forgets what connection number `conn` waits for. True if it did.
    pub(crate) fn remove(&mut self, conn: u64) -> bool {
        let Some(wait) = self.by_conn.remove(&conn) else { return false };
        self.by_name.remove(&(wait.name, conn));
        self.by_listener.remove(&(wait.listener, conn));
        self.by_deadline.remove(&(wait.deadline_ms, conn));
        true
    }

    /// Takes a connection numbered up to `newest` that waits for `name`, in any letter case.
    pub(crate) fn take_named(&mut self, name: &[u8], newest: u64) -> Option<u64> {
        let name = name.to_ascii_lowercase();
        let conn = self.by_name.range((name.clone(), 0)..=(name, newest)).next()?.1;
        self.remove(conn).then_some(conn)
    }

    /// Takes a connection whose deadline has passed.
    pub(crate) fn take_expired(&mut self, now: u64) -> Option<u64> {
        let &(deadline_ms, conn) = self.by_deadline.first()?;
        (now > deadline_ms && self.remove(conn)).then_some(conn)
    }

    /// Takes a connection whose question went out on `listener`.
    pub(crate) fn take_asked_on(&mut self, listener: u64) -> Option<u64> {
        let conn = self.by_listener.range((listener, 0)..=(listener, u64::MAX)).next()?.1;
        self.remove(conn).then_some(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Waiting {
        let mut waiting = Waiting::default();
        for (conn, listener, deadline_ms, name) in
            [(1, 10, 300, "b.local"), (2, 10, 100, "a.local"), (3, 11, 200, "b.local")]
        {
            assert!(waiting.insert(Wait { conn, listener, deadline_ms, name: name.into() }));
        }
        waiting
    }

    #[test]
    fn ch04_58_by_name_in_any_letter_case() {
        let mut waiting = three();
        let mut named = |name: &str| waiting.take_named(name.as_bytes(), 9);
        assert_eq!(
            (named("B.local"), named("b.LOCAL"), named("b.local")),
            (Some(1), Some(3), None)
        );
        assert_eq!((named("a.loca"), named("a.locals"), named("")), (None, None, None));
        assert_eq!(waiting.take_named(b"a.local", 1), None);
        assert_eq!(waiting.take_named(b"a.local", 2), Some(2));
    }

    #[test]
    fn by_deadline() {
        let mut waiting = three();
        let mut expired = |now| waiting.take_expired(now);
        assert_eq!((expired(100), expired(101), expired(101)), (None, Some(2), None));
        assert_eq!((expired(999), expired(999), expired(999)), (Some(3), Some(1), None));
    }

    #[test]
    fn a_listener_takes_only_its_own_along() {
        let mut waiting = three();
        let mut gone = |listener| waiting.take_asked_on(listener);
        assert_eq!((gone(10), gone(10), gone(10)), (Some(1), Some(2), None));
        assert_eq!((gone(11), gone(11)), (Some(3), None));
    }

    #[test]
    fn a_connection_waits_for_one_name() {
        let mut waiting = three();
        let name = b"c.local".to_vec();
        assert!(waiting.insert(Wait { conn: 1, listener: 11, deadline_ms: 5, name }));
        assert_eq!(waiting.take_named(b"b.local", 9), Some(3));
        assert!(waiting.remove(1) && !waiting.remove(1));
        assert_eq!(waiting.take_expired(50), None);
    }
}
