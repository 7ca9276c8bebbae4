//! The private state of a manager.

use core::ffi::c_int;
use core::ptr::NonNull;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::admission::All;
use super::conn::{Conn, NO_FD};
use super::guarded::Guarded;
use super::linger::Lingerers;
use super::rounds::Rounds;
use crate::abi::mem;
use crate::abi::timer::now_ms;
use crate::abi::types::{mg_connection, mg_mgr};
use crate::dash::links::Links;
use crate::dns::Lookups;
use crate::fs::cache::FileCache;
use crate::guard::options::Name;
use crate::mdns;
use crate::sys::poller::{Interest, PollSet, Poller, Ready};

/// Hasher for connection ids, which are handed out one after the other: multiplying by a large odd
/// number spreads them well enough, and no peer can choose them.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

type ConnTable = HashMap<u64, Conn, BuildHasherDefault<IdHasher>>;

/// What the library keeps per manager.
struct Inner {
    mgr: *mut mg_mgr,
    poller: Poller,
    conns: ConnTable,
    /// Closed connections whose memory is released when the outermost scope ends.
    graveyard: Vec<Conn>,
    /// Ids of connections that have work left which no descriptor will announce.
    again: Vec<u64>,
    /// Who is to be visited although it is not yet time for all ([`super::rounds`]).
    rounds: Rounds,
    /// Small files that were served.
    files: FileCache,
    /// Result of the last wait; kept for its capacity.
    ready: Vec<Ready>,
    /// Where datagrams are received; kept for its capacity.
    datagram: Vec<u8>,
    /// Names being looked up.
    lookups: Lookups,
    /// TLS configurations by the options they were made of.
    #[cfg(feature = "tls")]
    tls_configs: crate::tls::cache::Configs,
    /// What the mDNS listeners share.
    mdns: mdns::Shared,
    /// Connections of dashboards.
    links: Links,
    /// Sockets that outlive their connections.
    lingerers: Lingerers,
    /// Limits, deadlines, figures.
    guarded: Guarded,
    /// How many calls into the library are on the stack.
    depth: u32,
    /// The connection being visited.
    current: *mut mg_connection,
    /// The manager is being torn down: no new connections.
    closing: bool,
    /// `mg_mgr_free` was called from a handler.
    free_later: bool,
    /// Time of the current iteration in milliseconds.
    now: u64,
}

/// Handle to the private state of a manager.
///
/// It hangs off `mgr->active_dns_requests` and is created with the manager's first connection.
/// Methods borrow the inside only for as long as they run, and none of them calls program code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(NonNull<Inner>);

impl State {
    /// State of `mgr`; `None` if `mgr` is NULL or has never had a connection.
    pub(crate) fn of(mgr: *mut mg_mgr) -> Option<State> {
        if mgr.is_null() {
            return None;
        }
        // SAFETY: rule 1 of the C edge: the manager is live. Only this file writes the field.
        let inner = unsafe { (*mgr).active_dns_requests };
        NonNull::new(inner.cast::<Inner>()).map(State)
    }

    /// State of `mgr`, created if need be. `None` if `mgr` is NULL or memory is out.
    pub(crate) fn of_or_new(mgr: *mut mg_mgr) -> Option<State> {
        if mgr.is_null() {
            return None;
        }
        if let Some(state) = State::of(mgr) {
            return Some(state);
        }
        // SAFETY: rule 1 of the C edge: the manager is live.
        let epoll_fd = unsafe { (*mgr).epoll_fd };
        let poller =
            if epoll_fd > 0 { Poller::Epoll(epoll_fd) } else { Poller::Poll(PollSet::default()) };
        let inner = Inner {
            mgr,
            poller,
            conns: ConnTable::default(),
            graveyard: Vec::new(),
            again: Vec::new(),
            rounds: Rounds::default(),
            files: FileCache::default(),
            ready: Vec::new(),
            datagram: Vec::new(),
            lookups: Lookups::default(),
            #[cfg(feature = "tls")]
            tls_configs: Default::default(),
            mdns: mdns::Shared::default(),
            links: Links::default(),
            lingerers: Lingerers::default(),
            guarded: Guarded::new(),
            depth: 0,
            current: core::ptr::null_mut(),
            closing: false,
            free_later: false,
            now: now_ms(),
        };
        let inner = mem::try_box(inner)?;
        // SAFETY: as above; from here on the manager owns the state.
        unsafe { (*mgr).active_dns_requests = inner.as_ptr().cast() };
        let state = State(inner);
        super::settings::limit_files(state);
        super::settings::read_environment(state);
        Some(state)
    }

    /// Releases the state. No connection of the manager may be left but those that the program has
    /// not listed, which it still owns.
    pub(crate) fn destroy(self) {
        for conn in self.inner().conns.values() {
            super::unlisted::disown(*conn);
        }
        // SAFETY: the manager is live and owns the state, which `try_box` made.
        unsafe {
            (*self.inner().mgr).active_dns_requests = core::ptr::null_mut();
            drop(mem::unbox(self.0));
        }
    }

    #[allow(clippy::mut_from_ref)]
    fn inner<'a>(self) -> &'a mut Inner {
        // SAFETY: the state lives as long as its manager; one thread uses it (rule 8); every
        // borrow ends within a method of this file, none of which runs program code.
        unsafe { &mut *self.0.as_ptr() }
    }

    pub(crate) fn mgr(self) -> *mut mg_mgr {
        self.inner().mgr
    }

    /// Gives `conn` the next id and remembers it. False if memory is out; no id is consumed then.
    pub(crate) fn insert(self, conn: Conn) -> bool {
        let inner = self.inner();
        if inner.conns.try_reserve(1).is_err()
            || inner.graveyard.try_reserve(inner.conns.len() + 1).is_err()
        {
            return false;
        }
        // SAFETY: a state's manager is live.
        let id = unsafe {
            (*inner.mgr).nextid = (*inner.mgr).nextid.wrapping_add(1);
            (*inner.mgr).nextid
        };
        conn.set_id(id);
        inner.conns.insert(id, conn);
        super::rounds::touch(self, conn);
        true
    }

    /// Forgets `conn`.
    pub(crate) fn remove(self, conn: Conn) {
        let inner = self.inner();
        inner.conns.remove(&conn.id());
        if inner.current == conn.ptr() {
            inner.current = core::ptr::null_mut();
        }
    }

    /// Connection number `id`.
    pub(crate) fn find(self, id: u64) -> Option<Conn> {
        self.inner().conns.get(&id).copied()
    }

    /// True if this manager made `conn` and it is still live.
    #[inline]
    pub(crate) fn owns(self, conn: Conn) -> bool {
        self.inner().current == conn.ptr() || self.has(conn)
    }

    #[inline(never)]
    fn has(self, conn: Conn) -> bool {
        self.find(conn.id()) == Some(conn)
    }

    /// How many connections the manager has.
    pub(crate) fn len(self) -> usize {
        self.inner().conns.len()
    }

    pub(crate) fn set_current(self, conn: Option<Conn>) {
        self.inner().current = conn.map_or(core::ptr::null_mut(), Conn::ptr);
    }

    /// Releases the memory of `conn` when the outermost scope ends. It must have been removed.
    pub(crate) fn bury(self, conn: Conn) {
        // `insert` reserved the room.
        self.inner().graveyard.push(conn);
    }

    /// Asks for a visit of `conn` in the next iteration without waiting.
    pub(crate) fn visit_again(self, conn: Conn) {
        let again = &mut self.inner().again;
        if again.last() != Some(&conn.id()) && again.try_reserve(1).is_ok() {
            again.push(conn.id());
        }
    }

    /// Takes the list made by [`State::visit_again`].
    pub(crate) fn take_again(self) -> Vec<u64> {
        core::mem::take(&mut self.inner().again)
    }

    /// True if some connection asked for a visit.
    pub(crate) fn has_again(self) -> bool {
        !self.inner().again.is_empty()
    }

    /// Waits for readiness up to `timeout_ms`; give the list back with [`State::recycle`].
    pub(crate) fn wait(self, timeout_ms: i32) -> Vec<Ready> {
        let inner = self.inner();
        let mut ready = core::mem::take(&mut inner.ready);
        inner.poller.wait(timeout_ms, &mut ready);
        ready
    }

    pub(crate) fn recycle(self, ready: Vec<Ready>) {
        self.inner().ready = ready;
    }

    /// An empty vector to receive a datagram into; give it back with [`State::keep_datagram_room`].
    pub(crate) fn take_datagram_room(self) -> Vec<u8> {
        core::mem::take(&mut self.inner().datagram)
    }

    /// Keeps the room for the next datagram.
    pub(crate) fn keep_datagram_room(self, room: Vec<u8>) {
        self.inner().datagram = room;
    }

    /// Watches the descriptor of `conn` for `interest`; does nothing if it is so already.
    /// False if the poller refuses the descriptor.
    pub(crate) fn watch(self, conn: Conn, interest: Interest) -> bool {
        let fd = conn.fd();
        if conn.private().watched_fd != fd {
            self.unwatch(conn);
        } else if conn.private().interest == interest {
            return true;
        }
        if fd == NO_FD {
            return true;
        }
        let private = conn.private();
        let poller = &mut self.inner().poller;
        let result = if private.watched_fd == fd {
            poller.modify(fd, conn.id(), interest)
        } else {
            poller.add(fd, conn.id(), interest)
        };
        private.at_rest = false;
        private.watched_fd = if result.is_ok() { fd } else { NO_FD };
        private.interest = interest;
        result.is_ok()
    }

    /// Stops watching the descriptor of `conn`.
    pub(crate) fn unwatch(self, conn: Conn) {
        let watched = core::mem::replace(&mut conn.private().watched_fd, NO_FD);
        if watched == NO_FD {
            return;
        }
        let inner = self.inner();
        // If the program closed the descriptor and put another one into the connection, the number
        // may be a newer connection's by now, whose registration must stay.
        let is_taken = conn.fd() != watched
            && inner.conns.values().any(|other| other.private().watched_fd == watched);
        inner.poller.remove(if is_taken { NO_FD } else { watched }, conn.id());
    }

    /// Watches a descriptor that belongs to no connection. False if the poller refuses it.
    pub(crate) fn watch_bare(self, fd: c_int, key: u64, interest: Interest) -> bool {
        self.inner().poller.add(fd, key, interest).is_ok()
    }

    /// Stops watching a descriptor that belongs to no connection.
    pub(crate) fn unwatch_bare(self, fd: c_int, key: u64) {
        self.inner().poller.remove(fd, key);
    }

    /// Lets `f` look at, or change, the small files that were served. It must not run program code.
    pub(crate) fn with_files<R>(self, f: impl FnOnce(&mut FileCache) -> R) -> R {
        f(&mut self.inner().files)
    }

    /// Lets `f` look at, or change, the sockets that linger.
    pub(crate) fn with_lingerers<R>(self, f: impl FnOnce(&mut Lingerers) -> R) -> R {
        f(&mut self.inner().lingerers)
    }

    /// Lets `f` look at, or change, who is visited when.
    pub(crate) fn with_rounds<R>(self, f: impl FnOnce(&mut Rounds) -> R) -> R {
        f(&mut self.inner().rounds)
    }

    /// True if `conn` is being visited.
    pub(crate) fn is_current(self, conn: Conn) -> bool {
        self.inner().current == conn.ptr()
    }

    /// Lets `f` look at, or change, what the guard keeps. It must not run program code.
    #[inline]
    pub(crate) fn with_guard<R>(self, f: impl FnOnce(&mut Guarded) -> R) -> R {
        f(&mut self.inner().guarded)
    }

    /// Value of an option as a number ([`crate::guard::options::Settings::number`]).
    pub(crate) fn number(self, option: Name) -> u64 {
        self.inner().guarded.settings.number(option)
    }

    /// A size limit in bytes; [`usize::MAX`] if it is off.
    pub(crate) fn limit(self, option: Name) -> usize {
        self.inner().guarded.settings.limit(option)
    }

    /// The listed connections. None may be added or closed while they are walked.
    pub(crate) fn all(self) -> All {
        // SAFETY: a state's manager is live.
        All(unsafe { (*self.mgr()).conns })
    }

    /// Lets `f` look at, or change, the names being looked up. It must not run program code.
    pub(crate) fn with_lookups<R>(self, f: impl FnOnce(&mut Lookups) -> R) -> R {
        f(&mut self.inner().lookups)
    }

    /// Lets `f` look for, or make, TLS configurations. It must not run program code.
    #[cfg(feature = "tls")]
    pub(crate) fn with_tls_configs<R>(
        self,
        f: impl FnOnce(&mut crate::tls::cache::Configs) -> R,
    ) -> R {
        f(&mut self.inner().tls_configs)
    }

    /// Lets `f` look at, or change, what the mDNS listeners share. It must not run program code.
    pub(crate) fn with_mdns<R>(self, f: impl FnOnce(&mut mdns::Shared) -> R) -> R {
        f(&mut self.inner().mdns)
    }

    /// Lets `f` look at, or change, the connections of dashboards. It must not run program code.
    pub(crate) fn with_links<R>(self, f: impl FnOnce(&mut Links) -> R) -> R {
        f(&mut self.inner().links)
    }

    pub(crate) fn now(self) -> u64 {
        self.inner().now
    }

    pub(crate) fn set_now(self, now: u64) {
        self.inner().now = now;
    }

    /// True while the manager is being torn down.
    pub(crate) fn is_closing(self) -> bool {
        self.inner().closing
    }

    pub(crate) fn set_closing(self) {
        self.inner().closing = true;
    }

    /// True while a call into the library is on the stack.
    pub(crate) fn is_busy(self) -> bool {
        self.inner().depth > 0
    }

    /// Tears the manager down when the outermost scope ends.
    pub(crate) fn free_later(self) {
        self.inner().free_later = true;
    }
}

/// A call into the library. While at least one is on the stack, no memory of a closed connection
/// is released, so handles stay readable across program code.
pub(crate) struct Scope(State);

impl Scope {
    pub(crate) fn enter(state: State) -> Scope {
        state.inner().depth += 1;
        Scope(state)
    }

    /// [`Scope::enter`] for a call that looks at the time: between two iterations the time of the
    /// last one is long past.
    pub(crate) fn enter_now(state: State) -> Scope {
        if !state.is_busy() {
            state.set_now(now_ms());
        }
        Scope::enter(state)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let state = self.0;
        let inner = state.inner();
        inner.depth -= 1;
        if inner.depth > 0 {
            return;
        }
        while let Some(conn) = inner.graveyard.pop() {
            conn.free_memory();
        }
        if inner.free_later {
            inner.free_later = false;
            super::mgr::free(inner.mgr);
        }
    }
}
