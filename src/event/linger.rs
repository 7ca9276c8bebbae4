//! Descriptors that outlive their connection for a moment (lingering close).
//!
//! A socket that is closed while its peer is still sending makes the kernel answer with a reset, and
//! a reset makes the peer's kernel throw away what the peer has not read yet: the very response, CLOSE
//! frame or alert that says why. So where the peer may still be sending, only our direction is shut,
//! and what comes is thrown away until the peer closes too, within bounds.

use core::ffi::c_int;

use super::state::State;
use crate::sys::poller::Interest;
use crate::sys::socket;

/// Most descriptors of a manager that linger; beyond it they are closed at once.
const MAX_LINGERING: usize = 64;

/// How long a descriptor lingers at most, in milliseconds.
const TIME_LIMIT_MS: u64 = 3000;

/// How many bytes of a peer are thrown away before it is given up.
const BYTE_LIMIT: usize = 16 << 20;

/// Marks poller keys of lingering descriptors; connection ids never get that high.
const KEY: u64 = 1 << 63;

/// A socket whose connection is gone.
struct Lingering {
    fd: c_int,
    /// When it is closed in any case.
    deadline_ms: u64,
    /// How much more is thrown away.
    bytes_left: usize,
}

/// The lingering sockets of a manager.
#[derive(Default)]
pub(crate) struct Lingerers(Vec<Lingering>);

impl Lingerers {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Takes over `fd`, whose output has been handed to the kernel. It is closed sooner or later.
pub(crate) fn linger(state: State, fd: c_int) {
    socket::shut_output(fd);
    let deadline_ms = crate::abi::timer::now_ms().saturating_add(TIME_LIMIT_MS);
    let has_room = state.with_lingerers(|lingerers| {
        let list = &mut lingerers.0;
        let has_room = list.len() < MAX_LINGERING && list.try_reserve(1).is_ok();
        if has_room {
            list.push(Lingering { fd, deadline_ms, bytes_left: BYTE_LIMIT });
        }
        has_room
    });
    let input = Interest { input: true, output: false };
    if !has_room || !state.watch_bare(fd, key(fd), input) {
        finish(state, fd);
    }
}

fn key(fd: c_int) -> u64 {
    KEY | u64::from(fd.unsigned_abs())
}

/// True if the poller key is that of a lingering descriptor.
pub(crate) fn is_key(key: u64) -> bool {
    key & KEY != 0
}

/// The descriptor registered under `key` is readable.
pub(crate) fn serve(state: State, key: u64) {
    let fd = (key & !KEY) as c_int;
    let over = state.with_lingerers(|lingerers| {
        let lingering = lingerers.0.iter_mut().find(|lingering| lingering.fd == fd)?;
        let discarded = socket::discard_input(fd);
        lingering.bytes_left = lingering.bytes_left.saturating_sub(discarded.bytes);
        Some(discarded.ended || lingering.bytes_left == 0)
    });
    if over == Some(true) {
        finish(state, fd);
    }
}

/// The socket that is the next to be closed, and when; all get the same time, so it is the first.
fn next(state: State) -> Option<(c_int, u64)> {
    state.with_lingerers(|lingerers| {
        lingerers.0.first().map(|lingering| (lingering.fd, lingering.deadline_ms))
    })
}

/// When the next one is to be closed, in milliseconds; `None` if nothing lingers.
pub(crate) fn next_deadline(state: State) -> Option<u64> {
    next(state).map(|(_, deadline_ms)| deadline_ms)
}

/// Closes those whose time is up.
pub(crate) fn expire(state: State, now_ms: u64) {
    while let Some((fd, _)) = next(state).filter(|(_, deadline_ms)| *deadline_ms <= now_ms) {
        finish(state, fd);
    }
}

/// Closes all.
pub(crate) fn finish_all(state: State) {
    expire(state, u64::MAX);
}

fn finish(state: State, fd: c_int) {
    state.with_lingerers(|lingerers| lingerers.0.retain(|lingering| lingering.fd != fd));
    state.unwatch_bare(fd, key(fd));
    socket::close(fd);
}
