//! Growable buffers: `struct mg_iobuf`.
//!
//! The struct is the program's: its fields are read into a checked [`View`], never borrowed.

use core::ffi::c_void;
use core::ptr;

use super::mem::{calloc, mg_free};
use super::panics::exported;
use super::types::mg_iobuf;
use super::util::wipe;

/// Above this capacity buffers grow by half instead of by what is needed, so that text printed
/// byte by byte costs linear time.
const GEOMETRIC_FROM: usize = 1024;

/// The fields of a buffer, made consistent.
/// INVARIANT: `len <= size`, and `buf` holds `size` bytes (it may be NULL only if `size` is 0).
#[derive(Clone, Copy)]
struct View {
    buf: *mut u8,
    size: usize,
    len: usize,
    align: usize,
}

impl View {
    /// Reads `io`; a program may have set a NULL `buf` or `len > size` by hand.
    ///
    /// # Safety
    /// Rule 1 of the C edge, and `io` is not NULL.
    unsafe fn of(io: *const mg_iobuf) -> View {
        // SAFETY: the caller's obligation.
        let (buf, size, len, align) = unsafe { ((*io).buf, (*io).size, (*io).len, (*io).align) };
        let size = if buf.is_null() { 0 } else { size };
        View { buf, size, len: len.min(size), align }
    }

    fn round_up(&self, n: usize) -> Option<usize> {
        let n = if self.align == 0 { n } else { n.checked_next_multiple_of(self.align)? };
        (n <= isize::MAX as usize).then_some(n)
    }

    fn contains(&self, p: *const u8) -> bool {
        (self.buf as usize..self.buf as usize + self.size).contains(&(p as usize))
    }
}

/// Initialises `io` and gives it room for `size` bytes.
///
/// Previous storage is not freed. `align` is the growth step in bytes, 0 for none. Returns false
/// when memory runs out or `io` is NULL; with `size` 0 nothing is allocated. Released with
/// mg_iobuf_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_init(io: *mut mg_iobuf, size: usize, align: usize) -> bool {
    exported("mg_iobuf_init", false, || {
        if io.is_null() {
            return false;
        }
        // SAFETY: rule 1.
        unsafe { io.write(mg_iobuf { buf: ptr::null_mut(), size: 0, len: 0, align }) };
        // SAFETY: passed on.
        unsafe { mg_iobuf_resize(io, size) }
    })
}

/// Sets the capacity of `io` to `new_size` bytes, rounded up to a multiple of `io->align`.
///
/// Content that does not fit is cut off. 0 frees the storage and keeps `align`. The data moves, so
/// pointers into the buffer become invalid; the old block is wiped. Returns false, with the buffer
/// unchanged, when memory runs out or `io` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_resize(io: *mut mg_iobuf, new_size: usize) -> bool {
    exported("mg_iobuf_resize", false, || {
        // SAFETY: passed on.
        !io.is_null() && unsafe { resize(io, new_size) }
    })
}

/// Frees the storage of `io`, which can be used again at once. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_free(io: *mut mg_iobuf) {
    exported("mg_iobuf_free", (), || {
        // SAFETY: passed on.
        unsafe { mg_iobuf_resize(io, 0) };
    })
}

/// Inserts `len` bytes at `buf` before offset `ofs` of `io`.
///
/// A NULL `buf` makes a gap without writing it. An `ofs` behind the data puts zero bytes between.
/// The capacity becomes the smallest multiple of `io->align` that holds the data, so it may also
/// shrink. `buf` may point into `io`. Returns `len`, or 0 with nothing changed when memory runs
/// out, lengths overflow or `io` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_add(
    io: *mut mg_iobuf,
    ofs: usize,
    buf: *const c_void,
    len: usize,
) -> usize {
    exported("mg_iobuf_add", 0, || {
        if io.is_null() {
            return 0;
        }
        // SAFETY: rules 1 and 2, passed on.
        unsafe { insert(io, ofs, buf.cast(), len) }
    })
}

/// Removes up to `len` bytes at offset `ofs` of `io` and returns how many were removed.
///
/// The bytes behind move down and the place they leave is zeroed; the capacity stays. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_del(io: *mut mg_iobuf, ofs: usize, len: usize) -> usize {
    exported("mg_iobuf_del", 0, || {
        if io.is_null() {
            return 0;
        }
        // SAFETY: rule 1.
        let view = unsafe { View::of(io) };
        let ofs = ofs.min(view.len);
        let removed = len.min(view.len - ofs);
        let left = view.len - removed;
        if removed > 0 {
            // SAFETY: `ofs + removed <= len <= size`, by the view's invariant.
            unsafe {
                ptr::copy(view.buf.add(ofs + removed), view.buf.add(ofs), left - ofs);
                ptr::write_bytes(view.buf.add(left), 0, removed);
            }
        }
        // SAFETY: rule 1.
        unsafe { (*io).len = left };
        removed
    })
}

/// [`mg_iobuf_resize`] for a non-NULL buffer.
unsafe fn resize(io: *mut mg_iobuf, new_size: usize) -> bool {
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    let Some(size) = view.round_up(new_size) else {
        return false;
    };
    if size == view.size && size > 0 {
        return true;
    }
    let block = if size > 0 { calloc(size) } else { ptr::null_mut() };
    if size > 0 && block.is_null() {
        crate::error!("OOM {}->{}", view.size, size);
        return false;
    }
    let kept = view.len.min(size);
    if kept > 0 {
        // SAFETY: `kept` bytes lie in both blocks, and the new one is fresh.
        unsafe { ptr::copy_nonoverlapping(view.buf, block, kept) };
    }
    // SAFETY: rule 1; the old block came from `mg_calloc` and nobody else frees it.
    unsafe {
        release(view);
        (*io).buf = block;
        (*io).size = size;
        (*io).len = kept;
    }
    true
}

/// Wipes and frees the storage.
unsafe fn release(view: View) {
    if !view.buf.is_null() {
        // SAFETY: `buf` holds `size` bytes from `mg_calloc`.
        unsafe {
            wipe(view.buf, view.size);
            mg_free(view.buf.cast());
        }
    }
}

/// [`mg_iobuf_add`] for a non-NULL buffer.
unsafe fn insert(io: *mut mg_iobuf, ofs: usize, src: *const u8, len: usize) -> usize {
    // SAFETY: rule 1.
    let old = unsafe { View::of(io) };
    let Some(need) = ofs.max(old.len).checked_add(len) else {
        return 0;
    };
    // A source inside the buffer would move away while it is read.
    let copy = if len > 0 && old.contains(src) { calloc(len) } else { ptr::null_mut() };
    if !copy.is_null() {
        // SAFETY: rule 2 for `src`; `copy` is a fresh block of `len` bytes.
        unsafe { ptr::copy_nonoverlapping(src, copy, len) };
    } else if len > 0 && old.contains(src) {
        return 0;
    }
    let src = if copy.is_null() { src } else { copy.cast_const() };
    // SAFETY: rule 1.
    let grown = unsafe { resize(io, need) };
    if grown {
        // SAFETY: the capacity is at least `need`.
        unsafe { insert_in_place(io, ofs, src, len) };
    }
    // SAFETY: `copy` is NULL or ours.
    unsafe { mg_free(copy.cast()) };
    if grown { len } else { 0 }
}

/// Moves the tail up, fills the distance and the gap. The capacity suffices already.
unsafe fn insert_in_place(io: *mut mg_iobuf, ofs: usize, src: *const u8, len: usize) {
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    // SAFETY: `max(ofs, view.len) + len <= view.size`: the caller made room; `src` is outside.
    unsafe {
        if ofs > view.len {
            ptr::write_bytes(view.buf.add(view.len), 0, ofs - view.len);
        } else if len > 0 {
            ptr::copy(view.buf.add(ofs), view.buf.add(ofs + len), view.len - ofs);
        }
        if len > 0 && !src.is_null() {
            ptr::copy_nonoverlapping(src, view.buf.add(ofs), len);
        }
        (*io).len = ofs.max(view.len) + len;
    }
}

/// Makes room for `extra` bytes behind the data. The capacity grows by half of itself at least
/// once it is large, always to a multiple of `align`; if that much memory is not to be had, by
/// what is needed. False, with nothing changed, when memory runs out.
///
/// # Safety
/// Rule 1 of the C edge, and `io` is not NULL.
pub unsafe fn reserve(io: *mut mg_iobuf, extra: usize) -> bool {
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    let Some(need) = view.len.checked_add(extra) else {
        return false;
    };
    if need <= view.size {
        return true;
    }
    let generous = view.size.saturating_add(view.size / 2);
    if view.size >= GEOMETRIC_FROM && generous > need {
        // SAFETY: rule 1.
        if unsafe { resize(io, generous) } {
            return true;
        }
    }
    // SAFETY: rule 1.
    unsafe { resize(io, need) }
}

/// Appends `bytes`, which may lie in the buffer itself. False, with nothing changed, when memory
/// runs out.
///
/// # Safety
/// Rule 1 of the C edge, and `io` is not NULL.
pub unsafe fn append(io: *mut mg_iobuf, bytes: &[u8]) -> bool {
    // SAFETY: rule 1.
    let old = unsafe { View::of(io) };
    if bytes.is_empty() {
        return true;
    }
    if old.contains(bytes.as_ptr()) && old.size - old.len < bytes.len() {
        // The source would be freed by growing: the insertion keeps a copy.
        // SAFETY: rule 1; `bytes` are readable.
        return unsafe { insert(io, old.len, bytes.as_ptr(), bytes.len()) } > 0;
    }
    // SAFETY: rule 1.
    if !unsafe { reserve(io, bytes.len()) } {
        return false;
    }
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    // SAFETY: `reserve` made room for `bytes` behind `len`.
    unsafe {
        ptr::copy(bytes.as_ptr(), view.buf.add(view.len), bytes.len());
        (*io).len = view.len + bytes.len();
    }
    true
}

/// Appends text and keeps a NUL behind it, as `mg_pfn_iobuf` called for each byte would. When
/// memory runs out the room that is left is used up, its last byte for a NUL that then counts in
/// `len`; the answer is false.
///
/// # Safety
/// Rule 1 of the C edge, and `io` is not NULL.
pub unsafe fn append_text(io: *mut mg_iobuf, text: &[u8]) -> bool {
    if text.is_empty() {
        return true;
    }
    // SAFETY: rule 1.
    let has_room = unsafe { reserve(io, text.len() + 1) };
    if has_room {
        // SAFETY: rule 1, and there is room for the text and a NUL.
        unsafe { terminate(io, text) };
    } else {
        // SAFETY: rule 1.
        unsafe { append_text_noresize(io, text) };
    }
    has_room
}

/// [`append_text`] without growing.
///
/// # Safety
/// Rule 1 of the C edge, and `io` is not NULL.
pub unsafe fn append_text_noresize(io: *mut mg_iobuf, text: &[u8]) {
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    let free = view.size - view.len;
    if text.len() < free {
        // SAFETY: text and NUL fit.
        unsafe { terminate(io, text) };
    } else if free > 0 && !text.is_empty() {
        // SAFETY: `free - 1` characters and the NUL fit; the NUL counts.
        unsafe {
            terminate(io, text.get(..free - 1).unwrap_or_default());
            (*io).len = view.size;
        }
    }
}

/// Copies `text` and a NUL behind the data; there is room.
unsafe fn terminate(io: *mut mg_iobuf, text: &[u8]) {
    // SAFETY: rule 1.
    let view = unsafe { View::of(io) };
    // SAFETY: the caller made sure that `len + text.len() < size`.
    unsafe {
        ptr::copy(text.as_ptr(), view.buf.add(view.len), text.len());
        view.buf.add(view.len + text.len()).write(0);
        (*io).len = view.len + text.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(io: &mg_iobuf) -> &[u8] {
        // SAFETY: the buffer holds its length.
        unsafe { crate::abi::mem::bytes(io.buf.cast(), io.len) }
    }

    fn fresh(align: usize) -> mg_iobuf {
        mg_iobuf { buf: ptr::null_mut(), size: 0, len: 0, align }
    }

    #[test]
    fn ch01_45_46_47_sizes_and_places() {
        let mut io = fresh(8);
        let p = &raw mut io;
        // SAFETY: a live buffer; sources of the given lengths.
        unsafe {
            assert_eq!(mg_iobuf_add(p, 5, b"ab".as_ptr().cast(), 2), 2);
            assert_eq!((content(&*p), (*p).size), (&b"\0\0\0\0\0ab"[..], 8));
            assert_eq!(mg_iobuf_add(p, 0, b"x".as_ptr().cast(), 1), 1);
            assert_eq!((*p).size, 8, "filled exactly");
            assert_eq!(mg_iobuf_add(p, 7, b"y".as_ptr().cast(), 1), 1);
            assert_eq!((content(&*p), (*p).size), (&b"x\0\0\0\0\0ayb"[..], 16));
            assert_eq!(mg_iobuf_del(p, 7, usize::MAX), 2);
            assert_eq!(mg_iobuf_del(p, 99, 1), 0);
            assert_eq!((content(&*p), (*p).size), (&b"x\0\0\0\0\0a"[..], 16));
            assert_eq!(*(*p).buf.add(7), 0, "vacated bytes are zero");
            assert!(mg_iobuf_resize(p, 1));
            assert_eq!((content(&*p), (*p).size), (&b"x\0\0\0\0\0a"[..], 8));
            assert_eq!(mg_iobuf_add(p, 7, ptr::null(), 2), 2);
            assert_eq!((*p).len, 9);
            mg_iobuf_free(p);
            assert_eq!(((*p).size, (*p).len, (*p).align), (0, 0, 8));
        }
    }

    #[test]
    fn ch01_48_failures_change_nothing() {
        let mut io = fresh(0);
        let p = &raw mut io;
        // SAFETY: a live buffer; sources are only read when there is room.
        unsafe {
            assert!(append(p, b"abc"));
            for (ofs, len) in
                [(usize::MAX, 1), (1, usize::MAX), (1 << 62, 8), (0, isize::MAX as usize)]
            {
                assert_eq!(mg_iobuf_add(p, ofs, ptr::null(), len), 0);
                assert!(!mg_iobuf_resize(p, isize::MAX as usize - 64));
                assert_eq!((content(&*p), (*p).size), (&b"abc"[..], 3));
            }
            mg_iobuf_free(p);
        }
    }

    #[test]
    fn ch01_weak_38_39_sources_inside_and_odd_fields() {
        let mut io = fresh(0);
        let p = &raw mut io;
        // SAFETY: a live buffer.
        unsafe {
            assert!(append(p, b"abcd"));
            assert_eq!(mg_iobuf_add(p, 0, (*p).buf.add(2).cast(), 2), 2);
            assert_eq!(content(&*p), b"cdabcd");
            let inside = crate::abi::mem::bytes((*p).buf.cast(), 6);
            assert!(append(p, inside));
            assert_eq!(content(&*p), b"cdabcdcdabcd");
            (*p).len = 1000;
            assert_eq!(mg_iobuf_del(p, 0, 1000), 12);
            mg_iobuf_free(p);
            (*p).len = 7;
            assert_eq!(mg_iobuf_del(p, 0, 7), 0);
            assert_eq!((*p).len, 0);
        }
    }

    #[test]
    fn ch02_weak_10_growth_is_geometric() {
        let mut io = fresh(0);
        let (p, mut moves) = (&raw mut io, 0);
        // SAFETY: a live buffer.
        unsafe {
            for _ in 0..1_000_000 {
                let before = (*p).size;
                assert!(append_text(p, b"x"));
                moves += usize::from((*p).size != before && before >= GEOMETRIC_FROM);
                assert!((*p).size > (*p).len && *(*p).buf.add((*p).len) == 0);
            }
            assert!(moves < 30, "{moves}");
            mg_iobuf_free(p);
        }
    }
}
