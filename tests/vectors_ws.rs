//! Replays `compat/vectors/codec-ws.jsonl` through the exported functions.

#[path = "common/http_guard.rs"]
mod http_guard;

use http_guard::{Guarded, Tally, bytes, c_string, number, vectors};
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int, c_long, c_void};
use std::mem::zeroed;
use std::ptr::{null, null_mut};

use mongoose::abi::http_parse::mg_http_parse;
use mongoose::abi::iobuf::{mg_iobuf_add, mg_iobuf_free};
use mongoose::abi::net::{mg_alloc_conn, mg_call, mg_close_conn, mg_mgr_free, mg_mgr_init};
use mongoose::abi::protocol_types::mg_ws_message;
use mongoose::abi::types::{flags, mg_connection, mg_http_message, mg_mgr, mg_str};
use mongoose::abi::variadic::{mg_ws_printf, mg_ws_upgrade};
use mongoose::abi::ws::{mg_ws_send, mg_ws_wrap};
use mongoose::proto::ws::frame;
use serde_json::{Value, json};

/// What a hardened vector, or one that is not marked, must give instead: the error text and the
/// code of the CLOSE frame. 04.W1, and text that is not UTF-8 (RFC 6455 section 8.1).
const REFUSED: &[(&str, &str, u16)] = &[
    ("ws-receive-0047", "WS text is not UTF-8", 1007),
    ("ws-receive-0048", "WS text is not UTF-8", 1007),
    ("ws-receive-0049", "WS text is not UTF-8", 1007),
    ("ws-receive-0117", "WS frame without mask", 1002),
    ("ws-receive-0118", "WS reserved bits", 1002),
    ("ws-receive-0119", "WS frame length", 1002),
    ("ws-receive-0120", "WS frame length", 1002),
    ("ws-receive-0121", "WS control frame too long", 1002),
];

/// 04.W10: no echo if the program names a protocol, or the value is not a list of tokens. An empty
/// value is still echoed, as live traces show it.
const WITHOUT_ECHO: [&str; 2] = ["ws-upgrade-0096", "ws-upgrade-0098"];
const ECHO_AS_RECORDED: &str = "ws-upgrade-0095";

const UPGRADE: &str = "GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: 4gZCB5Fu3tVPewn1DjpFfw==\r\n\r\n";

thread_local! {
    static EVENTS: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

unsafe extern "C" fn record(_: *mut mg_connection, event: c_int, data: *mut c_void) {
    let event = match event {
        0 => {
            // SAFETY: rule 3.
            let text = unsafe { CStr::from_ptr(data.cast()) };
            json!({"ev": "MG_EV_ERROR", "text": text.to_string_lossy()})
        }
        7 => json!({"ev": "MG_EV_READ"}),
        12 => json!({"ev": "MG_EV_WS_OPEN"}),
        13 | 14 => {
            // SAFETY: rules 1 and 4.
            let (flags, data) = unsafe {
                let message = data.cast::<mg_ws_message>();
                ((*message).flags, (*message).data.bytes())
            };
            let name = if event == 13 { "MG_EV_WS_MSG" } else { "MG_EV_WS_CTL" };
            json!({"ev": name, "flags": flags, "data": hex(data)})
        }
        _ => return,
    };
    EVENTS.with_borrow_mut(|events| events.push(event));
}

fn take_events() -> Vec<Value> {
    EVENTS.take()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A recorded result with its byte strings in one encoding.
fn plain(recorded: &Value) -> Value {
    let mut out = recorded.clone();
    for key in ["send", "recv_left", "data"] {
        if let Some(value) = out.get(key) {
            out[key] = hex(&bytes(value)).into();
        }
    }
    if let Some(events) = out.get("events") {
        out["events"] = events.as_array().expect("events").iter().map(plain).collect();
    }
    out
}

/// A manager and a connection of it.
struct Fixture {
    mgr: Box<mg_mgr>,
    c: *mut mg_connection,
}

impl Fixture {
    fn new(flags: u32) -> Fixture {
        // SAFETY: all-zero is a manager to be overwritten; rules 1 and 5.
        unsafe {
            let mut mgr: Box<mg_mgr> = Box::new(zeroed());
            mg_mgr_init(&mut *mgr);
            let c = mg_alloc_conn(&mut *mgr);
            (*c).flags = flags;
            (*c).r#fn = Some(record);
            Fixture { mgr, c }
        }
    }

    fn sent(&self) -> Vec<u8> {
        // SAFETY: rule 1.
        unsafe { mg_str { buf: (*self.c).send.buf.cast(), len: (*self.c).send.len }.bytes() }
            .to_vec()
    }

    fn is(&self, flag: u32) -> i32 {
        // SAFETY: rule 1.
        i32::from(unsafe { (*self.c).flags } & flag != 0)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: rule 1.
        unsafe {
            mg_close_conn(self.c);
            mg_mgr_free(&mut *self.mgr);
        }
        take_events();
    }
}

/// The frame of a client that begins at `at`, with a zero mask.
fn unmasked(mut all: Vec<u8>, at: usize) -> Vec<u8> {
    if let Some(header) = frame::Header::parse(&all[at..]) {
        let start = at + header.header_len;
        frame::apply_mask(&mut all[start..], header.mask.expect("clients mask"), 0);
        all[start - 4..start].fill(0);
    }
    all
}

/// Calls a variadic function with one of the lists of argument types that the vectors use.
macro_rules! call_variadic {
    ($function:ident($($fixed:expr),*), $args:expr) => {{
        let list: Vec<&Value> = $args.as_array().expect("args").iter().collect();
        let int = |i: usize| list[i].as_i64().expect("a number") as c_int;
        let text = |i: usize| c_string(list[i]);
        match list.iter().map(|arg| arg.is_number()).collect::<Vec<_>>()[..] {
            [] => $function($($fixed),*),
            [true] => $function($($fixed,)* int(0)),
            [false] => $function($($fixed,)* text(0).as_ptr()),
            [true, true] => $function($($fixed,)* int(0), int(1)),
            [true, false] => $function($($fixed,)* int(0), text(1).as_ptr()),
            _ => panic!("too many arguments"),
        }
    }};
}

/// Framing on a connection that no manager knows: only its public fields may be touched.
fn frames(vector: &Value, function: &str) -> Value {
    let input = &vector["in"];
    // SAFETY: all-zero is a valid manager and a valid connection.
    let (mut mgr, mut conn): (mg_mgr, mg_connection) = unsafe { (zeroed(), zeroed()) };
    let c = &raw mut conn;
    let before = bytes(&input["send_before"]);
    let op = number(&input["op"]) as c_int;
    let is_client = input["is_client"] == 1;
    // SAFETY: live arguments; formats and arguments fit each other.
    unsafe {
        (*c).mgr = &raw mut mgr;
        (*c).flags = if is_client { flags::CLIENT } else { flags::ACCEPTED };
        (*c).send.align = 16384;
        mg_iobuf_add(&raw mut (*c).send, 0, before.as_ptr().cast(), before.len());
        let mut at = before.len();
        let ret = match function {
            "mg_ws_send" if input["buf"].is_null() => mg_ws_send(c, null(), 0, op),
            "mg_ws_send" => {
                let data = Guarded::new(&bytes(&input["buf"]));
                mg_ws_send(c, data.ptr().cast(), data.str().len, op)
            }
            "mg_ws_wrap" => {
                let len = number(&input["len"]) as usize;
                at -= len;
                mg_ws_wrap(c, len, op)
            }
            _ => {
                let fmt = c_string(&input["fmt"]);
                call_variadic!(mg_ws_printf(c, op, fmt.as_ptr()), input["args"])
            }
        };
        let mut send = mg_str { buf: (*c).send.buf.cast(), len: (*c).send.len }.bytes().to_vec();
        mg_iobuf_free(&raw mut (*c).send);
        if is_client {
            send = unmasked(send, at);
        }
        json!({"ret": ret, "send": hex(&send)})
    }
}

fn upgrade(fixture: &Fixture, request: &[u8], fmt: Option<CString>, args: &Value) {
    let request = Guarded::new(request);
    let fmt = fmt.as_ref().map_or(null(), |fmt| fmt.as_ptr());
    // SAFETY: live arguments; formats and arguments fit each other.
    unsafe {
        let mut hm: mg_http_message = zeroed();
        assert!(mg_http_parse(request.ptr().cast(), request.str().len, &mut hm) > 0);
        call_variadic!(mg_ws_upgrade(fixture.c, &raw mut hm, fmt), args);
    }
}

fn upgrade_result(vector: &Value) -> Value {
    let input = &vector["in"];
    let fixture = Fixture::new(flags::ACCEPTED | flags::RESP);
    let fmt = (!input["fmt"].is_null()).then(|| c_string(&input["fmt"]));
    upgrade(&fixture, &bytes(&input["request"]), fmt, &input["args"]);
    json!({
        "send": hex(&fixture.sent()),
        "events": take_events(),
        "is_websocket": fixture.is(flags::WEBSOCKET),
        "is_resp": fixture.is(flags::RESP),
        "is_draining": fixture.is(flags::DRAINING),
    })
}

/// What 04.W8 and 04.W10 make of an upgrade.
fn hardened_upgrade(vector: &Value) -> Value {
    let mut want = plain(&vector["out"]);
    match vector["hardened"].as_str() {
        Some("04.W8") => {
            let reply = "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 20         \r\n\r\n\
                WS upgrade expected\n";
            json!({"send": hex(reply.as_bytes()), "events": [], "is_websocket": 0,
                "is_resp": 0, "is_draining": 1})
        }
        Some("04.W10") if vector["id"] != ECHO_AS_RECORDED => {
            assert!(WITHOUT_ECHO.iter().any(|id| vector["id"] == *id));
            let sent = String::from_utf8(bytes(&vector["out"]["send"])).expect("text");
            let echo = sent.rfind("Sec-WebSocket-Protocol").expect("an echo");
            want["send"] = hex(format!("{}\r\n", &sent[..echo]).as_bytes()).into();
            want
        }
        _ => want,
    }
}

fn received(vector: &Value) -> Value {
    let fixture = Fixture::new(flags::ACCEPTED);
    let c = fixture.c;
    upgrade(&fixture, UPGRADE.as_bytes(), None, &json!([]));
    take_events();
    // SAFETY: live arguments.
    unsafe { (*c).send.len = 0 };
    for part in vector["in"]["parts"].as_array().expect("parts") {
        let part = bytes(part);
        let mut count = part.len() as c_long;
        // SAFETY: live arguments; READ has a `long`.
        unsafe {
            let recv = &raw mut (*c).recv;
            mg_iobuf_add(recv, (*recv).len, part.as_ptr().cast(), part.len());
            mg_call(c, 7, (&raw mut count).cast());
        }
    }
    // SAFETY: rule 1.
    let left = unsafe { mg_str { buf: (*c).recv.buf.cast(), len: (*c).recv.len }.bytes() };
    let mut out = json!({
        "events": take_events(),
        "send": hex(&fixture.sent()),
        "is_draining": fixture.is(flags::DRAINING),
        "is_closing": fixture.is(flags::CLOSING),
    });
    if vector["out"].get("recv_left").is_some() {
        out["recv_left"] = hex(left).into();
    }
    out
}

/// What comes in instead of what was recorded, and whether that is the same.
fn hardened_receive(vector: &Value) -> (Value, bool) {
    match REFUSED.iter().find(|(id, ..)| vector["id"] == *id) {
        None => (plain(&vector["out"]), true),
        Some((_, text, code)) => {
            let parts = vector["in"]["parts"].as_array().expect("parts").len();
            let read = json!({"ev": "MG_EV_READ"});
            let mut events = vec![json!({"ev": "MG_EV_ERROR", "text": text})];
            events.extend((0..parts).map(|_| read.clone()));
            let close = [0x88, 2, (code >> 8) as u8, *code as u8];
            let want = json!({"events": events, "send": hex(&close), "recv_left": "",
                "is_draining": 1, "is_closing": 0});
            (want, false)
        }
    }
}

#[test]
fn codec_ws() {
    let mut tally = Tally::default();
    for vector in vectors("codec-ws.jsonl") {
        let function = vector["fn"].as_str().expect("fn");
        let (want, got, as_recorded) = match function {
            "mg_ws_upgrade" => {
                let same = vector.get("hardened").is_none() || vector["id"] == ECHO_AS_RECORDED;
                (hardened_upgrade(&vector), upgrade_result(&vector), same)
            }
            "ws_receive" => {
                let (want, same) = hardened_receive(&vector);
                (want, received(&vector), same)
            }
            _ => (plain(&vector["out"]), frames(&vector, function), true),
        };
        tally.count(&vector, &want, &got, as_recorded);
    }
    tally.finish("codec-ws");
}

/// 04.W11: nothing is wrapped that is not there.
#[test]
fn ch04_15_wrap_beyond_the_buffer() {
    let fixture = Fixture::new(flags::ACCEPTED);
    // SAFETY: live arguments.
    unsafe {
        assert_eq!(mg_ws_send(fixture.c, c"abc".as_ptr().cast(), 3, 1), 5);
        assert_eq!(mg_ws_wrap(fixture.c, 6, 1), 5);
        assert_eq!(mg_ws_wrap(fixture.c, usize::MAX, 1), 5);
        assert_eq!(mg_ws_wrap(null_mut(), 0, 1), 0);
    }
    assert_eq!(fixture.sent(), b"\x81\x03abc");
}
