//! Memory across the C edge, panics at the C edge, and C pointers turned into slices.

use core::ffi::{CStr, c_char, c_void};
use core::ptr::NonNull;

pub use super::hooks::{mg_calloc, mg_free};
use super::types::mg_str;

/// Alignment that `mg_calloc` guarantees, as `malloc` does.
const MAX_ALIGN: usize = 16;

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

/// Moves `value` to the heap; `None` if memory is out. Release it with [`unbox`].
pub(crate) fn try_box<T>(value: T) -> Option<NonNull<T>> {
    try_box_or_return(value).ok()
}

/// [`try_box`] that gives the value back if memory is out.
pub(crate) fn try_box_or_return<T>(value: T) -> Result<NonNull<T>, T> {
    const { assert!(size_of::<T>() > 0 && align_of::<T>() <= MAX_ALIGN) };
    let Some(block) = NonNull::new(calloc(size_of::<T>()).cast::<T>()) else { return Err(value) };
    // SAFETY: the block is big enough for a `T` and aligned for it.
    unsafe { block.write(value) };
    Ok(block)
}

/// Takes a value back from the heap.
///
/// # Safety
/// `boxed` came from [`try_box`] and is not used afterwards.
pub(crate) unsafe fn unbox<T>(boxed: NonNull<T>) -> T {
    // SAFETY: `try_box` wrote a `T` there and gave it to the caller alone.
    let value = unsafe { boxed.read() };
    // SAFETY: the block came from `mg_calloc`.
    unsafe { mg_free(boxed.as_ptr().cast()) };
    value
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
