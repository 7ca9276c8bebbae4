//! Functions that a program may replace by its own: weak definitions in `src/shim/hook_*.c`.

use core::ffi::c_void;

unsafe extern "C" {
    /// Returns `count * size` zeroed bytes aligned for any object, or NULL.
    ///
    /// All memory of the library comes from here; a program may define its own mg_calloc and
    /// mg_free.
    pub fn mg_calloc(count: usize, size: usize) -> *mut c_void;

    /// Releases memory that came from mg_calloc; NULL is fine.
    pub fn mg_free(ptr: *mut c_void);

    /// Fills `buf` with `len` unpredictable bytes; a program may define its own.
    ///
    /// Returns false if the system has none to give.
    pub fn mg_random(buf: *mut c_void, len: usize) -> bool;

    /// Milliseconds of a clock that never goes back; a program may define its own.
    pub fn mg_millis() -> u64;
}
