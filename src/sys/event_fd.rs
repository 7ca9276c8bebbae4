//! A counter descriptor (`eventfd(2)`): another thread makes it readable, the loop resets it.

use core::ffi::c_int;
use std::io;

use super::{cvt, cvt_len};

/// Creates a non-blocking, close-on-exec counter at zero.
pub(crate) fn create() -> io::Result<c_int> {
    // SAFETY: no pointers are involved.
    cvt(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })
}

/// Makes `fd` readable. A counter that is already at its maximum is readable, so that is success.
pub(crate) fn signal(fd: c_int) -> bool {
    let one = 1u64.to_ne_bytes();
    // SAFETY: `one` is 8 readable bytes.
    let result = cvt_len(unsafe { libc::write(fd, one.as_ptr().cast(), one.len()) });
    match result {
        Ok(_) => true,
        Err(e) => e.kind() == io::ErrorKind::WouldBlock,
    }
}

/// Resets `fd` to not readable.
pub(crate) fn reset(fd: c_int) {
    let mut count = [0u8; 8];
    // SAFETY: `count` is 8 writable bytes. A failed read leaves the descriptor as it was.
    unsafe { libc::read(fd, count.as_mut_ptr().cast(), count.len()) };
}
