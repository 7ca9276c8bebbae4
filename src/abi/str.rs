//! Strings: `struct mg_str` and what works on it.

use core::cmp::Ordering;
use core::ffi::{c_char, c_int, c_void};

use super::mem::{cstr, strdup};
use super::panics::exported;
use super::types::mg_str;
use crate::text::{glob, str};

/// The slice of a NUL-terminated string; `{NULL, 0}` for NULL. Programs write `mg_str(s)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_str_s(s: *const c_char) -> mg_str {
    exported("mg_str_s", mg_str::NULL, || {
        // SAFETY: rule 3.
        let len = unsafe { cstr(s) }.map_or(0, <[u8]>::len);
        mg_str { buf: s.cast_mut(), len }
    })
}

/// The slice of `n` bytes at `s`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_str_n(s: *const c_char, n: usize) -> mg_str {
    exported("mg_str_n", mg_str::NULL, || mg_str { buf: s.cast_mut(), len: n })
}

/// Compares two C strings, ignoring ASCII case. Returns 0 if they are equal, else the difference of
/// the first two lower-case characters that differ. NULL counts as empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_casecmp(s1: *const c_char, s2: *const c_char) -> c_int {
    exported("mg_casecmp", 0, || {
        // SAFETY: rule 3.
        let (a, b) = unsafe { (cstr(s1), cstr(s2)) };
        str::casecmp(a.unwrap_or_default(), b.unwrap_or_default())
    })
}

fn sign(order: Ordering) -> c_int {
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Compares two slices byte by byte: -1, 0 or 1. A prefix is smaller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_strcmp(str1: mg_str, str2: mg_str) -> c_int {
    exported("mg_strcmp", 0, || {
        // SAFETY: rule 4.
        let (a, b) = unsafe { (str1.bytes(), str2.bytes()) };
        sign(str::compare(a, b))
    })
}

/// Compares two slices ignoring ASCII case: -1, 0 or 1. A prefix is smaller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_strcasecmp(str1: mg_str, str2: mg_str) -> c_int {
    exported("mg_strcasecmp", 0, || {
        // SAFETY: rule 4.
        let (a, b) = unsafe { (str1.bytes(), str2.bytes()) };
        sign(str::compare_ignore_case(a, b))
    })
}

/// A copy of `s` with a NUL behind it; the caller frees `buf` with mg_free(). `{NULL, 0}` if `s` is
/// empty or memory runs out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_strdup(s: mg_str) -> mg_str {
    exported("mg_strdup", mg_str::NULL, || {
        // SAFETY: rule 4.
        let bytes = unsafe { s.bytes() };
        let copy = if bytes.is_empty() { core::ptr::null_mut() } else { strdup(bytes) };
        if copy.is_null() { mg_str::NULL } else { mg_str { buf: copy, len: bytes.len() } }
    })
}

/// Splits `s` at the first `sep`: `*a` is what stands before it, `*b` what follows. Without `sep`,
/// `*a` is all and `*b` the empty end.
///
/// Returns false, with nothing written, if `s` is empty. `a` and `b` may be NULL, or point to the
/// variable that was passed as `s`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_span(s: mg_str, a: *mut mg_str, b: *mut mg_str, sep: c_char) -> bool {
    exported("mg_span", false, || {
        // SAFETY: rule 4.
        let Some((first, rest)) = str::span(unsafe { s.bytes() }, sep as u8) else {
            return false;
        };
        // SAFETY: rule 5; `b` last, so that it wins if both are the same.
        unsafe {
            if !a.is_null() {
                a.write(mg_str::new(first));
            }
            if !b.is_null() {
                b.write(mg_str::new(rest));
            }
        }
        true
    })
}

/// Reads an unsigned number that makes up all of `str` into the `val_len` (1, 2, 4 or 8) bytes at
/// `val`.
///
/// `base` is 2, 10, 16, or 0: by prefix `0b` or `0x`, else decimal. Returns false, with `*val`
/// unchanged, if there is anything but digits, on overflow, and for other bases or widths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_str_to_num(
    str: mg_str,
    base: c_int,
    val: *mut c_void,
    val_len: usize,
) -> bool {
    exported("mg_str_to_num", false, || {
        if val.is_null() || !matches!(val_len, 1 | 2 | 4 | 8) {
            return false;
        }
        let max = u64::MAX >> (64 - 8 * val_len);
        let base = u32::try_from(base).unwrap_or(u32::MAX);
        // SAFETY: rule 4.
        let Some(n) = str::to_num(unsafe { str.bytes() }, base, max) else {
            return false;
        };
        // SAFETY: rule 5: `val` has `val_len` writable bytes, of any alignment.
        unsafe {
            match val_len {
                1 => val.cast::<u8>().write(n as u8),
                2 => val.cast::<u16>().write_unaligned(n as u16),
                4 => val.cast::<u32>().write_unaligned(n as u32),
                _ => val.cast::<u64>().write_unaligned(n),
            }
        }
        true
    })
}

/// Reads a decimal size with blanks and tabs around it. Returns false, with `*val` unchanged, for
/// anything else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_to_size_t(str: mg_str, val: *mut usize) -> bool {
    exported("mg_to_size_t", false, || {
        // SAFETY: rule 4.
        let Some(n) = str::to_size(unsafe { str.bytes() }) else {
            return false;
        };
        if val.is_null() {
            return false;
        }
        // SAFETY: rule 5.
        unsafe { val.write_unaligned(n) };
        true
    })
}

/// Tells whether all of `str` matches the glob `pattern`: `?` is any one byte, `*` any bytes but
/// `/`, `#` any bytes.
///
/// If `caps` is not NULL it gets one slice of `str` per wildcard, and `{NULL, 0}` behind the last
/// one; it needs one more entry than the pattern has wildcards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_match(str: mg_str, pattern: mg_str, caps: *mut mg_str) -> bool {
    exported("mg_match", false, || {
        // SAFETY: rule 4.
        let (text, pattern) = unsafe { (str.bytes(), pattern.bytes()) };
        let base = if str.buf.is_null() { text.as_ptr().cast_mut().cast() } else { str.buf };
        let mut store = |i: usize, capture: Option<(usize, usize)>| {
            let slice = capture
                .map_or(mg_str::NULL, |(start, len)| mg_str { buf: base.wrapping_add(start), len });
            if !caps.is_null() {
                // SAFETY: rule 5: the array has one more entry than the pattern has wildcards, and the
                // matcher stores no more.
                unsafe { caps.add(i).write(slice) };
            }
        };
        glob::matches(text, pattern, &mut store)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::mem::mg_free;

    #[test]
    fn ch02_1_4_slices_and_copies() {
        // SAFETY: strings and slices of the given lengths.
        unsafe {
            let null = mg_str_s(core::ptr::null());
            assert!(null.buf.is_null() && null.len == 0);
            let s = mg_str::new(b"a\0b");
            let copy = mg_strdup(s);
            assert_eq!((copy.bytes(), *copy.buf.add(3)), (&b"a\0b"[..], 0));
            mg_free(copy.buf.cast());
            assert!(mg_strdup(mg_str_n(s.buf, 0)).buf.is_null());
            assert!(mg_strdup(null).buf.is_null());
        }
    }

    #[test]
    fn ch02_5_span_into_its_own_argument() {
        // SAFETY: a live slice; outputs are NULL or writable.
        unsafe {
            let (mut rest, mut item, mut items) = (mg_str::new(b"a,,b,"), mg_str::NULL, Vec::new());
            while mg_span(rest, &raw mut item, &raw mut rest, b',' as c_char) {
                items.push(item.bytes().to_vec());
            }
            assert_eq!(items, [&b"a"[..], b"", b"b"]);
            let null = core::ptr::null_mut();
            assert!(mg_span(mg_str::new(b"a"), null, null, b',' as c_char));
        }
    }
}
