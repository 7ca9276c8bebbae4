//! JSON lookups. All work on slices that need not be NUL-terminated and scan them once per call.

use core::ffi::{c_char, c_int, c_long};
use core::ops::Range;
use core::ptr;

use super::mem::{bytes_mut, calloc, cstr};
use super::panics::{exported, guard};
use super::types::mg_str;
use crate::text::base64;
use crate::text::json::{self, Error};

/// An object or array is nested too deep.
pub const MG_JSON_TOO_DEEP: c_int = -1;
/// Malformed text or path.
pub const MG_JSON_INVALID: c_int = -2;
/// Nothing at the path.
pub const MG_JSON_NOT_FOUND: c_int = -3;

fn code(error: Error) -> c_int {
    match error {
        Error::TooDeep => MG_JSON_TOO_DEEP,
        Error::Invalid => MG_JSON_INVALID,
        Error::NotFound => MG_JSON_NOT_FOUND,
    }
}

/// The place of the token at `path`. Offsets must fit a C `int`, so larger texts hold nothing.
///
/// # Safety
/// Rules 3 and 4 of the C edge.
unsafe fn find(json: mg_str, path: *const c_char) -> Result<Range<usize>, Error> {
    // SAFETY: rules 3 and 4.
    let (text, path) = unsafe { (json.bytes(), cstr(path)) };
    if text.len() > c_int::MAX as usize {
        return Err(Error::NotFound);
    }
    guard(Err(Error::NotFound), || json::get(text, path.unwrap_or_default()))
}

/// The token at `path`.
///
/// # Safety
/// Rules 3 and 4 of the C edge, for as long as the slice is used.
unsafe fn token<'a>(json: mg_str, path: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: passed on.
    let place = unsafe { find(json, path) }.ok()?;
    // SAFETY: passed on.
    unsafe { json.bytes() }.get(place)
}

/// Finds the token at `path`, for example `$.list[2].name`, and returns its offset.
///
/// `*toklen` gets its length, quotes and brackets included; `toklen` may be NULL. On failure the
/// result is one of MG_JSON_TOO_DEEP, MG_JSON_INVALID, MG_JSON_NOT_FOUND and the length 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get(
    json: mg_str,
    path: *const c_char,
    toklen: *mut c_int,
) -> c_int {
    exported("mg_json_get", 0, || {
        // SAFETY: rules 3 and 4, passed on.
        let found = unsafe { find(json, path) };
        // The text is no longer than an `int` can say.
        let (ofs, len) = match found {
            Ok(place) => (place.start as c_int, place.len() as c_int),
            Err(error) => (code(error), 0),
        };
        if !toklen.is_null() {
            // SAFETY: rule 5.
            unsafe { toklen.write(len) };
        }
        ofs
    })
}

/// The token at `path` as a slice of `json`; `{NULL, 0}` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_tok(json: mg_str, path: *const c_char) -> mg_str {
    exported("mg_json_get_tok", mg_str::NULL, || {
        // SAFETY: rules 3 and 4, passed on.
        unsafe { token(json, path) }.map_or(mg_str::NULL, mg_str::new)
    })
}

/// Stores the number at `path` in `*v`, which may be NULL. Returns false, with `*v` unchanged, if
/// there is no number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_num(json: mg_str, path: *const c_char, v: *mut f64) -> bool {
    exported("mg_json_get_num", false, || {
        // SAFETY: rules 3 and 4, passed on.
        let token = unsafe { token(json, path) };
        let Some(value) = token.and_then(json::to_double) else {
            return false;
        };
        if !v.is_null() {
            // SAFETY: rule 5.
            unsafe { v.write(value) };
        }
        true
    })
}

/// Stores the boolean at `path` in `*v`, which may be NULL. Returns false, with `*v` unchanged, if
/// there is no boolean.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_bool(json: mg_str, path: *const c_char, v: *mut bool) -> bool {
    exported("mg_json_get_bool", false, || {
        // SAFETY: rules 3 and 4, passed on.
        let value = match unsafe { token(json, path) } {
            Some(b"true") => true,
            Some(b"false") => false,
            _ => return false,
        };
        if !v.is_null() {
            // SAFETY: rule 5.
            unsafe { v.write(value) };
        }
        true
    })
}

/// The number at `path` without its fraction, at most LONG_MAX and at least LONG_MIN; `dflt` if
/// there is no number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_long(
    json: mg_str,
    path: *const c_char,
    dflt: c_long,
) -> c_long {
    exported("mg_json_get_long", 0, || {
        let mut value = 0.0;
        // SAFETY: passed on; `value` is writable.
        if unsafe { mg_json_get_num(json, path, &raw mut value) } { value as c_long } else { dflt }
    })
}

/// Decodes the string at `path` into `to`, at most `n` bytes with the NUL that always ends it.
///
/// Returns the length. 0, with `to` unchanged, if there is no string; 0 also for the empty string,
/// one that does not fit and one with an unknown escape. `\u0000` to `\u00ff` become one byte; the
/// text ends in front of higher codes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_unescape(
    json: mg_str,
    path: *const c_char,
    to: *mut c_char,
    n: usize,
) -> usize {
    exported("mg_json_unescape", 0, || {
        // SAFETY: rules 3 and 4, passed on.
        let Some(content) = unsafe { token(json, path) }.and_then(json::string_content) else {
            return 0;
        };
        // SAFETY: rule 2.
        let out = unsafe { bytes_mut(to.cast(), n) };
        json::unescape(content, out)
    })
}

/// Decodes the content of a string token into a new block of `size(token length)` bytes.
unsafe fn decoded(
    json: mg_str,
    path: *const c_char,
    size: fn(usize) -> usize,
    decode: impl FnOnce(&[u8], &mut [u8]) -> bool,
) -> *mut c_char {
    // SAFETY: rules 3 and 4, passed on.
    let token = unsafe { token(json, path) };
    let Some((token, content)) = token.and_then(|t| Some((t, json::string_content(t)?))) else {
        return ptr::null_mut();
    };
    let len = size(token.len());
    let block = calloc(len);
    if block.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: a fresh block of `len` bytes.
    let out = unsafe { bytes_mut(block.cast(), len) };
    if guard(false, || decode(content, out)) {
        return block.cast();
    }
    // SAFETY: the block is ours.
    unsafe { super::mem::mg_free(block.cast()) };
    ptr::null_mut()
}

/// Stores a length if the program wants it.
unsafe fn store_len(len: *mut c_int, n: usize) {
    if !len.is_null() {
        // SAFETY: rule 5; the text is no longer than an `int` can say.
        unsafe { len.write(n as c_int) };
    }
}

/// The decoded string at `path`, see mg_json_unescape(), in memory that the caller releases with
/// mg_free(). NULL if there is no string, it cannot be decoded, or memory runs out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_str(json: mg_str, path: *const c_char) -> *mut c_char {
    exported("mg_json_get_str", ptr::null_mut(), || {
        let decode =
            |content: &[u8], out: &mut [u8]| json::unescape(content, out) > 0 || content.is_empty();
        // SAFETY: passed on.
        unsafe { decoded(json, path, |n| n, decode) }
    })
}

/// The hex digits in the string at `path` as bytes, with a NUL behind them, in memory that the
/// caller releases with mg_free(). `*len`, if not NULL, gets their number.
///
/// Pairs that are no hex digits become 0 and an odd last digit is dropped. NULL if there is no
/// string or memory runs out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_hex(
    json: mg_str,
    path: *const c_char,
    len: *mut c_int,
) -> *mut c_char {
    exported("mg_json_get_hex", ptr::null_mut(), || {
        let decode = |content: &[u8], out: &mut [u8]| {
            // SAFETY: rule 5.
            unsafe { store_len(len, json::unhex(content, out)) };
            true
        };
        // SAFETY: passed on.
        unsafe { decoded(json, path, |n| n / 2, decode) }
    })
}

/// The base64 text in the string at `path` as bytes, with a NUL behind them, in memory that the
/// caller releases with mg_free(). `*len`, if not NULL, gets their number.
///
/// Text that is not base64 gives an empty string and length 0. NULL if there is no string or memory
/// runs out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_get_b64(
    json: mg_str,
    path: *const c_char,
    len: *mut c_int,
) -> *mut c_char {
    exported("mg_json_get_b64", ptr::null_mut(), || {
        let decode = |content: &[u8], out: &mut [u8]| {
            let n = base64::decode(content, out);
            if let (None, Some(first)) = (n, out.first_mut()) {
                *first = 0;
            }
            // SAFETY: rule 5.
            unsafe { store_len(len, n.unwrap_or(0)) };
            true
        };
        // SAFETY: passed on.
        unsafe { decoded(json, path, |n| n, decode) }
    })
}

/// The entry at offset `ofs` of the object or array `obj`, which starts with its bracket.
///
/// Start with 0 and pass the result on; 0 means that there are no more. `*key` gets the key with
/// its quotes, `{NULL, 0}` in an array; `*val` the raw value. Both may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_json_next(
    obj: mg_str,
    ofs: usize,
    key: *mut mg_str,
    val: *mut mg_str,
) -> usize {
    exported("mg_json_next", 0, || {
        // SAFETY: rule 4.
        let text = unsafe { obj.bytes() };
        if text.len() > c_int::MAX as usize {
            return 0;
        }
        let slice = |place: Range<usize>| text.get(place).map_or(mg_str::NULL, mg_str::new);
        let entry = json::next(text, ofs);
        if !key.is_null() && (entry.key.is_some() || entry.value.is_some()) {
            // SAFETY: rule 5.
            unsafe { key.write(entry.key.map_or(mg_str::NULL, slice)) };
        }
        let Some((value, next)) = entry.value else {
            return 0;
        };
        if !val.is_null() {
            // SAFETY: rule 5.
            unsafe { val.write(slice(value)) };
        }
        next
    })
}
