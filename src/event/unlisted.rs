//! Connections that a program got from `mg_alloc_conn` and has not put in the list yet.
//!
//! Such a connection may be released with `mg_free`, as any object that came from `mg_calloc`. But
//! it starts in the middle of its block (the library's part lies in front), so the default
//! `mg_free` asks here first. A program that replaces `mg_free` releases such connections with
//! `mg_close_conn`.

use crate::abi::panics::exported;
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::conn::Conn;

/// How many there are; nearly always none, and then `mg_free` looks no further.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Their addresses.
static ADDRESSES: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Remembers `conn`. False if memory is out.
#[must_use]
pub(crate) fn add(conn: Conn) -> bool {
    let mut addresses = ADDRESSES.lock();
    if addresses.try_reserve(1).is_err() {
        return false;
    }
    addresses.push(conn.ptr() as usize);
    COUNT.store(addresses.len(), Ordering::Release);
    conn.private().unlisted = true;
    true
}

/// Forgets `conn`: it was listed or closed. True if it was unlisted so far.
#[inline]
pub(crate) fn remove(conn: Conn) -> bool {
    let was_unlisted = core::mem::replace(&mut conn.private().unlisted, false);
    if was_unlisted {
        take(conn.ptr() as usize);
    }
    was_unlisted
}

fn take(address: usize) -> bool {
    let mut addresses = ADDRESSES.lock();
    let found = addresses.iter().position(|&known| known == address);
    if let Some(at) = found {
        addresses.swap_remove(at);
    }
    COUNT.store(addresses.len(), Ordering::Release);
    found.is_some()
}

/// Releases `ptr` if it is such a connection. Called by the default `mg_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_free_unlisted(ptr: *mut c_void) -> bool {
    exported("meerkat_free_unlisted", false, || {
        if COUNT.load(Ordering::Acquire) == 0 || ptr.is_null() {
            return false;
        }

        if !take(ptr as usize) {
            return false;
        }
        // SAFETY: the address was registered by `add`, so it is a connection.
        let Some(conn) = (unsafe { Conn::from_ptr(ptr.cast()) }) else { return false };
        if let Some(state) = conn.state() {
            state.remove(conn);
        }
        conn.free_memory();
        true
    })
}

/// Cuts the connections of a manager that goes away loose from it.
pub(crate) fn disown(conn: Conn) {
    // SAFETY: the connection is live.
    unsafe { (*conn.ptr()).mgr = null_mut() };
}
