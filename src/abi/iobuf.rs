//! Growable buffers: `struct mg_iobuf`.
//!
//! The struct is the program's: a [`Buffer`] reads its fields into a checked [`View`] and never
//! borrows them.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use super::mem::{bytes, bytes_mut, calloc, mg_free};
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
    fn round_up(&self, n: usize) -> Option<usize> {
        let n = if self.align == 0 { n } else { n.checked_next_multiple_of(self.align)? };
        (n <= isize::MAX as usize).then_some(n)
    }

    fn contains(&self, p: *const u8) -> bool {
        (self.buf as usize..self.buf as usize + self.size).contains(&(p as usize))
    }
}

/// Handle to a buffer. INVARIANT: while it is used the struct is live, and `buf` holds `size` bytes
/// that nobody else frees, from `mg_calloc` if a method is called that changes the capacity.
#[derive(Clone, Copy)]
pub struct Buffer(NonNull<mg_iobuf>);

impl Buffer {
    /// Handle to `io`; `None` for NULL.
    ///
    /// # Safety
    /// The type's invariant: rule 1 of the C edge for as long as the handle is used, and storage
    /// from `mg_calloc` unless [`Buffer::append_text_noresize`] is all that is called. Slices of the
    /// content that anybody holds end before a method changes it.
    pub unsafe fn from_ptr(io: *mut mg_iobuf) -> Option<Buffer> {
        NonNull::new(io).map(Buffer)
    }

    /// Handle to `io`, which is not NULL.
    ///
    /// # Safety
    /// As [`Buffer::from_ptr`].
    pub(crate) unsafe fn of(io: *mut mg_iobuf) -> Buffer {
        // SAFETY: passed on.
        Buffer(unsafe { NonNull::new_unchecked(io) })
    }

    /// Reads the fields; a program may have set a NULL `buf` or `len > size` by hand.
    fn view(self) -> View {
        // SAFETY: the type's invariant.
        let mg_iobuf { buf, size, len, align } = unsafe { self.0.read() };
        let size = if buf.is_null() { 0 } else { size };
        View { buf, size, len: len.min(size), align }
    }

    /// Bytes of content, never more than the capacity.
    pub(crate) fn len(self) -> usize {
        self.view().len
    }

    /// The capacity in bytes.
    pub(crate) fn size(self) -> usize {
        self.view().size
    }

    /// Sets the length of the content. Whoever reads the buffer keeps to the capacity.
    pub(crate) fn set_len(self, len: usize) {
        // SAFETY: the type's invariant.
        unsafe { (*self.0.as_ptr()).len = len };
    }

    /// Sets the growth step.
    pub(crate) fn set_align(self, align: usize) {
        // SAFETY: the type's invariant.
        unsafe { (*self.0.as_ptr()).align = align };
    }

    /// True if there is storage without content.
    pub(crate) fn is_idle(self) -> bool {
        let view = self.view();
        view.len == 0 && view.size > 0
    }

    /// Where the storage starts; NULL if there is none.
    pub(crate) fn start(self) -> *mut u8 {
        self.view().buf
    }

    /// True if `p` points into the storage.
    pub(crate) fn contains(self, p: *const u8) -> bool {
        self.view().contains(p)
    }

    /// The content.
    ///
    /// # Safety
    /// Nobody changes the buffer while the slice is used.
    pub(crate) unsafe fn bytes<'a>(self) -> &'a [u8] {
        let view = self.view();
        // SAFETY: the view's invariant; the rest is the caller's obligation.
        unsafe { bytes(view.buf.cast(), view.len) }
    }

    /// The content, to be changed in place.
    ///
    /// # Safety
    /// Nobody else uses the buffer while the slice is used.
    pub(crate) unsafe fn bytes_mut<'a>(self) -> &'a mut [u8] {
        let view = self.view();
        // SAFETY: the view's invariant; the rest is the caller's obligation.
        unsafe { bytes_mut(view.buf.cast(), view.len) }
    }

    /// A copy of the content.
    pub(crate) fn to_vec(self) -> Vec<u8> {
        // SAFETY: nothing happens to the buffer before the slice is copied.
        unsafe { self.bytes() }.to_vec()
    }

    /// Overwrites what is in the storage at `ofs`, whether it belongs to the content or not. False,
    /// with nothing changed, if `bytes` don't fit.
    pub(crate) fn write_at(self, ofs: usize, bytes: &[u8]) -> bool {
        let view = self.view();
        let fits = ofs.checked_add(bytes.len()).is_some_and(|end| end <= view.size);
        if fits && !bytes.is_empty() {
            // SAFETY: `ofs + bytes.len() <= size`, by the comparison and the view's invariant.
            unsafe { ptr::copy(bytes.as_ptr(), view.buf.add(ofs), bytes.len()) };
        }
        fits
    }

    /// [`mg_iobuf_resize`].
    pub(crate) fn resize(self, new_size: usize) -> bool {
        let view = self.view();
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
        let len = view.len.min(size);
        if len > 0 {
            // SAFETY: `len` bytes lie in both blocks, and the new one is fresh.
            unsafe { ptr::copy_nonoverlapping(view.buf, block, len) };
        }
        // SAFETY: the type's invariant, which the new block of `size` bytes keeps.
        unsafe { self.0.write(mg_iobuf { buf: block, size, len, align: view.align }) };
        if !view.buf.is_null() {
            // SAFETY: `buf` holds `size` bytes from `mg_calloc`, and the struct has forgotten it.
            unsafe {
                wipe(view.buf, view.size);
                mg_free(view.buf.cast());
            }
        }
        true
    }

    /// [`mg_iobuf_free`].
    pub(crate) fn free(self) {
        self.resize(0);
    }

    /// [`mg_iobuf_del`].
    pub(crate) fn delete(self, ofs: usize, len: usize) -> usize {
        let view = self.view();
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
        self.set_len(left);
        removed
    }

    /// [`mg_iobuf_add`].
    ///
    /// # Safety
    /// Rule 2 of the C edge for `src`, which may be NULL and may lie in the buffer.
    unsafe fn insert(self, ofs: usize, src: *const u8, len: usize) -> usize {
        let old = self.view();
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
        let grown = self.resize(need);
        if grown {
            self.open_gap(ofs, len);
        }
        if grown && len > 0 && !src.is_null() {
            // SAFETY: rule 2 for `src`, which lies outside; `len` bytes at `ofs` are the gap.
            unsafe { ptr::copy_nonoverlapping(src, self.start().add(ofs), len) };
        }
        // SAFETY: `copy` is NULL or ours.
        unsafe { mg_free(copy.cast()) };
        if grown { len } else { 0 }
    }

    /// Moves the content behind `ofs` up by `len` bytes, or zeroes the distance if there is none.
    /// False, with nothing changed, if the capacity does not suffice.
    pub(crate) fn open_gap(self, ofs: usize, len: usize) -> bool {
        let view = self.view();
        let Some(end) = ofs.max(view.len).checked_add(len).filter(|&end| end <= view.size) else {
            return false;
        };
        if let Some(distance) = ofs.checked_sub(view.len) {
            // SAFETY: `ofs <= end <= size`, by the view's invariant.
            unsafe { view.buf.wrapping_add(view.len).write_bytes(0, distance) };
        } else if len > 0 {
            // SAFETY: `ofs < len`, and `view.len + len == end <= size`.
            unsafe { ptr::copy(view.buf.add(ofs), view.buf.add(ofs + len), view.len - ofs) };
        }
        self.set_len(end);
        true
    }

    /// Makes room for `extra` bytes behind the data. The capacity grows by half of itself at least
    /// once it is large, always to a multiple of `align`; if that much memory is not to be had, by
    /// what is needed. False, with nothing changed, when memory runs out.
    pub(crate) fn reserve(self, extra: usize) -> bool {
        let view = self.view();
        let Some(need) = view.len.checked_add(extra) else {
            return false;
        };
        if need <= view.size {
            return true;
        }
        let generous = view.size.saturating_add(view.size / 2);
        if view.size >= GEOMETRIC_FROM && generous > need && self.resize(generous) {
            return true;
        }
        self.resize(need)
    }

    /// Appends `bytes`, which may lie in the buffer itself. False, with nothing changed, when memory
    /// runs out.
    pub(crate) fn append(self, bytes: &[u8]) -> bool {
        let old = self.view();
        if bytes.is_empty() {
            return true;
        }
        if old.contains(bytes.as_ptr()) && old.size - old.len < bytes.len() {
            // The source would be freed by growing: the insertion keeps a copy.
            // SAFETY: `bytes` are readable.
            return unsafe { self.insert(old.len, bytes.as_ptr(), bytes.len()) } > 0;
        }
        if !self.reserve(bytes.len()) {
            return false;
        }
        self.write_at(old.len, bytes);
        self.set_len(old.len + bytes.len());
        true
    }

    /// Appends text and keeps a NUL behind it, as `mg_pfn_iobuf` called for each byte would. When
    /// memory runs out the room that is left is used up, its last byte for a NUL that then counts in
    /// `len`; the answer is false.
    pub(crate) fn append_text(self, text: &[u8]) -> bool {
        let view = self.view();
        if text.is_empty() {
            return true;
        }
        if text.len() < view.size - view.len {
            self.terminate(view, text);
            return true;
        }
        let has_room = self.reserve(text.len() + 1);
        self.append_text_noresize(text);
        has_room
    }

    /// [`Buffer::append_text`] without growing.
    pub(crate) fn append_text_noresize(self, text: &[u8]) {
        let view = self.view();
        let free = view.size - view.len;
        if text.is_empty() || free == 0 {
            return;
        }
        if text.len() < free {
            self.terminate(view, text);
        } else {
            // `free - 1` characters and the NUL fit; the NUL counts.
            self.terminate(view, text.get(..free - 1).unwrap_or_default());
            self.set_len(view.size);
        }
    }

    /// Copies `text` and a NUL behind the data; there is room.
    fn terminate(self, View { buf, len, .. }: View, text: &[u8]) {
        // SAFETY: the callers made sure that `len + text.len() < size`, and see the view's invariant.
        unsafe {
            let end = buf.add(len);
            ptr::copy(text.as_ptr(), end, text.len());
            end.add(text.len()).write(0);
        }
        self.set_len(len + text.len());
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
        // SAFETY: rule 1.
        unsafe { Buffer::from_ptr(io) }.is_some_and(|io| io.resize(size))
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
        // SAFETY: rule 1.
        unsafe { Buffer::from_ptr(io) }.is_some_and(|io| io.resize(new_size))
    })
}

/// Frees the storage of `io`, which can be used again at once. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_free(io: *mut mg_iobuf) {
    exported("mg_iobuf_free", (), || {
        // SAFETY: rule 1.
        if let Some(io) = unsafe { Buffer::from_ptr(io) } {
            io.free();
        }
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
        // SAFETY: rules 1 and 2.
        unsafe { Buffer::from_ptr(io).map_or(0, |io| io.insert(ofs, buf.cast(), len)) }
    })
}

/// Removes up to `len` bytes at offset `ofs` of `io` and returns how many were removed.
///
/// The bytes behind move down and the place they leave is zeroed; the capacity stays. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_iobuf_del(io: *mut mg_iobuf, ofs: usize, len: usize) -> usize {
    exported("mg_iobuf_del", 0, || {
        // SAFETY: rule 1.
        unsafe { Buffer::from_ptr(io) }.map_or(0, |io| io.delete(ofs, len))
    })
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
            assert!(Buffer::from_ptr(p).unwrap().append(b"abc"));
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
            assert!(Buffer::from_ptr(p).unwrap().append(b"abcd"));
            assert_eq!(mg_iobuf_add(p, 0, (*p).buf.add(2).cast(), 2), 2);
            assert_eq!(content(&*p), b"cdabcd");
            let inside = crate::abi::mem::bytes((*p).buf.cast(), 6);
            assert!(Buffer::from_ptr(p).unwrap().append(inside));
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
                assert!(Buffer::from_ptr(p).unwrap().append_text(b"x"));
                moves += usize::from((*p).size != before && before >= GEOMETRIC_FROM);
                assert!((*p).size > (*p).len && *(*p).buf.add((*p).len) == 0);
            }
            assert!(moves < 30, "{moves}");
            mg_iobuf_free(p);
        }
    }

    /// With a single byte left there is room for the NUL alone, whatever the storage held before.
    #[test]
    fn the_last_byte_becomes_a_nul() {
        let mut storage = *b"xxxx";
        let mut io = mg_iobuf { buf: storage.as_mut_ptr(), size: 4, len: 3, align: 0 };
        // SAFETY: a live buffer, which is not made larger.
        let buffer = unsafe { Buffer::from_ptr(&raw mut io) }.unwrap();
        buffer.append_text_noresize(b"");
        assert_eq!((io.len, &storage), (3, b"xxxx"));
        buffer.append_text_noresize(b"ab");
        assert_eq!((io.len, &storage), (4, b"xxx\0"));
        buffer.append_text_noresize(b"c");
        assert_eq!((io.len, &storage), (4, b"xxx\0"));
    }
}
