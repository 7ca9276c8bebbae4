//! Handles with which the handlers of the scenarios use the library as a C program would.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use mongoose::abi::http::{mg_http_bauth, mg_http_write_chunk};
use mongoose::abi::iobuf::mg_iobuf_del;
use mongoose::abi::net::mg_send;
use mongoose::abi::types::{mg_connection, mg_http_message, mg_str};
use mongoose::abi::variadic::{mg_error, mg_http_printf_chunk, mg_http_reply, mg_printf};

/// A connection that is alive: inside a handler, or between two polls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Conn(pub *mut mg_connection);

// Each block below relies on the connection being alive, which is what the type stands for.
impl Conn {
    pub fn id(self) -> u64 {
        // SAFETY: rule 1.
        unsafe { (*self.0).id }
    }

    /// The port it is bound to.
    pub fn port(self) -> u16 {
        // SAFETY: rule 1.
        u16::from_be(unsafe { (*self.0).loc.port })
    }

    pub fn is(self, flag: u32) -> bool {
        // SAFETY: rule 1.
        unsafe { (*self.0).flags & flag != 0 }
    }

    pub fn set(self, flag: u32) {
        // SAFETY: rule 1.
        unsafe { (*self.0).flags |= flag }
    }

    pub fn clear(self, flag: u32) {
        // SAFETY: rule 1.
        unsafe { (*self.0).flags &= !flag }
    }

    pub fn put(self, flag: u32, on: bool) {
        if on { self.set(flag) } else { self.clear(flag) }
    }

    pub fn recv_len(self) -> usize {
        // SAFETY: rule 1.
        unsafe { (*self.0).recv.len }
    }

    pub fn send_len(self) -> usize {
        // SAFETY: rule 1.
        unsafe { (*self.0).send.len }
    }

    /// A copy of what is in `recv`.
    pub fn input(self) -> Vec<u8> {
        self.last_input(self.recv_len())
    }

    /// A copy of the last `n` bytes in `recv`, or of all if there are fewer.
    pub fn last_input(self, n: usize) -> Vec<u8> {
        // SAFETY: rule 1: `recv` holds `len` bytes.
        unsafe {
            let recv = &(*self.0).recv;
            let all = mg_str { buf: recv.buf.cast(), len: recv.len };
            all.bytes()[recv.len.saturating_sub(n)..].to_vec()
        }
    }

    /// Removes bytes from the front of `recv`.
    pub fn consume(self, len: usize) {
        // SAFETY: rule 1.
        unsafe { mg_iobuf_del(&raw mut (*self.0).recv, 0, len) };
    }

    pub fn send(self, bytes: &[u8]) -> bool {
        // SAFETY: rules 1 and 2.
        unsafe { mg_send(self.0, bytes.as_ptr().cast(), bytes.len()) }
    }

    /// `mg_printf` of a text.
    pub fn print(self, text: &str) -> usize {
        let text = CString::new(text).expect("no NUL");
        // SAFETY: rules 1, 3 and 6.
        unsafe { mg_printf(self.0, c"%s".as_ptr(), text.as_ptr()) }
    }

    pub fn print_length(self, len: usize) {
        // SAFETY: rules 1, 3 and 6.
        unsafe { mg_printf(self.0, c"<%d>".as_ptr(), len as c_int) };
    }

    pub fn error(self, text: &str) {
        let text = CString::new(text).expect("no NUL");
        // SAFETY: rules 1, 3 and 6.
        unsafe { mg_error(self.0, c"%s".as_ptr(), text.as_ptr()) }
    }

    /// `mg_http_reply`.
    pub fn reply(self, code: c_int, headers: Option<&CStr>, body: impl AsRef<[u8]>) {
        let headers = headers.map_or(std::ptr::null(), CStr::as_ptr);
        let body = body.as_ref();
        // SAFETY: rules 1, 3 and 6.
        unsafe {
            let text: *const c_char = body.as_ptr().cast();
            mg_http_reply(self.0, code, headers, c"%.*s".as_ptr(), body.len() as c_int, text);
        }
    }

    /// `mg_http_reply` with a JSON object made by `%m`.
    pub fn reply_json_uri(self, uri: &[u8]) {
        let text: *const c_char = uri.as_ptr().cast();
        // SAFETY: rules 1, 3 and 6.
        unsafe {
            mg_http_reply(
                self.0,
                200,
                c"Content-Type: application/json\r\n".as_ptr(),
                c"{\"uri\":%m}\n".as_ptr(),
                mongoose::abi::printf::mg_print_esc as *const c_void,
                uri.len() as c_int,
                text,
            );
        }
    }

    pub fn print_chunk(self, text: &CStr) {
        // SAFETY: rules 1, 3 and 6.
        unsafe { mg_http_printf_chunk(self.0, c"%s".as_ptr(), text.as_ptr()) }
    }

    /// `mg_http_write_chunk`; `None` is a NULL pointer.
    pub fn write_chunk(self, data: Option<&[u8]>) {
        let pointer = data.map_or(std::ptr::null(), <[u8]>::as_ptr);
        // SAFETY: rules 1 and 2.
        unsafe { mg_http_write_chunk(self.0, pointer.cast(), data.map_or(0, <[u8]>::len)) }
    }

    pub fn basic_auth(self, user: &str, pass: &str) {
        let (user, pass) =
            (CString::new(user).expect("no NUL"), CString::new(pass).expect("no NUL"));
        // SAFETY: rules 1 and 3.
        unsafe { mg_http_bauth(self.0, user.as_ptr(), pass.as_ptr()) }
    }
}

/// The message of an HTTP event, inside its handler.
#[derive(Clone, Copy)]
pub struct Message(pub *mut mg_http_message);

impl Message {
    fn get(self) -> mg_http_message {
        // SAFETY: rule 1: the message lives while the handler runs.
        unsafe { *self.0 }
    }

    fn copy(s: mg_str) -> Vec<u8> {
        // SAFETY: rule 4: slices of the message live while the handler runs.
        unsafe { s.bytes() }.to_vec()
    }

    pub fn method(self) -> Vec<u8> {
        Self::copy(self.get().method)
    }

    pub fn uri(self) -> Vec<u8> {
        Self::copy(self.get().uri)
    }

    pub fn proto(self) -> Vec<u8> {
        Self::copy(self.get().proto)
    }

    /// The query; `None` if it is a NULL slice.
    pub fn query(self) -> Option<Vec<u8>> {
        let query = self.get().query;
        (!query.buf.is_null()).then(|| Self::copy(query))
    }

    pub fn raw_query(self) -> mg_str {
        self.get().query
    }

    pub fn raw_body(self) -> mg_str {
        self.get().body
    }

    /// The body, which must be complete.
    pub fn body(self) -> Vec<u8> {
        Self::copy(self.get().body)
    }

    pub fn body_len(self) -> usize {
        self.get().body.len
    }

    pub fn head_len(self) -> usize {
        self.get().head.len
    }

    pub fn message_len(self) -> usize {
        self.get().message.len
    }

    pub fn headers(self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let used = self.get().headers.into_iter().take_while(|header| header.name.len > 0);
        used.map(|header| (Self::copy(header.name), Self::copy(header.value))).collect()
    }
}
