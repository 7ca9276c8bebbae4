//! The operating system, kept in one corner.
//!
//! What a back end provides:
//! - [`poller::Poller`]: watch descriptors for input and output, wait with a time limit;
//! - [`socket`]: open, bind, connect, accept, send and receive, addresses, socket options;
//! - [`interfaces`]: the networks that this host is on;
//! - [`event_fd`]: a descriptor another thread can make readable;
//! - [`memory`]: the heap of the C library.
//!
//! Nothing here knows a connection or a manager.

pub(crate) mod event_fd;
pub(crate) mod interfaces;
pub(crate) mod limits;
pub(crate) mod log_file;
pub(crate) mod memory;
pub(crate) mod poller;
pub(crate) mod socket;

use std::io;

/// Turns the −1 of a system call into the error it stands for.
fn cvt(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Turns the −1 of a transferring system call into the error it stands for.
fn cvt_len(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Repeats `call` while a signal interrupts it.
fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
