//! Readiness of descriptors: epoll where it exists, `poll(2)` elsewhere or on request.
//!
//! A descriptor is registered under a key (the connection id). Both flavours are level-triggered.

use core::ffi::c_int;
use core::mem::MaybeUninit;
use std::collections::HashMap;
use std::io;

use super::cvt;

/// What to watch a descriptor for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Interest {
    /// Input, end of stream, pending peers.
    pub(crate) input: bool,
    /// Room for output.
    pub(crate) output: bool,
}

/// One descriptor that is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// Key given at registration.
    pub(crate) key: u64,
    /// Input, end of stream or hang-up.
    pub(crate) input: bool,
    /// Output is accepted.
    pub(crate) output: bool,
    /// The descriptor is in an error state.
    pub(crate) error: bool,
    /// Both directions are shut.
    pub(crate) hangup: bool,
}

/// Most descriptors reported by one wait; the others come with the next.
const BATCH: usize = 1024;

/// A set of watched descriptors.
pub(crate) enum Poller {
    /// epoll instance owned by the manager (`mgr->epoll_fd`).
    Epoll(c_int),
    /// `poll(2)` over everything that is registered.
    Poll(PollSet),
}

/// Registrations of the `poll(2)` flavour.
#[derive(Default)]
pub(crate) struct PollSet {
    entries: Vec<libc::pollfd>,
    keys: Vec<u64>,
    slots: HashMap<u64, usize>,
}

/// Creates a close-on-exec epoll instance.
pub(crate) fn epoll_create() -> io::Result<c_int> {
    // SAFETY: no pointers are involved.
    cvt(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

impl Poller {
    /// Starts watching `fd`. Fails when memory or kernel resources run out, or when `fd` is of a
    /// kind that is never ready (a regular file under epoll).
    pub(crate) fn add(&mut self, fd: c_int, key: u64, interest: Interest) -> io::Result<()> {
        match self {
            Poller::Epoll(epfd) => epoll_ctl(*epfd, libc::EPOLL_CTL_ADD, fd, key, interest),
            Poller::Poll(set) => set.add(fd, key, interest),
        }
    }

    /// Changes what `fd` is watched for.
    pub(crate) fn modify(&mut self, fd: c_int, key: u64, interest: Interest) -> io::Result<()> {
        match self {
            Poller::Epoll(epfd) => epoll_ctl(*epfd, libc::EPOLL_CTL_MOD, fd, key, interest),
            Poller::Poll(set) => set.modify(key, interest),
        }
    }

    /// Stops watching `fd`. A descriptor that was closed already is not an error.
    pub(crate) fn remove(&mut self, fd: c_int, key: u64) {
        match self {
            Poller::Epoll(epfd) => {
                let none = Interest { input: false, output: false };
                // A failure means that the kernel forgot the descriptor already.
                let _ = epoll_ctl(*epfd, libc::EPOLL_CTL_DEL, fd, key, none);
            }
            Poller::Poll(set) => set.remove(key),
        }
    }

    /// Waits up to `timeout_ms` (−1 = without limit) and replaces the content of `ready`.
    /// A signal or an error ends the wait early with nothing ready.
    pub(crate) fn wait(&mut self, timeout_ms: c_int, ready: &mut Vec<Ready>) {
        ready.clear();
        match self {
            Poller::Epoll(epfd) => epoll_wait(*epfd, timeout_ms, ready),
            Poller::Poll(set) => set.wait(timeout_ms, ready),
        }
    }
}

fn epoll_ctl(epfd: c_int, op: c_int, fd: c_int, key: u64, interest: Interest) -> io::Result<()> {
    let mut events = 0;
    if interest.input {
        events |= libc::EPOLLIN as u32;
    }
    if interest.output {
        events |= libc::EPOLLOUT as u32;
    }
    let mut event = libc::epoll_event { events, u64: key };
    // SAFETY: `event` lives through the call; bad descriptors are reported by the kernel.
    cvt(unsafe { libc::epoll_ctl(epfd, op, fd, &mut event) }).map(drop)
}

fn epoll_wait(epfd: c_int, timeout_ms: c_int, ready: &mut Vec<Ready>) {
    let mut events = [MaybeUninit::<libc::epoll_event>::uninit(); BATCH];
    let start = events.as_mut_ptr().cast();
    // SAFETY: `events` has room for BATCH entries.
    let n = cvt(unsafe { libc::epoll_wait(epfd, start, BATCH as c_int, timeout_ms) });
    let n = n.unwrap_or(0) as usize;
    if ready.try_reserve(n).is_err() {
        return; // Level-triggered: the same readiness is reported again.
    }
    ready.extend(events.iter().take(n).map(|event| {
        // SAFETY: the kernel wrote the first `n` entries.
        let event = unsafe { event.assume_init() };
        let bits = event.events as c_int;
        Ready {
            key: event.u64,
            input: bits & (libc::EPOLLIN | libc::EPOLLHUP | libc::EPOLLPRI) != 0,
            output: bits & libc::EPOLLOUT != 0,
            error: bits & libc::EPOLLERR != 0,
            hangup: bits & libc::EPOLLHUP != 0,
        }
    }));
}

fn poll_events(interest: Interest) -> i16 {
    let mut events = 0;
    if interest.input {
        events |= libc::POLLIN;
    }
    if interest.output {
        events |= libc::POLLOUT;
    }
    events
}

impl PollSet {
    fn add(&mut self, fd: c_int, key: u64, interest: Interest) -> io::Result<()> {
        let out_of_memory = |_| io::Error::from(io::ErrorKind::OutOfMemory);
        self.entries.try_reserve(1).map_err(out_of_memory)?;
        self.keys.try_reserve(1).map_err(out_of_memory)?;
        self.slots.try_reserve(1).map_err(out_of_memory)?;
        self.slots.insert(key, self.entries.len());
        self.entries.push(libc::pollfd { fd, events: poll_events(interest), revents: 0 });
        self.keys.push(key);
        Ok(())
    }

    fn modify(&mut self, key: u64, interest: Interest) -> io::Result<()> {
        let slot = self.slots.get(&key).and_then(|&slot| self.entries.get_mut(slot));
        let entry = slot.ok_or(io::ErrorKind::NotFound)?;
        entry.events = poll_events(interest);
        Ok(())
    }

    fn remove(&mut self, key: u64) {
        let Some(slot) = self.slots.remove(&key) else { return };
        self.entries.swap_remove(slot);
        self.keys.swap_remove(slot);
        if let Some(&moved) = self.keys.get(slot) {
            self.slots.insert(moved, slot);
        }
    }

    fn wait(&mut self, timeout_ms: c_int, ready: &mut Vec<Ready>) {
        let count = self.entries.len() as libc::nfds_t;
        // SAFETY: `entries` holds `count` initialised entries.
        let n = cvt(unsafe { libc::poll(self.entries.as_mut_ptr(), count, timeout_ms) });
        let n = n.unwrap_or(0) as usize;
        if n == 0 || ready.try_reserve(n).is_err() {
            return;
        }
        for (entry, &key) in self.entries.iter().zip(&self.keys) {
            // An entry nobody waits for still reports hang-ups, again and again.
            let bits = entry.revents;
            if bits != 0 {
                ready.push(Ready {
                    key,
                    input: bits & (libc::POLLIN | libc::POLLHUP) != 0,
                    output: bits & libc::POLLOUT != 0,
                    error: bits & (libc::POLLERR | libc::POLLNVAL) != 0,
                    hangup: bits & libc::POLLHUP != 0,
                });
            }
        }
    }
}

/// Sleeps up to `timeout_ms` (−1 = until a signal arrives).
pub(crate) fn sleep(timeout_ms: c_int) {
    // SAFETY: no entries are passed.
    unsafe { libc::poll(core::ptr::null_mut(), 0, timeout_ms) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    const INPUT: Interest = Interest { input: true, output: false };
    const BOTH: Interest = Interest { input: true, output: true };

    fn flavours() -> [Poller; 2] {
        [Poller::Epoll(epoll_create().unwrap()), Poller::Poll(PollSet::default())]
    }

    #[test]
    fn reports_what_was_asked_for_under_the_right_key() {
        for mut poller in flavours() {
            let (a, mut peer_a) = UnixStream::pair().unwrap();
            let (b, _peer_b) = UnixStream::pair().unwrap();
            poller.add(a.as_raw_fd(), 7, INPUT).unwrap();
            poller.add(b.as_raw_fd(), 9, INPUT).unwrap();
            let mut ready = Vec::new();
            poller.wait(0, &mut ready);
            assert!(ready.is_empty());
            peer_a.write_all(b"x").unwrap();
            poller.wait(1000, &mut ready);
            let keys: Vec<_> = ready.iter().map(|r| (r.key, r.input, r.output)).collect();
            assert_eq!(keys, [(7, true, false)]);
            poller.modify(b.as_raw_fd(), 9, BOTH).unwrap();
            poller.remove(a.as_raw_fd(), 7);
            poller.wait(1000, &mut ready);
            let keys: Vec<_> = ready.iter().map(|r| (r.key, r.input, r.output)).collect();
            assert_eq!(keys, [(9, false, true)]);
        }
    }

    #[test]
    fn hang_up_counts_as_input() {
        for mut poller in flavours() {
            let (a, peer) = UnixStream::pair().unwrap();
            poller.add(a.as_raw_fd(), 1, INPUT).unwrap();
            drop(peer);
            let mut ready = Vec::new();
            poller.wait(1000, &mut ready);
            assert_eq!(ready.len(), 1);
            assert!(ready[0].input && ready[0].hangup);
        }
    }
}
