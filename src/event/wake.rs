//! Wake-up: messages from other threads, delivered as `MG_EV_WAKEUP`.
//!
//! Messages wait in a bounded queue behind a lock; a counter descriptor, which is an ordinary
//! connection of the manager, makes the loop look. The queue hangs off
//! `mgr->active_mdns_requests`, apart from the manager's other state, because it is the one thing
//! that other threads touch.

use core::ffi::c_void;
use core::ptr::NonNull;

use parking_lot::Mutex;

use super::conn::{Conn, Kind};
use super::emit::{call, ev};
use super::rounds;
use super::state::{Scope, State};
use crate::abi::mem;
use crate::abi::types::{mg_mgr, mg_str};
use crate::sys::event_fd;

/// Most bytes that may wait in one queue, headers included; `mg_wakeup` returns false beyond it.
pub(crate) const MAX_QUEUED_BYTES: usize = 16 << 20;

/// Id and payload length, in native byte order, in front of each payload.
const HEADER: usize = 16;

/// Messages on their way to the loop, one after the other.
pub(crate) struct WakeQueue {
    messages: Mutex<Vec<u8>>,
    fd: i32,
}

impl WakeQueue {
    /// Queue of `mgr`, if wake-up is initialised.
    fn of(mgr: *mut mg_mgr) -> Option<NonNull<WakeQueue>> {
        // SAFETY: rule 1 of the C edge. The field changes only in `init` and `shut`, which the
        // program must not run while another thread is in `mg_wakeup`.
        NonNull::new(unsafe { (*mgr).active_mdns_requests }.cast())
    }

    /// Appends a message. False if the queue is full or memory is out.
    fn push(&self, id: u64, payload: &[u8]) -> bool {
        let Some(size) = payload.len().checked_add(HEADER) else { return false };
        let was_empty = {
            let mut messages = self.messages.lock();
            if size > MAX_QUEUED_BYTES - messages.len() || messages.try_reserve(size).is_err() {
                return false;
            }
            let was_empty = messages.is_empty();
            messages.extend_from_slice(&id.to_ne_bytes());
            messages.extend_from_slice(&(payload.len() as u64).to_ne_bytes());
            messages.extend_from_slice(payload);
            was_empty
        };
        // A queue that was not empty has announced itself already.
        !was_empty || event_fd::signal(self.fd)
    }

    /// Takes all messages.
    fn take(&self) -> Vec<u8> {
        // The order matters: a message that arrives in between signals again.
        event_fd::reset(self.fd);
        core::mem::take(&mut *self.messages.lock())
    }
}

/// Sets the channel up. False if it is there already or resources are out.
pub(crate) fn init(mgr: *mut mg_mgr) -> bool {
    if mgr.is_null() || WakeQueue::of(mgr).is_some() {
        return false;
    }
    let Some(state) = State::of_or_new(mgr) else { return false };
    if state.is_closing() {
        return false;
    }
    let Ok(fd) = event_fd::create() else { return false };
    let queue = mem::try_box(WakeQueue { messages: Mutex::new(Vec::new()), fd });
    let conn = queue.and_then(|_| Conn::alloc(state));
    let (Some(queue), Some(conn)) = (queue, conn) else {
        if let Some(queue) = queue {
            // SAFETY: nobody else knows the queue yet.
            drop(unsafe { mem::unbox(queue) });
        }
        crate::sys::socket::close(fd);
        return false;
    };
    conn.set_fd(fd);
    conn.private().kind = Kind::WakeUp;
    // SAFETY: rule 1 of the C edge.
    unsafe {
        (*mgr).active_mdns_requests = queue.as_ptr().cast();
        (*mgr).pipe.fd = fd;
    }
    conn.link();
    let _scope = Scope::enter(state);
    super::emit::call_plain(conn, ev::OPEN);
    true
}

/// Queues a message for connection `id`. May be called from any thread.
pub(crate) fn send(mgr: *mut mg_mgr, id: u64, payload: &[u8]) -> bool {
    if mgr.is_null() || id == 0 {
        return false;
    }
    let Some(queue) = WakeQueue::of(mgr) else { return false };
    // SAFETY: the queue lives until `shut`, which does not run during this call (see `of`); it is
    // made for use from several threads.
    unsafe { queue.as_ref() }.push(id, payload)
}

/// Delivers what is queued. Called when the wake-up connection is readable.
pub(crate) fn deliver(state: State) {
    let Some(queue) = WakeQueue::of(state.mgr()) else { return };
    // SAFETY: the queue lives until `shut`, which runs in this thread.
    let messages = unsafe { queue.as_ref() }.take();
    let mut rest = messages.as_slice();
    while let Some((id, payload, behind)) = split_message(rest) {
        rest = behind;
        if let Some(conn) = state.find(id).filter(|conn| !conn.is_dead()) {
            rounds::touch(state, conn);
            let mut payload = mg_str::new(payload);
            call(conn, ev::WAKEUP, (&raw mut payload).cast::<c_void>());
        }
    }
}

fn split_message(rest: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (id, rest) = rest.split_first_chunk::<8>()?;
    let (len, rest) = rest.split_first_chunk::<8>()?;
    let (payload, rest) = rest.split_at_checked(u64::from_ne_bytes(*len) as usize)?;
    Some((u64::from_ne_bytes(*id), payload, rest))
}

/// Takes the channel down when its connection closes. The descriptor is closed by the caller.
pub(crate) fn shut(mgr: *mut mg_mgr) {
    let Some(queue) = WakeQueue::of(mgr) else { return };
    // SAFETY: rule 1 of the C edge; no thread is in `mg_wakeup` (see `of`), and the pointer is
    // cleared, so nobody finds the queue any more.
    unsafe {
        (*mgr).active_mdns_requests = core::ptr::null_mut();
        (*mgr).pipe.fd = -1;
        drop(mem::unbox(queue));
    }
}
