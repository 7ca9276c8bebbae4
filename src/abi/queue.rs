//! Message queue between one producer and one consumer: `struct mg_queue`.
//!
//! Storage format: a native 32-bit length, the payload, the next length. Length 0 sends the reader
//! back to the start. Offsets and lengths are the program's to overwrite, so every one is checked
//! against `size`; a queue that makes no sense counts as empty and full.

use super::panics::exported;
use core::ffi::c_char;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::types::mg_queue;

/// Bytes of a length word.
const WORD: usize = size_of::<u32>();
/// Every booking leaves room for its own length and for an end mark behind it.
const OVERHEAD: usize = 2 * WORD;

/// A live queue. INVARIANT: rule 1 of the C edge, and `buf` holds `size` bytes, `size >= OVERHEAD`.
#[derive(Clone, Copy)]
struct Queue {
    q: *mut mg_queue,
    buf: *mut u8,
    size: usize,
}

impl Queue {
    /// `None` for NULL or storage that holds no message.
    unsafe fn of(q: *mut mg_queue) -> Option<Queue> {
        if q.is_null() {
            return None;
        }
        // SAFETY: rule 1.
        let (buf, size) = unsafe { ((*q).buf.cast::<u8>(), (*q).size) };
        (!buf.is_null() && size >= OVERHEAD).then_some(Queue { q, buf, size })
    }

    fn head(&self) -> &AtomicUsize {
        // SAFETY: the field lives as long as the queue, and the library accesses it atomically.
        unsafe { AtomicUsize::from_ptr(&raw mut (*self.q).head) }
    }

    fn tail(&self) -> &AtomicUsize {
        // SAFETY: as for `head`.
        unsafe { AtomicUsize::from_ptr(&raw mut (*self.q).tail) }
    }

    /// The length word at `ofs`, which must be at most `size - WORD`.
    fn word(&self, ofs: usize) -> usize {
        debug_assert!(ofs <= self.size - WORD);
        // SAFETY: four bytes at `ofs` lie in the storage; no alignment is needed.
        unsafe { self.buf.add(ofs).cast::<u32>().read_unaligned() as usize }
    }

    fn set_word(&self, ofs: usize, value: u32) {
        debug_assert!(ofs <= self.size - WORD);
        // SAFETY: as for `word`; the part belongs to the producer.
        unsafe { self.buf.add(ofs).cast::<u32>().write_unaligned(value) }
    }

    fn payload(&self, ofs: usize) -> *mut c_char {
        self.buf.wrapping_add(ofs + WORD).cast()
    }

    /// Payload bytes free behind the head, and the head they start at.
    fn book(&self, len: usize) -> (usize, usize) {
        let (head, tail) =
            (self.head().load(Ordering::Relaxed), self.tail().load(Ordering::Acquire));
        let last = self.size - WORD;
        let Some(need) = len.checked_add(OVERHEAD) else {
            return (0, 0);
        };
        if head > last || tail > last {
            return (0, 0);
        }
        if head < tail {
            let free = tail - head;
            return (if need < free { free - OVERHEAD } else { 0 }, head);
        }
        let free = self.size - head;
        if need <= free {
            return (free - OVERHEAD, head);
        }
        if tail == 0 {
            return (0, head);
        }
        // Wrap, even if the message does not fit there yet: the reader then follows and a later
        // booking finds the whole storage free.
        self.set_word(head, 0);
        self.head().store(0, Ordering::Release);
        (if need < tail { tail - OVERHEAD } else { 0 }, 0)
    }

    /// Offset and length of the oldest message; length 0 if there is none.
    fn next(&self) -> (usize, usize) {
        let mut tail = self.tail().load(Ordering::Relaxed);
        let head = self.head().load(Ordering::Acquire);
        let last = self.size - WORD;
        if tail == head || tail > last || head > last {
            return (0, 0);
        }
        let mut len = self.word(tail);
        if len == 0 && tail > head {
            tail = 0;
            self.tail().store(0, Ordering::Release);
            if head == 0 {
                return (0, 0);
            }
            len = self.word(0);
        }
        // A message ends at the head, or before the end mark if the head has wrapped.
        let end = if tail < head { head } else { last };
        if len == 0 || len > end.saturating_sub(tail + WORD) { (tail, 0) } else { (tail, len) }
    }
}

/// Makes `q` an empty queue that keeps its messages in the `size` bytes at `buf`, which stay the
/// caller's. NULL `q` is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_queue_init(q: *mut mg_queue, buf: *mut c_char, size: usize) {
    exported("mg_queue_init", (), || {
        if !q.is_null() {
            // SAFETY: rule 1.
            unsafe { q.write(mg_queue { buf, size, tail: 0, head: 0 }) };
        }
    })
}

/// Producer: asks for room for a message of `len` bytes.
///
/// Returns how many bytes may be written to `*buf`, at least `len`, or 0 if there is no room; then
/// the booking may be tried again after the consumer has read. `buf` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_queue_book(
    q: *mut mg_queue,
    buf: *mut *mut c_char,
    len: usize,
) -> usize {
    exported("mg_queue_book", 0, || {
        // SAFETY: rule 1.
        let Some(queue) = (unsafe { Queue::of(q) }) else {
            return 0;
        };
        let (room, head) = queue.book(len);
        if !buf.is_null() {
            // SAFETY: rule 5.
            unsafe { buf.write(queue.payload(head)) };
        }
        room
    })
}

/// Producer: makes the message of `len` bytes that was written to the booked place visible.
/// A `len` of 0, or more than was booked, is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_queue_add(q: *mut mg_queue, len: usize) {
    exported("mg_queue_add", (), || {
        // SAFETY: rule 1.
        let Some(queue) = (unsafe { Queue::of(q) }) else {
            return;
        };
        let (head, tail) =
            (queue.head().load(Ordering::Relaxed), queue.tail().load(Ordering::Acquire));
        let end = if head < tail { tail.min(queue.size) } else { queue.size };
        let fits = end.checked_sub(head).and_then(|free| free.checked_sub(OVERHEAD));
        if let (Ok(word), true) =
            (u32::try_from(len), len > 0 && fits.is_some_and(|room| len <= room))
        {
            queue.set_word(head, word);
            queue.head().store(head + WORD + len, Ordering::Release);
        }
    })
}

/// Consumer: returns the length of the oldest message and stores its place in `*buf`; 0 if the
/// queue is empty. The message stays until mg_queue_del(). `buf` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_queue_next(q: *mut mg_queue, buf: *mut *mut c_char) -> usize {
    exported("mg_queue_next", 0, || {
        // SAFETY: rule 1.
        let Some(queue) = (unsafe { Queue::of(q) }) else {
            return 0;
        };
        let (tail, len) = queue.next();
        if !buf.is_null() {
            // SAFETY: rule 5.
            unsafe { buf.write(queue.payload(tail)) };
        }
        len
    })
}

/// Consumer: removes the oldest message; `len` is what mg_queue_next() returned. Other lengths are
/// ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_queue_del(q: *mut mg_queue, len: usize) {
    exported("mg_queue_del", (), || {
        // SAFETY: rule 1.
        let Some(queue) = (unsafe { Queue::of(q) }) else {
            return;
        };
        let (tail, oldest) = queue.next();
        if len > 0 && len == oldest {
            queue.tail().store(tail + WORD + len, Ordering::Release);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(q: *mut mg_queue, data: &[u8]) -> bool {
        let mut buf = core::ptr::null_mut();
        // SAFETY: a live queue; the booked room is written.
        unsafe {
            if mg_queue_book(q, &raw mut buf, data.len()) < data.len() {
                return false;
            }
            core::ptr::copy_nonoverlapping(data.as_ptr(), buf.cast(), data.len());
            mg_queue_add(q, data.len());
        }
        true
    }

    fn take(q: *mut mg_queue) -> Vec<u8> {
        let mut buf = core::ptr::null_mut();
        // SAFETY: a live queue.
        unsafe {
            let n = mg_queue_next(q, &raw mut buf);
            let data = crate::abi::mem::bytes(buf.cast(), n).to_vec();
            mg_queue_del(q, n);
            data
        }
    }

    #[test]
    fn ch01_54_threads_exchange_messages() {
        const COUNT: usize = 20_000;
        let mut storage = [0u8; 256];
        let mut queue = mg_queue { buf: storage.as_mut_ptr().cast(), size: 256, tail: 0, head: 0 };
        let q = (&raw mut queue) as usize;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for i in 0..COUNT {
                    while !put(q as *mut mg_queue, &vec![i as u8; 1 + i % 50]) {
                        std::thread::yield_now();
                    }
                }
            });
            for i in 0..COUNT {
                let got = loop {
                    let got = take(q as *mut mg_queue);
                    if !got.is_empty() {
                        break got;
                    }
                    std::thread::yield_now();
                };
                assert_eq!(got, vec![i as u8; 1 + i % 50], "message {i}");
            }
        });
    }

    #[test]
    fn ch01_weak_40_nonsense_is_empty_and_full() {
        let mut storage = [0xffu8; 32];
        for (head, tail) in [(99, 0), (0, 99), (8, 0), (0, 8), (usize::MAX, usize::MAX), (29, 30)] {
            let mut queue = mg_queue { buf: storage.as_mut_ptr().cast(), size: 32, tail, head };
            let q = &raw mut queue;
            assert!(take(q).is_empty(), "{head} {tail}");
            // SAFETY: a live queue.
            unsafe {
                mg_queue_add(q, usize::MAX);
                mg_queue_del(q, usize::MAX);
                assert_eq!(mg_queue_book(q, core::ptr::null_mut(), usize::MAX), 0);
            }
        }
    }
}
