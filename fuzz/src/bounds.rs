//! Memory and time that an input may cost.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes requested from the allocator since the program started.
static REQUESTED: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTED.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        REQUESTED.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        REQUESTED.fetch_add(size, Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes that may be requested from the allocator, all requests added up.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// For each byte of input.
    pub per_byte: usize,
    /// Whatever the input.
    pub fixed: usize,
}

/// For code that only looks at its input.
pub const NONE: Memory = Memory { per_byte: 0, fixed: 0 };

/// For code that copies its input: a vector that grows by doubling requests up to four bytes for
/// each byte it ends up with, and the smallest inputs may give messages or tables of fixed size.
pub const COPY: Memory = Memory { per_byte: 8, fixed: 4096 };

/// Processor time whatever the input: a hundred times what is seen, for slow machines.
const FIXED_NS: u64 = 100_000_000;

/// Processor time for each byte of input: with instrumentation and sanitizer a pass over a byte
/// takes some nanoseconds. What takes the square of its length is beyond this at 8 KiB, the most
/// that `tools/fuzz` tries.
const NS_PER_BYTE: u64 = 5_000;

/// Runs `work` and returns how many bytes it requested from the allocator, too.
pub fn requested<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = REQUESTED.load(Relaxed);
    let result = work();
    (result, REQUESTED.load(Relaxed) - before)
}

impl Memory {
    /// Panics if `requested` bytes are too much for `len` bytes of input.
    pub fn check(&self, requested: usize, len: usize) {
        let allowed = self.per_byte * len + self.fixed;
        assert!(requested <= allowed, "{requested} bytes requested for {len} bytes, {self:?}");
    }
}

/// How often work is done that seems to take too long: a virtual processor that the host takes away
/// counts as busy.
const TRIES: u32 = 4;

/// Runs `work`, which looks at `len` bytes and does the same each time, and panics if it takes too long.
pub fn in_time<R>(len: usize, mut work: impl FnMut() -> R) -> R {
    let allowed = FIXED_NS + NS_PER_BYTE * len as u64;
    let mut fastest = u64::MAX;
    for _ in 0..TRIES {
        let begin = processor_ns();
        let result = work();
        let ns = processor_ns() - begin;
        if ns <= allowed {
            return result;
        }
        fastest = fastest.min(ns);
    }
    panic!("{fastest} ns for {len} bytes");
}

/// Runs `work` on an input of `len` bytes and panics if it costs too much.
pub fn within<R>(memory: Memory, len: usize, mut work: impl FnMut() -> R) -> R {
    let (result, requested) = in_time(len, || requested(&mut work));
    memory.check(requested, len);
    result
}

/// Processor time of this thread.
fn processor_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
