//! Writing responses and chunks into `c->send`.

use core::ffi::{c_char, c_int};
use core::fmt::Write as _;

use super::access_log;
use crate::abi::fmt::{IobufSink, vformat};
use crate::abi::types::{flags, va_list};
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::event::output;
use crate::guard::options::Name;
use crate::proto::http::status;
use crate::text::digits::Digits;

/// Columns of the length field of `mg_http_reply`, which is filled in once the body is known.
const LENGTH_COLUMNS: usize = 10;

/// Longest error page, in bytes.
const MAX_PAGE: u64 = 64 << 10;

/// Field name in front of the length field.
const FIELD: &[u8] = b"Content-Length: ";

/// Field name, blank length field, one more blank and the end of the head.
const LENGTH: &[u8] = b"Content-Length:            \r\n\r\n";

const _: () = assert!(LENGTH.len() == FIELD.len() + LENGTH_COLUMNS + 1 + 4);

/// A short piece of text on the stack, for status lines and chunk sizes.
pub(crate) struct Line {
    bytes: [u8; 96],
    len: usize,
}

impl Line {
    pub(crate) fn new(text: core::fmt::Arguments) -> Line {
        let mut line = Line { bytes: [0; 96], len: 0 };
        let _ = line.write_fmt(text); // Callers keep within the bound.
        line
    }

    /// The status line of a response with `code`.
    pub(crate) fn status(code: c_int) -> Line {
        let mut line = Line { bytes: [0; 96], len: 0 };
        // It fits: no code has more than 11 characters, no reason more than 34.
        let _ = match code {
            200 => line.write_str("HTTP/1.1 200 OK\r\n"),
            _ => write!(line, "HTTP/1.1 {code} {}\r\n", status::reason(code)),
        };
        line
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl core::fmt::Write for Line {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + s.len()).ok_or(core::fmt::Error)?;
        room.copy_from_slice(s.as_bytes());
        self.len += s.len();
        Ok(())
    }
}

/// Appends to `c->send`. Lack of memory raises `MG_EV_ERROR` "OOM", and nothing is appended.
pub(crate) fn append(conn: Conn, bytes: &[u8]) -> bool {
    let done = output::append(conn, bytes);
    if !done {
        fail(conn, format_args!("OOM"));
    }
    done
}

/// Appends `pieces` to `c->send`, all of them or, with `MG_EV_ERROR` "OOM", none. They must not lie
/// in the buffer.
pub(crate) fn append_all(conn: Conn, pieces: &[&[u8]]) -> bool {
    let done = output::append_all(conn, pieces).is_some();
    if !done {
        fail(conn, format_args!("OOM"));
    }
    done
}

/// Appends a whole response, its body formatted from `fmt` and `ap`, and ends the response.
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
pub(crate) unsafe fn vreply(
    conn: Conn,
    code: c_int,
    headers: &[u8],
    fmt: *const c_char,
    ap: *mut va_list,
) {
    let before = conn.send_len();
    let Some((length_at, mut body)) = reply_head(conn, code, headers) else { return };
    // SAFETY: passed on.
    unsafe { vformat(&mut body, fmt, ap) };
    if body.out_of_memory() {
        return take_back(conn, before);
    }
    finish_reply(conn, length_at);
}

/// Appends a whole response with a fixed body and ends the response.
pub(crate) fn reply(conn: Conn, code: c_int, headers: &[u8], body: &[u8]) {
    let before = conn.send_len();
    let Some((length_at, _)) = reply_head(conn, code, headers) else { return };
    if !output::append(conn, body) {
        return take_back(conn, before);
    }
    finish_reply(conn, length_at);
}

/// There was no memory for the body: nobody shall see the head, which says nothing of its length.
fn take_back(conn: Conn, before: usize) {
    conn.truncate_send(before);
    fail(conn, format_args!("OOM"));
}

/// Appends a response without body.
pub(crate) fn status_only(conn: Conn, code: c_int) {
    reply(conn, code, b"", b"");
}

/// Appends an error response that the library makes by itself, with the page that `error_pages` has
/// for it, else with this body.
pub(crate) fn error_page(conn: Conn, code: c_int, headers: &[u8], body: &[u8]) {
    match find_page(conn, code) {
        Some(page) => {
            let headers = [headers, b"Content-Type: text/html; charset=utf-8\r\n"].concat();
            reply(conn, code, &headers, &page);
        }
        None => reply(conn, code, headers, body),
    }
}

/// Page of the directory `error_pages`: `404.html`, `40x.html`, `4xx.html` or `error.html`.
fn find_page(conn: Conn, code: c_int) -> Option<Vec<u8>> {
    let dir = conn.state()?.with_guard(|guarded| {
        let is_set = guarded.settings.is_set(Name::ErrorPages);
        is_set.then(|| guarded.settings.text(Name::ErrorPages).into_owned())
    })?;
    let names = [
        format!("{code}.html"),
        format!("{}x.html", code / 10),
        format!("{}xx.html", code / 100),
        "error.html".to_string(),
    ];
    names.iter().find_map(|name| {
        let path = std::path::Path::new(&dir).join(name);
        let size = std::fs::metadata(&path).ok().filter(|meta| meta.is_file())?.len();
        if size <= MAX_PAGE { std::fs::read(path).ok() } else { None }
    })
}

/// A response with this status begins: counts it and returns header lines that every response gets.
pub(crate) fn begin_response(conn: Conn, code: c_int) -> Vec<u8> {
    let Some(state) = conn.state() else { return Vec::new() };
    access_log::note_status(state, conn, u16::try_from(code).unwrap_or(0));
    let is_tls = conn.is(flags::TLS);
    let closes = conn.private().announces_close;
    conn.private().status_noted = true;
    state.with_guard(|guarded| {
        guarded.stats.count_response(code.unsigned_abs());
        let mut lines = guarded.extra_headers.clone();
        if is_tls {
            lines.extend_from_slice(&guarded.hsts);
        }
        if closes {
            lines.extend_from_slice(b"Connection: close\r\n");
        }
        lines
    })
}

/// Appends everything in front of the body. Returns where the length field starts, and a sink for
/// the body; `None`, with `MG_EV_ERROR` "OOM", if that can't be.
fn reply_head(conn: Conn, code: c_int, headers: &[u8]) -> Option<(usize, IobufSink)> {
    let more = begin_response(conn, code);
    let status_line = Line::status(code);
    let pieces: [&[u8]; 4] = [status_line.as_bytes(), headers, &more, LENGTH];
    let Some(body) = output::append_all(conn, &pieces) else {
        fail(conn, format_args!("OOM"));
        return None;
    };
    Some((conn.send_len() - LENGTH.len() + FIELD.len(), body))
}

/// Fills the length field in and ends the response.
fn finish_reply(conn: Conn, length_at: usize) {
    let body_at = length_at + LENGTH_COLUMNS + 1 + b"\r\n\r\n".len();
    let body_len = conn.send_len().saturating_sub(body_at) as u64;
    let digits = Digits::unsigned(body_len);
    let digits = digits.as_bytes();
    if let Some(state) = conn.state() {
        access_log::note_length(state, conn, body_len);
    }
    let n = digits.len().min(LENGTH_COLUMNS);
    // A custom printer may have shortened the buffer.
    if length_at + LENGTH_COLUMNS <= conn.send_len() {
        conn.send().write_at(length_at, &digits[..n]);
    }
    end_response(conn);
}

/// The response in progress is complete.
pub(crate) fn end_response(conn: Conn) {
    conn.clear(flags::RESP);
    if let Some(state) = conn.state() {
        conn.private().response_ended = true;
        // What the program wrote by itself is looked at when its handler returns.
        if conn.private().status_noted {
            access_log::end(state, conn);
        }
    }
}

/// Appends formatted text as one chunk, its size in eight digits; an empty one ends the response.
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
pub(crate) unsafe fn vprintf_chunk(conn: Conn, fmt: *const c_char, ap: *mut va_list) {
    let before = conn.send_len();
    if !append(conn, b"00000000\r\n") {
        return;
    }
    let body_at = conn.send_len();
    let mut body = output::sink(conn);
    // SAFETY: passed on.
    unsafe { vformat(&mut body, fmt, ap) };
    let len = conn.send_len().saturating_sub(body_at);
    if body.out_of_memory() || len > u32::MAX as usize {
        fail(conn, format_args!("OOM"));
        conn.truncate_send(before);
        return;
    }
    let size = Line::new(format_args!("{len:08x}"));
    conn.send().write_at(before, size.as_bytes());
    append(conn, b"\r\n");
    if len == 0 {
        end_response(conn);
    }
}

/// Appends `data` as one chunk; an empty one ends the response.
pub(crate) fn write_chunk(conn: Conn, data: &[u8]) {
    let before = conn.send_len();
    let size = Line::new(format_args!("{:x}\r\n", data.len()));
    if !(append(conn, size.as_bytes()) && append(conn, data) && append(conn, b"\r\n")) {
        conn.send().delete(before, usize::MAX);
        return;
    }
    if data.is_empty() {
        end_response(conn);
    }
}

/// Appends the header line `Authorization: Basic …` for `user` and `pass`. Without memory nothing
/// is appended.
pub(crate) fn basic_auth(conn: Conn, user: &[u8], pass: &[u8]) {
    use crate::text::base64;
    let colon: &[u8] = if pass.is_empty() { b"" } else { b":" };
    let plain = [user, colon, pass].concat();
    let mut encoded = vec![0; base64::encoded_len(plain.len()).unwrap_or(0) + 1];
    let len = base64::encode(&plain, &mut encoded).unwrap_or(0);
    let line = [b"Authorization: Basic ", &encoded[..len], b"\r\n"].concat();
    if !output::append(conn, &line) {
        crate::error!("out of memory for an Authorization header");
    }
}
