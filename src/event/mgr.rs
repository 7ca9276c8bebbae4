//! Life of a manager.

use core::ptr::{addr_of_mut, null_mut};

use super::close::close;
use super::conn::Conn;
use super::poll::poll;
use super::state::{Scope, State};
use crate::abi::mem::mg_free;
use crate::abi::timer::{MG_TIMER_AUTODELETE, mg_timer_free};
use crate::abi::types::{flags, mg_mgr, mg_timer};
use crate::sys::{poller, socket};
use crate::tls;

/// Default DNS servers, IPv4 and IPv6.
const DNS_SERVERS: (&core::ffi::CStr, &core::ffi::CStr) =
    (c"udp://8.8.8.8:53", c"udp://[2001:4860:4860::8888]:53");

/// Default DNS time-out in milliseconds.
const DNS_TIMEOUT_MS: i32 = 3000;

/// Iterations that tear-down allows for handlers that keep making trouble.
const TEARDOWN_POLLS: usize = 4;

/// Overwrites `*mgr` with a fresh manager. Takes no memory; without epoll the manager uses poll.
///
/// # Safety
/// `mgr` points to writable storage for a manager.
pub(crate) unsafe fn init(mgr: *mut mg_mgr) {
    socket::ignore_sigpipe();
    let epoll_fd = if crate::options::MG_ENABLE_EPOLL { open_epoll() } else { -1 };
    // SAFETY: all-zero bytes are a valid manager, and the caller owns the storage.
    unsafe {
        addr_of_mut!(*mgr).write_bytes(0, 1);
        (*mgr).dnstimeout = DNS_TIMEOUT_MS;
        (*mgr).dns4.url = DNS_SERVERS.0.as_ptr();
        (*mgr).dns6.url = DNS_SERVERS.1.as_ptr();
        (*mgr).pipe.fd = -1;
        (*mgr).epoll_fd = epoll_fd;
    }
    tls::context_init(mgr);
}

fn open_epoll() -> i32 {
    poller::epoll_create().unwrap_or_else(|e| {
        crate::error!("epoll_create: {e}, using poll");
        -1
    })
}

/// Closes every connection and releases everything the manager holds. From a handler this only
/// marks the connections; the rest follows when the outermost call into the library returns.
pub(crate) fn free(mgr: *mut mg_mgr) {
    // SAFETY: rule 1 of the C edge: the manager and its timers are live.
    unsafe { release_timers(addr_of_mut!((*mgr).timers)) };
    if let Some(state) = State::of(mgr) {
        mark_all(state);
        if state.is_busy() {
            state.free_later();
            return;
        }
        state.set_closing();
        for _ in 0..TEARDOWN_POLLS {
            // SAFETY: as above.
            unsafe { poll(mgr, 0) };
            // SAFETY: as above.
            if unsafe { (*mgr).conns.is_null() } {
                break;
            }
        }
        close_rest(state);
        super::linger::finish_all(state);
        state.destroy();
        // Handlers may have added some.
        // SAFETY: as above.
        unsafe { release_timers(addr_of_mut!((*mgr).timers)) };
    }
    // SAFETY: as above. Descriptor 0 means a manager that was zeroed but never initialised.
    unsafe {
        if (*mgr).epoll_fd > 0 {
            socket::close((*mgr).epoll_fd);
        }
        (*mgr).epoll_fd = -1;
        (*mgr).conns = null_mut();
    }
    tls::context_free(mgr);
}

/// Empties a list of timers. Those that the library allocated are freed, the program's own are
/// only taken out.
///
/// # Safety
/// Rule 1 of the C edge for the list and its members.
unsafe fn release_timers(head: *mut *mut mg_timer) {
    // SAFETY: passed on; an AUTODELETE timer came from `mg_calloc` and belongs to the library.
    unsafe {
        while let Some(timer) = core::ptr::NonNull::new(*head) {
            let timer = timer.as_ptr();
            mg_timer_free(head, timer);
            (*timer).next = null_mut();
            if (*timer).flags & MG_TIMER_AUTODELETE != 0 {
                mg_free(timer.cast());
            }
        }
    }
}

fn mark_all(state: State) {
    state.all().for_each(|conn| conn.set(flags::CLOSING));
}

/// Closes what handlers kept alive.
fn close_rest(state: State) {
    let _scope = Scope::enter(state);
    // SAFETY: a state's manager is live, and so are its connections.
    while let Some(conn) = unsafe { Conn::from_ptr((*state.mgr()).conns) } {
        close(state, conn);
    }
}
