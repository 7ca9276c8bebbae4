//! Names being looked up. Each is found by its connection, its query and its deadline without a look
//! at the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::abi::types::{mg_addr, mg_connection};

/// A name being looked up for a connection.
pub(crate) struct Lookup {
    /// Connection that waits.
    pub(crate) conn: u64,
    /// Connection that the question went out on.
    pub(crate) resolver: u64,
    pub(crate) id: u16,
    pub(crate) rtype: u16,
    pub(crate) deadline_ms: u64,
    pub(crate) host: Vec<u8>,
}

/// A resolver connection, and the only address that it talks to.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    pub(crate) id: u64,
    /// For comparison only.
    pub(crate) conn: *mut mg_connection,
    pub(crate) address: mg_addr,
}

/// All lookups of a manager, at most one per connection.
#[derive(Default)]
pub(crate) struct Lookups {
    by_conn: HashMap<u64, Lookup>,
    /// The waiting connection, by resolver connection and query id.
    by_query: BTreeMap<(u64, u16), u64>,
    /// Deadline and waiting connection.
    by_deadline: BTreeSet<(u64, u64)>,
    servers: Vec<Server>,
}

impl Lookups {
    /// Remembers a lookup; an earlier one of the same connection is forgotten. False if memory is
    /// out.
    pub(crate) fn insert(&mut self, lookup: Lookup) -> bool {
        self.remove(lookup.conn);
        if self.by_conn.try_reserve(1).is_err() {
            return false;
        }
        self.by_query.insert((lookup.resolver, lookup.id), lookup.conn);
        self.by_deadline.insert((lookup.deadline_ms, lookup.conn));
        self.by_conn.insert(lookup.conn, lookup);
        true
    }

    /// Takes the lookup that connection number `conn` waits for.
    pub(crate) fn remove(&mut self, conn: u64) -> Option<Lookup> {
        let lookup = self.by_conn.remove(&conn)?;
        self.by_query.remove(&(lookup.resolver, lookup.id));
        self.by_deadline.remove(&(lookup.deadline_ms, conn));
        Some(lookup)
    }

    /// The lookup whose question went out on `resolver` under `id`.
    pub(crate) fn asked(&self, resolver: u64, id: u16) -> Option<&Lookup> {
        self.by_conn.get(self.by_query.get(&(resolver, id))?)
    }

    /// Takes a lookup whose deadline has passed.
    pub(crate) fn take_expired(&mut self, now: u64) -> Option<Lookup> {
        let &(deadline_ms, conn) = self.by_deadline.first()?;
        if now > deadline_ms { self.remove(conn) } else { None }
    }

    /// Takes a lookup whose question went out on `resolver`.
    pub(crate) fn take_asked_on(&mut self, resolver: u64) -> Option<Lookup> {
        let conn = *self.by_query.range((resolver, 0)..=(resolver, u16::MAX)).next()?.1;
        self.remove(conn)
    }

    /// True if no question is out on `resolver`.
    pub(crate) fn is_idle(&self, resolver: u64) -> bool {
        self.by_query.range((resolver, 0)..=(resolver, u16::MAX)).next().is_none()
    }

    /// Remembers a resolver connection.
    pub(crate) fn add_server(&mut self, server: Server) {
        self.servers.push(server);
    }

    /// Forgets resolver connection number `id`.
    pub(crate) fn remove_server(&mut self, id: u64) {
        self.servers.retain(|server| server.id != id);
    }

    /// The resolver connection that lies at `conn`, which may dangle.
    pub(crate) fn server_at(&self, conn: *mut mg_connection) -> Option<Server> {
        self.servers.iter().find(|server| server.conn == conn).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(conn: u64, resolver: u64, id: u16, deadline_ms: u64) -> Lookup {
        Lookup { conn, resolver, id, rtype: 1, deadline_ms, host: b"a.example".to_vec() }
    }

    fn three() -> Lookups {
        let mut lookups = Lookups::default();
        for each in [lookup(1, 10, 7, 300), lookup(2, 10, 8, 100), lookup(3, 11, 7, 200)] {
            assert!(lookups.insert(each));
        }
        lookups
    }

    #[test]
    fn w23_queries_of_another_resolver_do_not_count() {
        let lookups = three();
        let asked = |resolver, id| lookups.asked(resolver, id).map(|lookup| lookup.conn);
        assert_eq!((asked(10, 7), asked(11, 7), asked(11, 8)), (Some(1), Some(3), None));
    }

    #[test]
    fn w29_expiry_goes_by_deadline() {
        let mut lookups = three();
        let mut expired = |now| lookups.take_expired(now).map(|lookup| lookup.conn);
        assert_eq!((expired(100), expired(101), expired(101)), (None, Some(2), None));
        assert_eq!((expired(301), expired(301), expired(999)), (Some(3), Some(1), None));
    }

    #[test]
    fn w26_a_resolver_takes_only_its_own_along() {
        let mut lookups = three();
        assert!(!lookups.is_idle(10) && lookups.is_idle(12));
        let mut gone = [lookups.take_asked_on(10), lookups.take_asked_on(10)]
            .map(|lookup| lookup.map(|lookup| lookup.conn));
        gone.sort();
        assert_eq!(gone, [Some(1), Some(2)]);
        assert!(lookups.is_idle(10) && lookups.asked(11, 7).is_some());
    }

    #[test]
    fn a_connection_has_one_lookup() {
        let mut lookups = three();
        assert!(lookups.insert(lookup(1, 11, 9, 50)));
        assert!(lookups.asked(10, 7).is_none());
        assert_eq!(lookups.remove(1).map(|lookup| lookup.id), Some(9));
        assert!(lookups.remove(1).is_none() && lookups.take_expired(60).is_none());
    }
}
