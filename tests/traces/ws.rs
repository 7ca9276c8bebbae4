//! WebSocket programs, and what is random in what a client sends.

use std::ffi::{CString, c_int, c_void};
use std::ptr::{null, null_mut};

use mongoose::abi::protocol_types::mg_ws_message;
use mongoose::abi::types::{mg_mgr, mg_str};
use mongoose::abi::variadic::{mg_ws_connect, mg_ws_printf, mg_ws_upgrade};
use mongoose::abi::ws::{mg_ws_send, mg_ws_wrap};
use mongoose::proto::ws::{frame, handshake};
use serde_json::Value;

use crate::conn::{Conn, Message};
use crate::program::{Handler, Program, ev, on_event};
use crate::rpc;

/// The opcode of text.
pub const TEXT: c_int = 1;
const CONTINUE: c_int = 0;

/// Handlers of servers.
pub fn server(name: &str) -> Handler {
    match name {
        "ws_echo" => |p, c, event, data| upgrade_and(p, c, event, data, echo),
        "ws_push" => |p, c, event, data| upgrade_and(p, c, event, data, push),
        "ws_frag" => |p, c, event, data| upgrade_and(p, c, event, data, fragments),
        "rpc" => |p, c, event, data| {
            upgrade_and(p, c, event, data, |_, _, _| {});
            rpc::serve(p, c, event, data);
        },
        "ws_log" => |p, c, event, data| upgrade_and(p, c, event, data, |_, _, _| {}),
        "ws_route" => |p, c, event, data| {
            if event == ev::HTTP_MSG && Message(data.cast()).uri() != b"/ws" {
                c.reply(404, Some(c""), "no\n");
            } else {
                upgrade_and(p, c, event, data, echo);
            }
        },
        _ => panic!("unknown handler {name}"),
    }
}

/// Handlers of clients.
pub fn program(name: &str) -> Handler {
    match name {
        "wsc_echo" => |_, c, event, data| echo(c, event, data),
        "wsc_push" => |_, c, event, data| push(c, event, data),
        "wsc_frag" => |_, c, event, data| fragments(c, event, data),
        "wsc_close" => |_, c, event, _| {
            if event == ev::WS_OPEN {
                send(c, b"\x03\xe8done", 8);
            }
        },
        _ => panic!("unknown client {name}"),
    }
}

/// The name of the program, if it is a WebSocket client.
pub fn client(scenario: &Value) -> Option<&str> {
    scenario["client"]["program"].as_str().filter(|name| name.starts_with("wsc_"))
}

/// `mg_ws_connect` with the header lines of the scenario.
pub fn connect(mgr: &mut mg_mgr, url: &str, headers: Option<&str>) -> Conn {
    let url = CString::new(url).expect("no NUL");
    let headers = headers.map(|text| CString::new(text).expect("no NUL"));
    // SAFETY: rules 1, 3, 6 and 7.
    let c = unsafe {
        match &headers {
            Some(text) => mg_ws_connect(
                mgr,
                url.as_ptr(),
                Some(on_event),
                null_mut(),
                c"%s".as_ptr(),
                text.as_ptr(),
            ),
            None => mg_ws_connect(mgr, url.as_ptr(), Some(on_event), null_mut(), null()),
        }
    };
    assert!(!c.is_null());
    Conn(c)
}

fn upgrade_and(
    p: &Program,
    c: Conn,
    event: i32,
    data: *mut c_void,
    then: fn(Conn, i32, *mut c_void),
) {
    if event == ev::HTTP_MSG {
        let headers = p.opt("hdr").map(|text| CString::new(text).expect("no NUL"));
        // SAFETY: rules 1, 3 and 6; the message is the event's.
        unsafe {
            match &headers {
                Some(text) => mg_ws_upgrade(c.0, data.cast(), c"%s".as_ptr(), text.as_ptr()),
                None => mg_ws_upgrade(c.0, data.cast(), null()),
            }
        }
    } else {
        then(c, event, data);
    }
}

/// `mg_ws_send`.
pub fn send(c: Conn, payload: &[u8], op: c_int) -> usize {
    // SAFETY: rules 1 and 2.
    unsafe { mg_ws_send(c.0, payload.as_ptr().cast(), payload.len(), op) }
}

/// The step `ws_send`: the opcode as a letter, then the payload.
pub fn send_step(c: Conn, arg: &[u8]) {
    send(c, &arg[1..], c_int::from(arg[0] - b'A'));
}

fn echo(c: Conn, event: i32, data: *mut c_void) {
    if event == ev::WS_MSG {
        // SAFETY: rules 1, 2 and 4: the event's data is a live message.
        unsafe {
            let mg_ws_message { data: mg_str { buf, len }, flags } = *data.cast();
            mg_ws_send(c.0, buf.cast(), len, c_int::from(flags & 15));
        }
    }
}

fn push(c: Conn, event: i32, _: *mut c_void) {
    if event == ev::WS_OPEN {
        send(c, b"hi", TEXT);
        // SAFETY: rules 1, 3 and 6.
        unsafe { mg_ws_printf(c.0, TEXT, c"{\"n\":%d}".as_ptr(), 7 as c_int) };
        send(c, b"\x00\x01\xff", 2);
        send(c, b"", 9);
        let len = c.print("wrapped 1");
        // SAFETY: rule 1.
        unsafe { mg_ws_wrap(c.0, len, TEXT) };
    }
}

fn fragments(c: Conn, event: i32, _: *mut c_void) {
    if event == ev::WS_OPEN {
        for (text, op) in [("part1-", TEXT), ("part2-", CONTINUE)] {
            let start = c.send_len();
            send(c, text.as_bytes(), op);
            // SAFETY: rule 1: the frame begins where `send` ended before.
            unsafe { *(*c.0).send.buf.add(start) &= 0x7f };
        }
        send(c, b"end", CONTINUE);
    }
}

const KEY: &[u8] = b"Sec-WebSocket-Key: ";
const ACCEPT: &[u8] = b"Sec-WebSocket-Accept: ACCEPT";

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Where the key is in the request of a client.
fn key_at(request: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = find(request, KEY)? + KEY.len();
    Some(start..start + handshake::KEY_LEN)
}

/// What the peer sends, with the accept value that is right for the client's key.
pub fn with_accept(data: Vec<u8>, request: &[u8]) -> Vec<u8> {
    let Some(at) = find(&data, ACCEPT) else { return data };
    let key = &request[key_at(request).expect("a key")];
    let (before, behind) = (&data[..at + ACCEPT.len() - 6], &data[at + ACCEPT.len()..]);
    [before, &handshake::accept(key), behind].concat()
}

/// What a client sent, with `KEY` for its key and zero for its masks.
pub fn without_random(mut all: Vec<u8>) -> Vec<u8> {
    let Some(mut at) = find(&all, b"\r\n\r\n").map(|end| end + 4) else { return all };
    while let Some(header) = frame::Header::parse(&all[at..]) {
        let start = at + header.header_len;
        let end = start + header.payload_len as usize;
        let Some(payload) = all.get_mut(start..end) else { break };
        frame::apply_mask(payload, header.mask.expect("clients mask"), 0);
        all[start - 4..start].fill(0);
        at = end;
    }
    let key = key_at(&all).expect("a key");
    all.splice(key, *b"KEY");
    all
}
