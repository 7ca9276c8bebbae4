//! HTTP without a connection: parsing messages, variables, credentials, URL coding.

use core::ffi::{c_char, c_int};

use super::mem::{bytes, bytes_mut, cstr};
use super::panics::exported;
use super::types::{mg_http_header, mg_http_message, mg_http_part, mg_str, time_t};
use crate::http::message::Message;
use crate::http::parts;
use crate::options::MG_MAX_HTTP_HEADERS;
use crate::proto::http::creds::{MAX_BASIC, Source, split_basic};
use crate::proto::http::head::{BodyLen, Head, HeadEnd, HeadScanner, Span};
use crate::proto::http::{etag, form, header_var, multipart};
use crate::text::base64;
use crate::text::percent::{self, DecodeError, Plus};

const NO_HEADER: mg_http_header = mg_http_header { name: mg_str::NULL, value: mg_str::NULL };

/// A message with nothing in it, all zero.
const NO_MESSAGE: mg_http_message = mg_http_message {
    method: mg_str::NULL,
    uri: mg_str::NULL,
    query: mg_str::NULL,
    proto: mg_str::NULL,
    headers: [NO_HEADER; MG_MAX_HTTP_HEADERS],
    body: mg_str::NULL,
    head: mg_str::NULL,
    message: mg_str::NULL,
};

/// Writes the C view of `head` to `*hm`; `base` is where the parsed head lies now.
///
/// An unknown length becomes `SIZE_MAX`, as C knows it.
///
/// # Safety
/// `hm` is writable and aligned; `base` is the start of the buffer that `head` was parsed from.
pub(crate) unsafe fn fill(hm: *mut mg_http_message, base: *const u8, head: &Head) {
    let at = |ofs: usize| base.wrapping_add(ofs).cast_mut().cast::<c_char>();
    let slice = |span: Span| mg_str { buf: at(span.start()), len: span.len() };
    let (body_len, message_len) = match head.body {
        BodyLen::Known(len) => (len, head.head_len.saturating_add(len)),
        BodyLen::Unknown => (usize::MAX, usize::MAX),
    };
    // Member by member, and the rest of the list at once: whole it would be built and then copied.
    // SAFETY: the caller promises a writable structure; all its members are written.
    unsafe {
        (&raw mut (*hm).method).write(slice(head.method));
        (&raw mut (*hm).uri).write(slice(head.uri));
        (&raw mut (*hm).query).write(head.query.map_or(mg_str::NULL, slice));
        (&raw mut (*hm).proto).write(slice(head.proto));
        (&raw mut (*hm).head).write(mg_str { buf: at(0), len: head.head_len });
        (&raw mut (*hm).body).write(mg_str { buf: at(head.head_len), len: body_len });
        (&raw mut (*hm).message).write(mg_str { buf: at(0), len: message_len });
    }
    let fields = head.headers();
    // SAFETY: as above; only an address is taken.
    let list = unsafe { &raw mut (*hm).headers }.cast::<mg_http_header>();
    for (i, field) in fields.iter().enumerate() {
        let header = mg_http_header { name: slice(field.name), value: slice(field.value) };
        // SAFETY: as above: the list of a head is as long as the message's.
        unsafe { list.add(i).write(header) };
    }
    // SAFETY: as above; all zero is an entry that is not in use.
    unsafe { list.add(fields.len()).write_bytes(0, MG_MAX_HTTP_HEADERS - fields.len()) };
}

/// Length of the head of an HTTP message: first line, header lines and the blank line.
///
/// Returns the length in bytes, 0 if the head is not complete yet, -1 if it contains a control
/// byte. Lines may end in CRLF or in a bare LF. `buf` may be NULL if `buf_len` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_get_request_len(
    buf: *const core::ffi::c_uchar,
    buf_len: usize,
) -> c_int {
    exported("mg_http_get_request_len", -1, || {
        // SAFETY: rule 2.
        let text = unsafe { bytes(buf.cast(), buf_len) };
        c_head_len(HeadScanner::new().scan(text))
    })
}

/// Where a head ends, as C is told.
fn c_head_len(end: HeadEnd) -> c_int {
    match end {
        HeadEnd::Partial => 0,
        HeadEnd::Malformed => -1,
        HeadEnd::Complete(len) => c_int::try_from(len).unwrap_or(-1),
    }
}

/// Parses the head of the HTTP request or response in the first `len` bytes of `s` (RFC 9112).
///
/// Returns the length of the head, which is the offset of the body; 0 if more bytes are needed; -1
/// if the message is malformed or its length ambiguous. `*hm` is overwritten in every case, with
/// slices of `s`; nothing is copied or allocated. `body.len` and `message.len` are SIZE_MAX for a
/// response whose body ends when the connection does. Header lines beyond MG_MAX_HTTP_HEADERS are
/// checked but not listed; if one of them frames the message or carries credentials (Content-Length,
/// Transfer-Encoding, Connection, Authorization, Cookie), the message is malformed.
/// `s` may be NULL if `len` is 0. Returns -1 if `hm` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_parse(
    s: *const c_char,
    len: usize,
    hm: *mut mg_http_message,
) -> c_int {
    exported("mg_http_parse", -1, || {
        if hm.is_null() {
            return -1;
        }
        // SAFETY: rule 5.
        unsafe { hm.write(NO_MESSAGE) };
        // SAFETY: rule 2.
        let text = unsafe { bytes(s.cast(), len) };

        let mut head = Head::default();
        let (end, parsed) = HeadScanner::new().read(&mut head, text);
        let head_len = c_head_len(end);
        if head_len > 0 {
            // SAFETY: rule 5; the head was parsed from `s`.
            unsafe { fill(hm, s.cast(), &head) };
        }
        if parsed.is_ok() { head_len } else { -1 }
    })
}

/// Value of the first header called `name`, in any case.
///
/// Returns a pointer into `hm->headers`, valid as long as `hm`, or NULL if there is no such header
/// or an argument is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_get_header(
    hm: *mut mg_http_message,
    name: *const c_char,
) -> *mut mg_str {
    exported("mg_http_get_header", core::ptr::null_mut(), || {
        // SAFETY: rules 1, 3 and 4.
        let (message, name) = unsafe { (Message::from_ptr(hm), cstr(name)) };
        let value = message.zip(name).and_then(|(message, name)| message.header_ptr(name));
        value.unwrap_or(core::ptr::null_mut())
    })
}

/// Status code of a parsed response; 0 if `hm` is NULL or the text is no number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_status(hm: *const mg_http_message) -> c_int {
    exported("mg_http_status", 0, || {
        // SAFETY: rules 1 and 4.
        let message = unsafe { Message::from_ptr(hm.cast_mut()) };
        message.map_or(0, |message| leading_number(message.uri()))
    })
}

/// What C's `atoi` makes of `text`.
pub(crate) fn leading_number(text: &[u8]) -> c_int {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let value = digits
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .fold(0i64, |sum, &digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    // C converts the `long` by cutting it off.
    (if negative { -value } else { value }) as c_int
}

/// Value of variable `v` in the header value `s`: a slice of `s`, `{NULL, 0}` if there is none.
///
/// The name must start `s` or follow a blank, `;` or `,`. Quotes around the value are removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_get_header_var(s: mg_str, v: mg_str) -> mg_str {
    exported("mg_http_get_header_var", mg_str::NULL, || {
        // SAFETY: rule 4.
        let (text, name) = unsafe { (s.bytes(), v.bytes()) };
        header_var::find(text, name).map_or(mg_str::NULL, mg_str::new)
    })
}

/// Undecoded value of variable `name` in `buf`, a query string or form body.
///
/// Names compare in any case. Returns a slice of `buf`, `{NULL, 0}` if there is no such variable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_var(buf: mg_str, name: mg_str) -> mg_str {
    exported("mg_http_var", mg_str::NULL, || {
        // SAFETY: rule 4.
        let (text, name) = unsafe { (buf.bytes(), name.bytes()) };
        form::find(text, name).map_or(mg_str::NULL, mg_str::new)
    })
}

/// Decodes variable `name` of `buf`, a query string or form body, into `dst` of `dst_len` bytes.
///
/// Returns the decoded length; -1 if `buf` is NULL or empty or `name` is NULL; -2 if `dst` is NULL
/// or `dst_len` is 0; -3 if the value does not fit or has a malformed escape; -4 if there is no
/// such variable. `dst` is NUL-terminated in all cases but -2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_get_var(
    buf: *const mg_str,
    name: *const c_char,
    dst: *mut c_char,
    dst_len: usize,
) -> c_int {
    exported("mg_http_get_var", -3, || {
        // SAFETY: rule 2.
        let dst = unsafe { bytes_mut(dst.cast(), dst_len) };
        let Some(first) = dst.first_mut() else {
            return -2;
        };
        *first = 0;
        if buf.is_null() {
            return -1;
        }
        // SAFETY: rules 1, 3 and 4.
        let (text, name) = unsafe { ((*buf).bytes(), cstr(name)) };
        let Some(name) = name.filter(|_| !text.is_empty()) else {
            return -1;
        };
        match form::find(text, name) {
            None => -4,
            Some(value) => {
                let result = form::decode_value(value, dst);
                terminate(dst, result, -3)
            }
        }
    })
}

/// Puts the NUL behind what a decoder wrote to `dst` and turns its result into a C length.
fn terminate(dst: &mut [u8], result: Result<usize, DecodeError>, failed: c_int) -> c_int {
    let (Ok(len) | Err(DecodeError::Escape { written: len } | DecodeError::Full { written: len })) =
        result;
    if let Some(end) = dst.get_mut(len) {
        *end = 0;
    }
    match result {
        Ok(len) => c_int::try_from(len).unwrap_or(failed),
        Err(_) => failed,
    }
}

/// Decodes `n` percent-encoded bytes at `src` into `dst`; a `+` becomes a space if `form` is not 0.
///
/// Returns the decoded length, or -1 if an escape is malformed or the text and its NUL do not fit
/// `dst_len`; `dst` is NUL-terminated in either case, unless `dst_len` is 0. `dst` may
/// be `src`; otherwise the buffers must not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_decode(
    src: *const c_char,
    n: usize,
    dst: *mut c_char,
    dst_len: usize,
    form: c_int,
) -> c_int {
    exported("mg_url_decode", -1, || {
        let plus = if form != 0 { Plus::Space } else { Plus::Literal };
        let Some(room) = dst_len.checked_sub(1).filter(|_| !dst.is_null()) else {
            return -1;
        };

        if core::ptr::eq(src, dst) {
            // SAFETY: rule 2 for `src` and for `dst`, which are one; no more than that is used.
            let both = unsafe { bytes_mut(dst.cast(), n.max(dst_len)) };
            let result = percent::decode_in_place(both, n, room, plus);
            return terminate(both, result, -1);
        }
        // SAFETY: rule 2; distinct buffers do not overlap.
        let (text, out) = unsafe { (bytes(src.cast(), n), bytes_mut(dst.cast(), dst_len)) };
        let decoded = percent::decode_into(text, out.get_mut(..room).unwrap_or_default(), plus);
        terminate(out, decoded, -1)
    })
}

/// Percent-encodes `n` bytes at `s` into `buf` of `len` bytes, with lower-case hex digits.
///
/// Letters, digits, `.`, `_`, `-` and `~` stay. Returns the encoded length; a NUL follows. Returns
/// 0 if five bytes are not free before each source byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_encode(
    s: *const c_char,
    n: usize,
    buf: *mut c_char,
    len: usize,
) -> usize {
    exported("mg_url_encode", 0, || {
        // SAFETY: rule 2.
        let (text, out) = unsafe { (bytes(s.cast(), n), bytes_mut(buf.cast(), len)) };

        let written = percent::encode_into(text, out).unwrap_or(0);
        if let Some(end) = out.get_mut(written) {
            *end = 0;
        }
        if let Some(last) = out.last_mut() {
            *last = 0;
        }
        written
    })
}

/// Writes the entity tag of a file, `"<mtime>.<size>"` with its quotes, to `buf` of `len` bytes.
///
/// The text is cut to fit and NUL-terminated. Returns `buf`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_etag(
    buf: *mut c_char,
    len: usize,
    size: usize,
    mtime: time_t,
) -> *mut c_char {
    exported("mg_http_etag", buf, || {
        // SAFETY: rule 2.
        let out = unsafe { bytes_mut(buf.cast(), len) };
        store(out, &etag::etag(size as i64, mtime));
        buf
    })
}

/// Stores `text` up to its first NUL in `out`, cut to fit and NUL-terminated.
fn store(out: &mut [u8], text: &[u8]) {
    let Some(room) = out.len().checked_sub(1) else {
        return;
    };
    let len = memchr::memchr(0, text).unwrap_or(text.len()).min(room);
    out[..len].copy_from_slice(&text[..len]);
    out[len] = 0;
}

/// Next part of the multipart/form-data body `body`, whose boundary line is at offset `ofs`.
///
/// Start with 0 and go on with what is returned, until that is 0. `*part` gets slices of `body`;
/// `part` may be NULL. The file name is as the client sent it: check it before use. The options
/// max_parts and max_part_size end it early; outside MG_EV_HTTP_MSG their defaults count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_next_multipart(
    body: mg_str,
    ofs: usize,
    part: *mut mg_http_part,
) -> usize {
    exported("mg_http_next_multipart", 0, || {
        // SAFETY: rule 4.
        let text = unsafe { body.bytes() };
        let found = (|| {
            let found = multipart::next_part(text, ofs)?;
            parts::may_give(text, ofs, found.body.len(), found.next).then_some(found)
        })();
        let slice = |range: Option<core::ops::Range<usize>>| match range {
            Some(range) => mg_str::new(text.get(range).unwrap_or_default()),
            None => mg_str::NULL,
        };
        let next = found.as_ref().map_or(0, |found| found.next);
        let (name, filename, content) = match found {
            Some(found) => (slice(found.name), slice(found.filename), slice(Some(found.body))),
            None => (mg_str::NULL, mg_str::NULL, mg_str::NULL),
        };
        if !part.is_null() {
            // SAFETY: rule 5.
            unsafe { part.write(mg_http_part { name, filename, body: content }) };
        }
        next
    })
}

/// Credentials of the request `hm`: user name in `user`, password or token in `pass`.
///
/// Looks at `Authorization: Basic`, `Authorization: Bearer`, the cookie `access_token` and the query
/// variable `access_token`, in this order; the first that is there decides. Both texts are cut to
/// fit and NUL-terminated, and empty if there are none. A buffer of length 0 is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_creds(
    hm: *mut mg_http_message,
    user: *mut c_char,
    userlen: usize,
    pass: *mut c_char,
    passlen: usize,
) {
    exported("mg_http_creds", (), || {
        // SAFETY: rule 2 for two buffers.
        let (user, pass) =
            unsafe { (bytes_mut(user.cast(), userlen), bytes_mut(pass.cast(), passlen)) };
        store(user, b"");
        store(pass, b"");
        // SAFETY: rules 1 and 4.
        let Some(message) = (unsafe { Message::from_ptr(hm) }) else { return };
        let value = |name| message.header(name);
        match Source::of(value(b"Authorization"), value(b"Cookie"), message.query()) {
            Source::Basic(encoded) => store_basic(encoded, user, pass),
            Source::Token(token) => store(pass, token),
            Source::Query(encoded) => store_query(encoded, pass),
            Source::None => {}
        }
    })
}

/// Decodes Basic credentials; leaves both buffers alone if they are malformed.
fn store_basic(encoded: &[u8], user: &mut [u8], pass: &mut [u8]) {
    let mut decoded = [0u8; MAX_BASIC];
    if encoded.len() > MAX_BASIC {
        return;
    }
    let Some(len) = base64::decode(encoded, &mut decoded) else {
        return;
    };
    if let Some((name, secret)) = split_basic(decoded.get(..len).unwrap_or_default()) {
        store(user, name);
        store(pass, secret);
    }
}

/// Decodes a token from the query; leaves `pass` empty if an escape is malformed.
fn store_query(encoded: &[u8], pass: &mut [u8]) {
    let result = form::decode_value(encoded, pass);
    terminate(pass, result, -1);
    if let Err(DecodeError::Escape { .. }) = result {
        store(pass, b"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_1: layout of the message, and the C view of lengths.
    #[test]
    fn ch03_01_message() {
        use core::mem::offset_of;
        let end = 64 + 32 * MG_MAX_HTTP_HEADERS;
        assert_eq!(size_of::<mg_http_message>(), end + 48);
        assert_eq!(offset_of!(mg_http_message, body), end);
        assert_eq!(offset_of!(mg_http_message, head), end + 16);
        assert_eq!(offset_of!(mg_http_message, message), end + 32);
    }

    /// ch03_14: the return values, and termination (12.49).
    #[test]
    fn ch03_14_get_var() {
        let text = mg_str::new(b"a=1&b=xyz&c=q%zz");
        let name = |n: &'static core::ffi::CStr| n.as_ptr();
        let mut dst = [b'#'; 8];
        let mut get = |buf: *const mg_str, name, len: usize| {
            dst.fill(b'#');
            // SAFETY: `dst` has at least `len` bytes.
            let n = unsafe { mg_http_get_var(buf, name, dst.as_mut_ptr().cast(), len) };
            (n, dst)
        };
        assert_eq!(get(&text, name(c"a"), 8).0, 1);
        assert_eq!(get(&text, name(c"a"), 0), (-2, *b"########"));
        assert_eq!(get(core::ptr::null(), name(c"a"), 8).0, -1);
        assert_eq!(get(&mg_str::NULL, name(c"a"), 8).0, -1);
        assert_eq!(get(&text, core::ptr::null(), 8), (-1, *b"\0#######"));
        assert_eq!(get(&text, name(c"z"), 8), (-4, *b"\0#######"));
        assert_eq!(get(&text, name(c"a"), 1), (-3, *b"\0#######"));
        assert_eq!(get(&text, name(c"b"), 3), (-3, *b"xy\0#####"));
        assert_eq!(get(&text, name(c"c"), 8), (-3, *b"q\0######"));
        // SAFETY: NULL destination is allowed.
        assert_eq!(unsafe { mg_http_get_var(&text, name(c"a"), core::ptr::null_mut(), 8) }, -2);
    }

    /// ch03_15: decoding over itself.
    #[test]
    fn ch03_15_decode_in_place() {
        let mut text = *b"a%41%42c+d";
        let p: *mut c_char = text.as_mut_ptr().cast();
        // SAFETY: source and destination are the same live buffer.
        assert_eq!(unsafe { mg_url_decode(p, text.len(), p, text.len(), 1) }, 6);
        assert_eq!(&text[..7], b"aABc d\0");
    }

    /// `atoi` semantics.
    #[test]
    fn status_numbers() {
        let cases: &[(&[u8], c_int)] =
            &[(b"200", 200), (b" -7x", -7), (b"+5", 5), (b"/a", 0), (b"", 0), (b"4294967297", 1)];
        for &(text, value) in cases {
            assert_eq!(leading_number(text), value);
        }
    }

    /// NULL everywhere it is allowed.
    #[test]
    fn null_arguments() {
        use core::ptr::{null, null_mut};
        // SAFETY: NULL has a documented answer in each of these.
        unsafe {
            assert_eq!(mg_http_get_request_len(null(), 0), 0);
            assert_eq!(mg_http_parse(null(), 0, null_mut()), -1);
            let mut hm = NO_MESSAGE;
            assert_eq!(mg_http_parse(null(), 0, &mut hm), 0);
            assert!(mg_http_get_header(null_mut(), c"a".as_ptr()).is_null());
            assert!(mg_http_get_header(&mut hm, null()).is_null());
            assert_eq!(mg_http_status(null()), 0);
            assert_eq!(mg_http_next_multipart(mg_str::NULL, 0, null_mut()), 0);
            assert_eq!(mg_url_decode(null(), 0, null_mut(), 0, 0), -1);
            assert_eq!(mg_url_encode(null(), 0, null_mut(), 0), 0);
            assert!(mg_http_etag(null_mut(), 0, 1, 2).is_null());
        }
    }
}
