//! The opening handshake on connections (RFC 6455 section 4).

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::engine::ws_handler;
use super::guard::{self, Verdict};
use super::session::Session;
use crate::abi::fmt::vformat;
use crate::abi::hooks::mg_random;
use crate::abi::mem;
use crate::abi::types::{flags, mg_event_handler_t, mg_mgr, va_list};
use crate::event::conn::Conn;
use crate::event::connect::{self, Handlers};
use crate::event::emit::{call, ev, fail};
use crate::event::output;
use crate::event::state::Scope;
use crate::http::message::Message;
use crate::http::reply;
use crate::proto::ws::handshake::{self, NONCE_LEN, Request};
use crate::text::url::Url;

/// Connects to `url` and queues the request. `None` as for [`connect::connect`].
///
/// # Safety
/// Rules 1, 3, 6 and 7 of the C edge.
pub(crate) unsafe fn connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    handler: (mg_event_handler_t, *mut core::ffi::c_void),
    fmt: *const c_char,
    ap: *mut va_list,
) -> Option<Conn> {
    let (handler, data) = handler;
    let handlers = Handlers { handler, data, protocol: None, protocol_data: null_mut() };
    // SAFETY: passed on.
    let conn = unsafe { connect::connect(mgr, url, handlers) }?;
    let _scope = conn.state().map(Scope::enter);
    // SAFETY: rule 3.
    let text = unsafe { mem::cstr(url) }.unwrap_or_default();
    let mut nonce = [0; NONCE_LEN];
    // SAFETY: `nonce` is as many writable bytes.
    if !unsafe { mg_random(nonce.as_mut_ptr().cast(), nonce.len()) } {
        fail(conn, format_args!("no random bytes"));
    } else if let Some(session) = Session::of_or_new(conn) {
        let key = handshake::key(&nonce);
        session.accept = handshake::accept(&key);
        conn.set_protocol(Some(ws_handler));
        // SAFETY: passed on.
        unsafe { send_request(conn, text, &key, fmt, ap) };
    } else {
        fail(conn, format_args!("OOM"));
    }
    (!conn.is_dead()).then_some(conn)
}

/// Appends the request.
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
unsafe fn send_request(conn: Conn, text: &[u8], key: &[u8], fmt: *const c_char, ap: *mut va_list) {
    let url = Url::parse(text);
    let uri = url.path.and_then(|path| text.get(path..)).unwrap_or(b"/");
    let lines: [&[u8]; 7] = [
        b"GET ",
        uri,
        b" HTTP/1.1\r\nUpgrade: websocket\r\nHost: ",
        url.host,
        b"\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ",
        key,
        b"\r\n",
    ];
    // SAFETY: passed on.
    unsafe { append_head(conn, &lines, fmt, ap, |_| Vec::new()) };
}

/// Appends `lines`, the program's header lines, those that `more` makes after a look at the
/// program's, and the blank line. All or nothing: without memory `MG_EV_ERROR` "OOM".
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
unsafe fn append_head(
    conn: Conn,
    lines: &[&[u8]],
    fmt: *const c_char,
    ap: *mut va_list,
    more: impl FnOnce(&[u8]) -> Vec<u8>,
) {
    let before = conn.send_len();
    let append = |bytes: &[u8]| output::append(conn, bytes);
    let mut done = append(&lines.concat());
    let start = conn.send_len();
    let mut headers = output::sink(conn);
    // SAFETY: passed on.
    unsafe { vformat(&mut headers, fmt, ap) };
    done &= !headers.out_of_memory();
    // SAFETY: `more` copies from the slice and runs no program code.
    let output = unsafe { conn.send().bytes() };
    let more = more(output.get(start..).unwrap_or_default());
    done = done && append(&more) && append(b"\r\n");
    if !done {
        conn.truncate_send(before);
        fail(conn, format_args!("OOM"));
    }
}

/// Answers a request with 101 and `MG_EV_WS_OPEN`, with 426, or as the guard's options say.
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
pub(crate) unsafe fn upgrade(conn: Conn, message: Message, fmt: *const c_char, ap: *mut va_list) {
    let _scope = conn.state().map(Scope::enter);
    conn.set_protocol(Some(ws_handler));
    conn.set_protocol_data(null_mut());
    if let Some(session) = Session::of_or_new(conn) {
        *session = Session::new();
    }
    let request = Request {
        method: message.method(),
        proto: message.proto(),
        upgrade: message.header(b"Upgrade"),
        version: message.header(b"Sec-WebSocket-Version"),
        key: message.header(b"Sec-WebSocket-Key"),
    };
    let protocol = message.header(b"Sec-WebSocket-Protocol");
    let Some(key) = request.key() else { return refuse(conn, 426, b"WS upgrade expected\n") };
    let chosen = match guard::judge(conn, message) {
        Verdict::Grant(chosen) => chosen,
        Verdict::Gone => return,
        Verdict::Refuse(status) => {
            if let Some(state) = conn.state() {
                state.with_guard(|guarded| guarded.stats.count_rejection(status));
            }
            return refuse(conn, status.into(), b"");
        }
    };
    let protocol = chosen.as_deref().or(protocol);
    let accept = handshake::accept(key);
    let lines: [&[u8]; 3] = [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Accept: ",
        &accept,
        b"\r\n",
    ];
    let echo = |headers: &[u8]| match protocol {
        Some(value)
            if handshake::is_protocol_list(value) && !handshake::names_protocol(headers) =>
        {
            [b"Sec-WebSocket-Protocol: ", value, b"\r\n"].concat()
        }
        _ => Vec::new(),
    };
    // SAFETY: passed on.
    unsafe { append_head(conn, &lines, fmt, ap, echo) };
    conn.set(flags::WEBSOCKET);
    conn.clear(flags::RESP);
    call(conn, ev::WS_OPEN, message.ptr().cast());
}

/// Answers with an error status; no further input is looked at.
fn refuse(conn: Conn, status: c_int, text: &[u8]) {
    reply::reply(conn, status, b"", text);
    conn.set(flags::DRAINING);
    conn.clear(flags::RESP);
    if let Some(session) = Session::of(conn) {
        session.finished = true;
    }
}
