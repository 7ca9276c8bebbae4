//! HTTP: connections, replies, file serving, uploads.

use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use core::ptr::null_mut;

use super::mem::{bytes, cstr};
use super::net::{mg_connect_svc, mg_listen};
use super::panics::{exported, exported_on};
use super::types::{
    mg_connection, mg_event_handler_t, mg_fs, mg_http_message, mg_http_serve_opts, mg_mgr, mg_str,
    va_list,
};
use crate::event::conn::Conn;
use crate::fs::system::FileSystem;
use crate::http::engine::http_handler;
use crate::http::serve::{self, Options, Request};
use crate::http::upload::{self, Body, Piece};
use crate::http::{reply, ssi};
use crate::proto::http::form;

/// Listens for HTTP on `url`; see mg_listen. Handlers get MG_EV_HTTP_HDRS and MG_EV_HTTP_MSG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_listen(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_http_listen", null_mut(), || {
        // SAFETY: passed on; the result is NULL or live.
        unsafe {
            let c = mg_listen(mgr, url, r#fn, fn_data);
            if let Some(conn) = Conn::from_ptr(c) {
                conn.set_protocol(Some(http_handler));
            }
            c
        }
    })
}

/// Connects to the HTTP server at `url`; see mg_connect. The program sends the request itself,
/// right away or in MG_EV_CONNECT, and gets the response as MG_EV_HTTP_MSG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_http_connect", null_mut(), || {
        // SAFETY: passed on.
        unsafe { mg_connect_svc(mgr, url, r#fn, fn_data, Some(http_handler), null_mut()) }
    })
}

/// `mg_http_reply` with an argument list.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_http_vreply(
    c: *mut mg_connection,
    code: c_int,
    headers: *const c_char,
    fmt: *const c_char,
    ap: *mut va_list,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_http_vreply", conn, (), |conn| {
        // SAFETY: rules 1, 3 and 6.
        unsafe {
            reply::vreply(conn, code, cstr(headers).unwrap_or_default(), fmt, ap);
        }
    })
}

/// `mg_http_printf_chunk` with an argument list.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_http_vprintf_chunk(
    c: *mut mg_connection,
    fmt: *const c_char,
    ap: *mut va_list,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_http_vprintf_chunk", conn, (), |conn| {
        // SAFETY: rules 1, 3 and 6.
        unsafe {
            reply::vprintf_chunk(conn, fmt, ap);
        }
    })
}

/// Sends `len` bytes as one chunk of a chunked body; `len` 0 ends the body and the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_write_chunk(
    c: *mut mg_connection,
    buf: *const c_char,
    len: usize,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_write_chunk", conn, (), |conn| {
        // SAFETY: rules 1 and 2.
        unsafe {
            reply::write_chunk(conn, bytes(buf.cast(), len));
        }
    })
}

/// Adds the request header `Authorization: Basic` for `user` and `pass` to c->send. An empty or
/// NULL `pass` encodes the user alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_bauth(
    c: *mut mg_connection,
    user: *const c_char,
    pass: *const c_char,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_bauth", conn, (), |conn| {
        // SAFETY: rules 1 and 3.
        unsafe {
            reply::basic_auth(conn, cstr(user).unwrap_or_default(), cstr(pass).unwrap_or_default());
        }
    })
}

/// Answers a request with the file `path`, which is not checked: 200, 206, 304, 404 or 416.
///
/// Ranges, entity tags and compressed variants (`path` + ".gz") are honoured. `opts` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_serve_file(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    path: *const c_char,
    opts: *const mg_http_serve_opts,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_serve_file", conn, (), |conn| {
        if hm.is_null() {
            return;
        }
        // SAFETY: rules 1 and 3.
        unsafe {
            let path = (!path.is_null()).then(|| CStr::from_ptr(path));
            serve::serve_file(conn, &Request::new(hm), path, &Options::new(opts));
        }
    })
}

/// Answers a request from the directories in opts->root_dir: a file, an index page, a listing or
/// a redirect. Paths can't leave the directory, not even through symbolic links, unless the option
/// follow_symlinks says otherwise.
///
/// Without a root directory the option document_root gives one; without either every request is
/// answered with 404.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_serve_dir(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    opts: *const mg_http_serve_opts,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_serve_dir", conn, (), |conn| {
        if hm.is_null() {
            return;
        }
        // SAFETY: rules 1 and 3.
        unsafe {
            serve::serve_dir(conn, &Request::new(hm), &Options::new(opts));
        }
    })
}

/// Answers a request with the page `fullpath`, its server-side includes expanded; `virtual`
/// includes are below `root`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_serve_ssi(
    c: *mut mg_connection,
    root: *const c_char,
    fullpath: *const c_char,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_serve_ssi", conn, (), |conn| {
        if fullpath.is_null() {
            return;
        }
        // SAFETY: rules 1 and 3.
        unsafe {
            ssi::serve(conn, cstr(root).unwrap_or_default(), CStr::from_ptr(fullpath), None);
        }
    })
}

/// The body of the message that a handler was given.
///
/// # Safety
/// Rule 1: `hm` is live.
pub(crate) unsafe fn body_of(hm: *const mg_http_message) -> Body {
    // SAFETY: passed on.
    unsafe {
        let chunked = (*hm)
            .headers
            .iter()
            .take_while(|header| header.name.len > 0)
            .any(|header| header.name.bytes().eq_ignore_ascii_case(b"Transfer-Encoding"));
        Body { head_len: (*hm).head.len, body_len: (*hm).body.len, is_chunked: chunked }
    }
}

/// Stores the body of a request in the file `dir`/`name` while it arrives. To be called from
/// MG_EV_HTTP_HDRS.
///
/// `fn(c, NULL)` is called when the whole body is stored, `fn(c, message)` on failure; it replies
/// and sets c->is_draining. `fn` NULL replies with 200 or 500. An existing file is appended to.
/// `fs` NULL means mg_fs_posix.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_start_upload(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    name: mg_str,
    dir: mg_str,
    fs: *mut mg_fs,
    r#fn: Option<unsafe extern "C" fn(c: *mut mg_connection, message: *const c_char)>,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_start_upload", conn, (), |conn| {
        if hm.is_null() {
            return;
        }
        // SAFETY: rules 1, 4 and 7. The name may be a slice of the head, which is removed only after
        // the path was made.
        unsafe {
            let fs = FileSystem::new(fs);
            upload::start_file(conn, body_of(hm), name.bytes(), dir.bytes(), fs, r#fn);
        }
    })
}

/// Passes the body of a request to the firmware updater while it arrives; see
/// mg_http_start_upload.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_start_ota(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    r#fn: Option<unsafe extern "C" fn(c: *mut mg_connection, message: *const c_char)>,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_start_ota", conn, (), |conn| {
        if hm.is_null() {
            return;
        }
        // SAFETY: rules 1 and 7.
        unsafe {
            upload::start_firmware(conn, body_of(hm), r#fn);
        }
    })
}

/// Longest value of a query variable of an upload.
const MAX_VARIABLE: usize = 4096;

/// Decodes a query variable; empty if it is not there or malformed.
fn query_variable(query: &[u8], name: &[u8]) -> Vec<u8> {
    let mut value = vec![0; MAX_VARIABLE];
    let raw = form::find(query, name).unwrap_or_default();
    let raw = raw.get(..MAX_VARIABLE - 1).unwrap_or(raw);
    let len = form::decode_value(raw, &mut value).unwrap_or(0);
    value.truncate(len);
    value
}

/// Stores one piece of a file, given by the query variables `file` and `offset`, below `dir`, and
/// replies. To be called from MG_EV_HTTP_MSG. Deprecated: see mg_http_start_upload.
///
/// Returns the size of the file afterwards, 0 for an empty body, or a negative number: -1 no file
/// name, -2 unsafe name, -3 negative offset, -4 larger than `max_size`, -5 offset differs from the
/// file's size, -6 file can't be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_http_upload(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    fs: *mut mg_fs,
    dir: *const c_char,
    max_size: usize,
) -> c_long {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_http_upload", conn, -1, |conn| {
        if hm.is_null() {
            return -1;
        }
        // SAFETY: rules 1, 3 and 4.
        let (query, body, dir) = unsafe { ((*hm).query.bytes(), (*hm).body.bytes(), cstr(dir)) };
        let name = query_variable(query, b"file");
        let offset = parse_offset(&query_variable(query, b"offset"));
        let piece = Piece { name: &name, offset, body };
        // SAFETY: rule 1.
        let fs = unsafe { FileSystem::new(fs) };
        upload::store_piece(conn, &piece, fs, dir.unwrap_or_default(), max_size)
    })
}

/// A number as `strtol` with base 0 reads it: decimal, `0x…` or `0…`; 0 for garbage.
fn parse_offset(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', rest @ ..] => (8, rest),
        _ => (10, digits),
    };
    let value = digits
        .iter()
        .map_while(|&digit| char::from(digit).to_digit(radix))
        .fold(0i64, |value, digit| value.saturating_mul(radix.into()).saturating_add(digit.into()));
    if negative { -value } else { value }
}
