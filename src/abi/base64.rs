//! Base64.

use core::ffi::{c_char, c_uchar};

use super::mem::{bytes, bytes_mut};
use super::panics::exported;
use crate::text::base64;

/// Encodes `n` bytes at `p` into `buf`, which has `len` bytes, and returns the length of the text.
///
/// It needs 4 bytes for every 3 begun and one for the NUL; with less room the text is empty and the
/// result 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_base64_encode(
    p: *const c_uchar,
    n: usize,
    buf: *mut c_char,
    len: usize,
) -> usize {
    exported("mg_base64_encode", 0, || {
        // SAFETY: rule 2.
        let (data, out) = unsafe { (bytes(p.cast(), n), bytes_mut(buf.cast(), len)) };

        base64::encode(data, out).unwrap_or_else(|| {
            clear(out);
            0
        })
    })
}

/// Decodes `n` characters at `src` into `dst`, which has `len` bytes, and returns the number of
/// bytes; a NUL follows them.
///
/// It needs 3 bytes for every 4 characters, padding or not, and one for the NUL. Up to three
/// characters left over at the end are ignored. On failure the result is 0 and the text empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_base64_decode(
    src: *const c_char,
    n: usize,
    dst: *mut c_char,
    len: usize,
) -> usize {
    exported("mg_base64_decode", 0, || {
        // SAFETY: rule 2.
        let (text, out) = unsafe { (bytes(src.cast(), n), bytes_mut(dst.cast(), len)) };

        base64::decode(text, out).unwrap_or_else(|| {
            clear(out);
            0
        })
    })
}

fn clear(out: &mut [u8]) {
    if let Some(first) = out.first_mut() {
        *first = 0;
    }
}

/// Encodes one more byte: `len` is the number of characters in `buf` so far, the result the new
/// number. End with mg_base64_final().
///
/// There is no bound: `buf` must have room for the count rounded up to a multiple of 4, plus 1.
/// While the count is no multiple of 4, `buf[len]` holds bits that wait for the next byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_base64_update(
    input_byte: c_uchar,
    buf: *mut c_char,
    len: usize,
) -> usize {
    exported("mg_base64_update", 0, || {
        if buf.is_null() {
            return len;
        }
        // SAFETY: rule 2: the documented room.
        unsafe {
            let place = buf.add(len).cast::<u8>();
            let pending = if len & 3 == 0 { 0 } else { place.read() };
            let (chars, count) = base64::update(input_byte, len, pending);
            place.cast::<[u8; 2]>().write(chars);
            count
        }
    })
}

/// Ends what mg_base64_update() began: pads the text, adds a NUL and returns the length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_base64_final(buf: *mut c_char, len: usize) -> usize {
    exported("mg_base64_final", 0, || {
        if buf.is_null() {
            return 0;
        }
        let end = len.next_multiple_of(4);
        // SAFETY: rule 2: the documented room.
        unsafe {
            if end > len {
                let place = buf.add(len).cast::<u8>();
                place.write(base64::letter(place.read()));
                place.add(1).write_bytes(b'=', end - len - 1);
            }
            buf.add(end).write(0);
        }
        end
    })
}
