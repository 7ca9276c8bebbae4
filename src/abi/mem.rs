//! Memory across the C edge, panics at the C edge, and C pointers turned into slices.

use core::ffi::{CStr, c_char, c_void};
use core::sync::atomic::{AtomicU64, Ordering};
use std::alloc::{GlobalAlloc, Layout};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::types::mg_str;

unsafe extern "C" {
    /// `calloc`, or what the program put in its place. Weak, see `src/shim/hook_alloc.c`.
    pub fn mg_calloc(count: usize, size: usize) -> *mut c_void;
    /// Releases what [`mg_calloc`] returned; NULL is fine.
    pub fn mg_free(ptr: *mut c_void);
}

/// Routes Rust's own allocations through `mg_calloc`, so that a program that brings its own
/// allocator sees all memory of the library.
struct CAlloc;

/// Alignment that `mg_calloc` guarantees, as `malloc` does.
const MAX_ALIGN: usize = 16;

// SAFETY: blocks come from `mg_calloc`, which returns memory aligned for any C object, and go back
// through `mg_free`. A layout that asks for more alignment gets a part of a larger block, whose
// start is kept in the word in front of that part.
unsafe impl GlobalAlloc for CAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= MAX_ALIGN {
            // SAFETY: `mg_calloc` may be called with any sizes.
            return unsafe { mg_calloc(1, layout.size()).cast() };
        }
        let Some(size) = layout.size().checked_add(layout.align()) else {
            return core::ptr::null_mut();
        };
        // SAFETY: `mg_calloc` may be called with any sizes.
        let block: *mut u8 = unsafe { mg_calloc(1, size).cast() };
        if block.is_null() {
            return block;
        }
        // The block is aligned to `MAX_ALIGN`, so at least that many bytes are skipped.
        let skip = layout.align() - block as usize % layout.align();
        // SAFETY: `skip` is at most `align`, and at least the size of a pointer.
        unsafe {
            let part = block.add(skip);
            part.cast::<*mut u8>().sub(1).write(block);
            part
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: same contract as `alloc`; `mg_calloc` zeroes.
        unsafe { self.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: `ptr` came from `alloc` above, which kept the start of over-aligned blocks.
        unsafe {
            let block =
                if layout.align() <= MAX_ALIGN { ptr } else { ptr.cast::<*mut u8>().sub(1).read() };
            mg_free(block.cast())
        }
    }
}

#[cfg(not(any(test, miri)))]
#[global_allocator]
static ALLOCATOR: CAlloc = CAlloc;

/// Zeroed block of `len` bytes that C may release with `mg_free`; NULL if memory is out.
pub fn calloc(len: usize) -> *mut u8 {
    // SAFETY: `mg_calloc` may be called with any sizes.
    unsafe { mg_calloc(1, len).cast() }
}

/// NUL-terminated copy of `s` that C may release with `mg_free`; NULL if memory is out.
pub fn strdup(s: &[u8]) -> *mut c_char {
    let Some(size) = s.len().checked_add(1) else {
        return core::ptr::null_mut();
    };
    let p = calloc(size);
    if !p.is_null() {
        // SAFETY: `p` is a fresh block of `s.len() + 1` zero bytes.
        unsafe { core::ptr::copy_nonoverlapping(s.as_ptr(), p, s.len()) };
    }
    p.cast()
}

/// Panics stopped at the C edge since the program started.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// How many panics were stopped at the C edge since the program started.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Runs `f`; a panic inside is counted and turned into `default`, it never unwinds into C.
pub fn guard<R>(default: R, f: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        default
    })
}

/// Bytes behind a pointer with a length; empty for NULL or a length of 0.
///
/// # Safety
/// Rule 2 of the C edge, for as long as the slice is used.
pub unsafe fn bytes<'a>(p: *const c_void, len: usize) -> &'a [u8] {
    if p.is_null() || len == 0 || len > isize::MAX as usize {
        return &[];
    }
    // SAFETY: the caller promises `len` readable bytes at `p`.
    unsafe { core::slice::from_raw_parts(p.cast(), len) }
}

/// Writable bytes behind a pointer with a length; empty for NULL or a length of 0.
///
/// # Safety
/// Rule 2 of the C edge, and nothing else refers to the bytes while the slice is used.
pub unsafe fn bytes_mut<'a>(p: *mut c_void, len: usize) -> &'a mut [u8] {
    if p.is_null() || len == 0 || len > isize::MAX as usize {
        return &mut [];
    }
    // SAFETY: the caller promises `len` writable bytes at `p` that nobody else refers to.
    unsafe { core::slice::from_raw_parts_mut(p.cast(), len) }
}

/// Bytes of a C string without its NUL; `None` for NULL.
///
/// # Safety
/// Rule 3 of the C edge, for as long as the slice is used.
pub unsafe fn cstr<'a>(s: *const c_char) -> Option<&'a [u8]> {
    if s.is_null() {
        return None;
    }
    // SAFETY: the caller promises a NUL-terminated string.
    Some(unsafe { CStr::from_ptr(s) }.to_bytes())
}

impl mg_str {
    /// `{NULL, 0}`.
    pub const NULL: mg_str = mg_str { buf: core::ptr::null_mut(), len: 0 };

    /// The slice as C sees it. C's `char *` is not const, but nobody writes through it unless the
    /// memory is the program's own.
    pub fn new(s: &[u8]) -> mg_str {
        mg_str { buf: s.as_ptr() as *mut c_char, len: s.len() }
    }

    /// The bytes, empty for NULL.
    ///
    /// # Safety
    /// Rule 4 of the C edge, for as long as the slice is used.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: passed on.
        unsafe { bytes(self.buf.cast(), self.len) }
    }
}
