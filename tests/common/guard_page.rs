//! Bytes that end right before an unmapped page: reading one too far crashes.

use std::ffi::{c_char, c_void};
use std::ptr;

/// A copy of some bytes in front of a page without access.
pub struct Guarded {
    map: *mut c_void,
    map_len: usize,
    start: *mut u8,
    len: usize,
}

impl Guarded {
    /// Copies `bytes`; nothing behind them can be read.
    pub fn new(bytes: &[u8]) -> Guarded {
        // SAFETY: sysconf has no preconditions.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let data_len = bytes.len().next_multiple_of(page).max(page);
        let map_len = data_len + page;
        // SAFETY: a fresh anonymous mapping, checked below; the copy ends at `data_len`.
        unsafe {
            let map = libc::mmap(
                ptr::null_mut(),
                map_len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(map, libc::MAP_FAILED, "mmap");
            let end = map.cast::<u8>().add(data_len);
            assert_eq!(libc::mprotect(end.cast(), page, libc::PROT_NONE), 0, "mprotect");
            let start = end.sub(bytes.len());
            ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len());
            Guarded { map, map_len, start, len: bytes.len() }
        }
    }

    /// Copies `bytes` and puts a NUL behind them, in front of the page.
    pub fn c_string(bytes: &[u8]) -> Guarded {
        Guarded::new(&[bytes, b"\0"].concat())
    }

    /// First byte.
    pub fn ptr(&self) -> *mut c_char {
        self.start.cast()
    }

    /// The bytes as they are now.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `len` bytes of the mapping.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `new`.
        unsafe { libc::munmap(self.map, self.map_len) };
    }
}
