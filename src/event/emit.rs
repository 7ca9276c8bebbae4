//! Events: calling the protocol handler and the program's handler.

use core::ffi::{c_int, c_void};
use core::fmt::{self, Write};
use core::ptr::null_mut;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::conn::Conn;
use super::{rounds, slow};
use crate::abi::panics;
use crate::abi::types::flags;
use crate::abi::types::mg_connection;

/// Numbers of the events, as in `enum mg_event`.
pub(crate) mod ev {
    pub(crate) const ERROR: i32 = 0;
    pub(crate) const OPEN: i32 = 1;
    pub(crate) const POLL: i32 = 2;
    pub(crate) const RESOLVE: i32 = 3;
    pub(crate) const CONNECT: i32 = 4;
    pub(crate) const ACCEPT: i32 = 5;
    #[cfg(feature = "tls")]
    pub(crate) const TLS_HS: i32 = 6;
    pub(crate) const READ: i32 = 7;
    pub(crate) const WRITE: i32 = 8;
    pub(crate) const CLOSE: i32 = 9;
    pub(crate) const HTTP_HDRS: i32 = 10;
    pub(crate) const HTTP_MSG: i32 = 11;
    pub(crate) const WS_OPEN: i32 = 12;
    pub(crate) const WS_MSG: i32 = 13;
    pub(crate) const WS_CTL: i32 = 14;
    pub(crate) const MQTT_CMD: i32 = 15;
    pub(crate) const MQTT_MSG: i32 = 16;
    pub(crate) const MQTT_OPEN: i32 = 17;
    pub(crate) const SNTP_TIME: i32 = 18;
    pub(crate) const WAKEUP: i32 = 19;
    pub(crate) const MDNS_REQ: i32 = 20;
    pub(crate) const MDNS_RESP: i32 = 21;
    pub(crate) const MODBUS_REQ: i32 = 22;
}

/// Longest text of an error event, with its NUL.
const ERROR_TEXT_SIZE: usize = 64;

/// Delivers an event: `pfn` first, then `fn`; each pointer is read at the moment of its own call.
pub(crate) fn call(conn: Conn, event: c_int, data: *mut c_void) {
    if let Some(protocol) = conn.protocol() {
        // SAFETY: rule 7 of the C edge; the connection is live.
        unsafe { protocol(conn.ptr(), event, data) };
    }
    if let Some(handler) = conn.handler() {
        if slow::is_of_interest() {
            return slow::call(conn, handler, event, data);
        }
        // SAFETY: rule 7 of the C edge; the memory of the connection is kept while we are at work.
        unsafe { handler(conn.ptr(), event, data) };
    }
}

/// Runs `f` for the protocol handler of `c`. A panic inside, which is a bug of ours, is counted and
/// ends the connection with `MG_EV_ERROR`; it never unwinds into C.
pub(crate) fn contain(c: *mut mg_connection, f: impl FnOnce(Conn)) {
    // SAFETY: rule 1 of the C edge: handlers are called with live connections.
    let Some(conn) = (unsafe { Conn::from_ptr(c) }) else { return };
    let contained = catch_unwind(AssertUnwindSafe(|| f(conn)));
    if contained.is_err() {
        panics::count_panic();
        panics::guard((), || fail(conn, format_args!("internal error")));
    }
}

/// Delivers an event without data.
pub(crate) fn call_plain(conn: Conn, event: c_int) {
    call(conn, event, null_mut());
}

/// Delivers `READ` or `WRITE` with its byte count.
pub(crate) fn call_count(conn: Conn, event: c_int, count: usize) {
    let mut count = count as core::ffi::c_long;
    call(conn, event, (&raw mut count).cast());
}

/// Text of at most 63 bytes with a NUL behind it; what does not fit is cut.
pub(crate) struct ErrorText {
    bytes: [u8; ERROR_TEXT_SIZE],
    len: usize,
}

impl ErrorText {
    pub(crate) fn new() -> ErrorText {
        ErrorText { bytes: [0; ERROR_TEXT_SIZE], len: 0 }
    }

    pub(crate) fn push(&mut self, text: &[u8]) {
        let room = ERROR_TEXT_SIZE - 1 - self.len;
        let n = text.len().min(room);
        self.bytes[self.len..self.len + n].copy_from_slice(&text[..n]);
        self.len += n;
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for ErrorText {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.push(s.as_bytes());
        Ok(())
    }
}

impl crate::text::fmt::Sink for ErrorText {
    fn put(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

/// Marks `conn` for closing, logs `text` and delivers it as `MG_EV_ERROR`. The handler may clear
/// `is_closing` to keep the connection.
pub(crate) fn fail_with(conn: Conn, text: &mut ErrorText) {
    crate::error!("{} {} {}", conn.id(), conn.fd(), String::from_utf8_lossy(text.as_bytes()));
    conn.set(flags::CLOSING);
    if let Some(state) = conn.state() {
        rounds::touch(state, conn);
    }
    call(conn, ev::ERROR, text.bytes.as_mut_ptr().cast());
}

/// [`fail_with`] for a fixed or formatted text.
pub(crate) fn fail(conn: Conn, text: fmt::Arguments) {
    let mut buffer = ErrorText::new();
    let _ = buffer.write_fmt(text); // Cutting long text is not an error.
    fail_with(conn, &mut buffer);
}
