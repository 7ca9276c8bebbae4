//! Replays `compat/vectors/codec-http.jsonl` through the exported functions.

#[path = "common/http_guard.rs"]
mod http_guard;

use http_guard::{Guarded, Tally, bytes, c_string, number, vectors};
use std::ffi::{CString, c_int};
use std::ptr::null;

use mongoose::abi::http::{mg_http_bauth, mg_http_write_chunk};
use mongoose::abi::http_parse::*;
use mongoose::abi::iobuf::{mg_iobuf_add, mg_iobuf_free};
use mongoose::abi::types::{flags, mg_connection, mg_http_message, mg_http_part, mg_mgr, mg_str};
use mongoose::abi::variadic::{mg_http_printf_chunk, mg_http_reply};
use serde_json::{Value, json};

/// What hardening 03.51 makes of `mg_http_creds`, by vector: the password. The cookie's name is a
/// whole word, and its value may be one byte.
const CREDS_51: &[(&str, &str)] = &[
    ("0159", ""),
    ("0160", ""),
    ("0161", ""),
    ("0162", "good"),
    ("0163", "good"),
    ("0164", "good"),
    ("0171", "k"),
    ("0172", "k"),
    ("0173", "k"),
];

/// What hardening 03.51 makes of `mg_http_get_header_var`, by vector: names are whole words, and a
/// value may be one byte at the end.
const HEADER_VAR_51: &[(&str, Option<(usize, usize)>)] = &[
    ("0016", Some((2, 1))),
    ("0024", Some((2, 0))),
    ("0047", Some((2, 1))),
    ("0078", None),
    ("0081", Some((9, 2))),
    ("0086", Some((8, 2))),
    ("0099", Some((9, 1))),
    ("0144", None),
    ("0149", None),
    ("0150", Some((12, 2))),
    ("0179", None),
    ("0187", Some((9, 1))),
    ("0217", Some((2, 1))),
    ("0223", Some((7, 1))),
    ("0252", None),
    ("0264", None),
    ("0330", None),
];

fn parse(input: &Guarded, hm: &mut mg_http_message) -> i32 {
    // SAFETY: live arguments.
    unsafe { mg_http_parse(input.ptr().cast(), input.str().len, hm) }
}

/// A message in which nothing is zero by chance.
fn dirty_message() -> mg_http_message {
    // SAFETY: any bytes are a message to overwrite: pointers and lengths.
    unsafe { std::mem::transmute([0xaau8; size_of::<mg_http_message>()]) }
}

fn is_zero(hm: &mg_http_message) -> bool {
    let start: *const u8 = std::ptr::from_ref(hm).cast();
    // SAFETY: the structure has no padding.
    let all = unsafe { std::slice::from_raw_parts(start, size_of::<mg_http_message>()) };
    all.iter().all(|&b| b == 0)
}

fn parse_result(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let mut hm = dirty_message();
    let ret = parse(&input, &mut hm);
    if ret <= 0 {
        let zeroed = vector["out"].get("zeroed").is_some();
        return if zeroed {
            json!({"ret": ret, "zeroed": is_zero(&hm)})
        } else {
            json!({"ret": ret})
        };
    }
    let used = hm.headers.iter().take_while(|h| !h.name.buf.is_null());
    let headers: Vec<Value> =
        used.map(|h| json!([input.slice(h.name), input.slice(h.value)])).collect();
    for unused in &hm.headers[headers.len()..] {
        assert!(unused.name.buf.is_null() && unused.name.len == 0);
        assert!(unused.value.buf.is_null() && unused.value.len == 0);
    }
    json!({
        "ret": ret,
        "method": input.slice(hm.method),
        "uri": input.slice(hm.uri),
        "query": input.slice(hm.query),
        "proto": input.slice(hm.proto),
        "headers": headers,
        "body": input.slice(hm.body),
        "head": input.slice(hm.head),
        "message": input.slice(hm.message),
    })
}

fn prefix_results(vector: &Value) -> Value {
    let text = bytes(&vector["in"]["buf"]);
    let results: Vec<i32> = (0..=text.len())
        .map(|cut| {
            let mut hm = dirty_message();
            let ret = parse(&Guarded::new(&text[..cut]), &mut hm);
            assert!(ret != 0 || is_zero(&hm));
            ret
        })
        .collect();
    json!({ "ret": results })
}

fn get_header(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let name = c_string(&vector["in"]["name"]);
    let mut hm = dirty_message();
    assert!(parse(&input, &mut hm) > 0);
    // SAFETY: live arguments.
    let value = unsafe { mg_http_get_header(&mut hm, name.as_ptr()) };
    if value.is_null() {
        return json!({"index": null, "value": null});
    }
    let index = (value.addr() - (&raw const hm.headers).addr()) / 32;
    json!({"index": index, "value": input.slice(hm.headers[index].value)})
}

fn get_var(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let name = c_string(&vector["in"]["name"]);
    let dst = Guarded::new(&vec![b'#'; number(&vector["in"]["dst_len"]) as usize]);
    let len = dst.str().len;
    // SAFETY: live arguments.
    let ret = unsafe { mg_http_get_var(&input.str(), name.as_ptr(), dst.ptr().cast(), len) };
    let text = dst.text(dst.str());
    let end = text.iter().position(|&b| b == 0).expect("terminated");
    let shown = if ret >= 0 { &text[..ret as usize] } else { &text[..end] };
    match vector["out"].get("dst") {
        Some(expected) if bytes(expected) == shown => json!({"ret": ret, "dst": expected}),
        Some(_) => json!({"ret": ret, "dst": String::from_utf8_lossy(shown)}),
        None => json!({ "ret": ret }),
    }
}

/// One step per part, with the result 0 last.
fn multipart_steps(input: &Guarded, ofs: usize) -> Vec<Value> {
    let mut steps = Vec::new();
    let mut ofs = ofs;
    loop {
        // SAFETY: all-zero is a valid part.
        let mut part: mg_http_part = unsafe { std::mem::zeroed() };
        // SAFETY: live arguments.
        let (next, again) = unsafe {
            (
                mg_http_next_multipart(input.str(), ofs, &mut part),
                mg_http_next_multipart(input.str(), ofs, std::ptr::null_mut()),
            )
        };
        assert_eq!(next, again);
        if next == 0 {
            steps.push(json!({"ret": 0}));
            return steps;
        }
        steps.push(json!({
            "ret": next,
            "name": input.slice(part.name),
            "filename": input.slice(part.filename),
            "body": input.slice(part.body),
        }));
        ofs = next;
    }
}

/// What hardening 03.52 asks of a multipart body: the recorded steps, up to the first part that
/// does not end at a boundary line; a boundary at the very end of the body counts as one.
fn steps_52(recorded: &[Value], body: &[u8]) -> Vec<Value> {
    let line = body.windows(2).position(|w| w == b"\r\n").expect("a boundary line");
    let boundary = [b"\r\n", &body[..line]].concat();
    let is_boundary = |at: usize| {
        let rest = body[at..].strip_prefix(&boundary[..]);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(b"\r\n") || rest.starts_with(b"--")
        })
    };
    let mut steps = Vec::new();
    for step in recorded {
        let Some(start) = step["body"][0].as_u64() else {
            break;
        };
        let Some(end) = (start as usize..body.len()).find(|&at| is_boundary(at)) else {
            break;
        };
        let mut step = step.clone();
        step["ret"] = json!(end + 2);
        step["body"] = json!([start, end - start as usize]);
        steps.push(step);
    }
    steps.push(json!({"ret": 0}));
    steps
}

fn multipart(vector: &Value, tally: &mut Tally) {
    let body = bytes(&vector["in"]["body"]);
    let input = Guarded::new(&body);
    let steps = multipart_steps(&input, number(&vector["in"]["ofs"]) as usize);
    let recorded = vector["out"]["steps"].as_array().expect("steps");
    let expected = match vector["hardened"].as_str() {
        None => recorded.clone(),
        Some("03.52") => steps_52(recorded, &body),
        Some("03.51") => {
            // `filename` stands before `name` and is no longer taken for it.
            let mut steps = recorded.clone();
            steps[0]["name"] = json!([58, 2]);
            assert_eq!(&body[58..60], b"n1");
            steps
        }
        Some(other) => panic!("hardening {other}"),
    };
    let as_recorded = expected == *recorded;
    tally.count(vector, &json!(expected), &json!(steps), as_recorded);
}

/// The row of a table by vector.
fn row<T: Copy>(table: &[(&str, T)], vector: &Value) -> T {
    let id = vector["id"].as_str().expect("id");
    let number = id.rsplit('-').next().expect("number");
    table.iter().find(|(known, _)| *known == number).expect("a known vector").1
}

fn creds(vector: &Value, tally: &mut Tally) {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let buffer = |len: &Value| Guarded::new(&vec![b'#'; number(len) as usize]);
    let user = buffer(&vector["in"]["user_len"]);
    let pass = buffer(&vector["in"]["pass_len"]);
    let mut hm = dirty_message();
    assert!(parse(&input, &mut hm) > 0);
    let (user_len, pass_len) = (user.str().len, pass.str().len);
    // SAFETY: live arguments.
    unsafe {
        mg_http_creds(&mut hm, user.ptr().cast(), user_len, pass.ptr().cast(), pass_len);
    }
    let text = |dst: &Guarded| {
        let all = dst.text(dst.str());
        all.split(|&b| b == 0).next().expect("a text").to_vec()
    };
    let mut expected = vector["out"].clone();
    if vector["hardened"] == "03.51" {
        expected["pass"] = json!(row(CREDS_51, vector));
    }
    let same = bytes(&expected["user"]) == text(&user) && bytes(&expected["pass"]) == text(&pass);
    let shown =
        json!([String::from_utf8_lossy(&text(&user)), String::from_utf8_lossy(&text(&pass))]);
    let as_recorded = expected == vector["out"];
    tally.count(vector, &expected, if same { &expected } else { &shown }, as_recorded);
}

fn header_var(vector: &Value, tally: &mut Tally) {
    let s = Guarded::new(&bytes(&vector["in"]["s"]));
    let v = Guarded::new(&bytes(&vector["in"]["v"]));
    // SAFETY: live arguments.
    let got = json!({"ret": s.slice(unsafe { mg_http_get_header_var(s.str(), v.str()) })});
    let expected = match vector["hardened"].as_str() {
        None => vector["out"].clone(),
        Some("03.51") => {
            let slice = row(HEADER_VAR_51, vector);
            json!({ "ret": slice.map(|(ofs, len)| [ofs, len]) })
        }
        Some(other) => panic!("hardening {other}"),
    };
    tally.count(vector, &expected, &got, vector["hardened"].is_null());
}

/// What the recorded result becomes, and whether it stays.
fn hardened_parse(vector: &Value) -> (Value, bool) {
    match vector["hardened"].as_str() {
        // A connection with `strict_http` refuses these, by the fact `has_del`; the parser accepts.
        None | Some("08.strict_http") => (vector["out"].clone(), true),
        Some("03.1" | "03.2" | "03.3" | "03.5" | "03.7") => (json!({"ret": -1}), false),
        Some(other) => panic!("hardening {other}"),
    }
}

/// An argument of a variadic function.
enum Arg {
    Int(c_int),
    Text(CString),
}

/// Calls a variadic function with one of the lists of argument types that the vectors use.
macro_rules! call_variadic {
    ($function:ident($($fixed:expr),*), $args:expr) => {
        match &$args[..] {
            [] => $function($($fixed),*),
            [Arg::Int(a)] => $function($($fixed,)* *a),
            [Arg::Text(a)] => $function($($fixed,)* a.as_ptr()),
            [Arg::Int(a), Arg::Int(b)] => $function($($fixed,)* *a, *b),
            [Arg::Int(a), Arg::Text(b)] => $function($($fixed,)* *a, b.as_ptr()),
            [Arg::Text(a), Arg::Int(b)] => $function($($fixed,)* a.as_ptr(), *b),
            _ => panic!("too many arguments"),
        }
    };
}

fn args(input: &Value) -> Vec<Arg> {
    let list = input["args"].as_array().expect("args").iter();
    list.map(|arg| match arg.as_i64() {
        Some(number) => Arg::Int(number as c_int),
        None => Arg::Text(c_string(arg)),
    })
    .collect()
}

fn optional(value: &Value) -> Option<CString> {
    (!value.is_null()).then(|| c_string(value))
}

/// Calls a function that writes to a connection, one that no manager knows: only its public fields
/// may be touched. Returns what is in `send` afterwards.
fn send_result(vector: &Value, function: &str) -> Value {
    let input = &vector["in"];
    let fmt = optional(&input["fmt"]).unwrap_or_default();
    // SAFETY: all-zero is a valid manager and a valid connection.
    let (mut mgr, mut conn): (mg_mgr, mg_connection) = unsafe { std::mem::zeroed() };
    let c = &raw mut conn;
    let before = bytes(&input["send_before"]);
    // SAFETY: live arguments; formats and arguments fit each other.
    unsafe {
        (*c).mgr = &raw mut mgr;
        (*c).flags = flags::RESP;
        ((*c).send.align, (*c).recv.align) = (16384, 16384);
        mg_iobuf_add(&raw mut (*c).send, 0, before.as_ptr().cast(), before.len());
        match function {
            "mg_http_reply" => {
                let code = number(&input["code"]) as c_int;
                let headers = optional(&input["headers"]);
                let headers = headers.as_ref().map_or(null(), |headers| headers.as_ptr());
                call_variadic!(mg_http_reply(c, code, headers, fmt.as_ptr()), args(input));
            }
            "mg_http_printf_chunk" => {
                call_variadic!(mg_http_printf_chunk(c, fmt.as_ptr()), args(input));
            }
            "mg_http_write_chunk" => {
                let data = Guarded::new(&bytes(&input["buf"]));
                mg_http_write_chunk(c, data.ptr().cast(), data.str().len);
            }
            "mg_http_bauth" => {
                let (user, pass) = (optional(&input["user"]), optional(&input["pass"]));
                let text = |s: &Option<CString>| s.as_ref().map_or(null(), |s| s.as_ptr());
                mg_http_bauth(c, text(&user), text(&pass));
            }
            other => panic!("unknown function {other}"),
        }
        let send = mg_str { buf: (*c).send.buf.cast(), len: (*c).send.len }.bytes().to_vec();
        mg_iobuf_free(&raw mut (*c).send);
        let expected = &vector["out"]["send"];
        let shown = if bytes(expected) == send {
            expected.clone()
        } else {
            json!(String::from_utf8_lossy(&send))
        };
        json!({"send": shown, "is_resp": i32::from((*c).flags & flags::RESP != 0)})
    }
}

#[test]
fn codec_http() {
    let mut tally = Tally::default();
    for vector in vectors("codec-http.jsonl") {
        let function = vector["fn"].as_str().expect("fn");
        let got = match function {
            "mg_http_get_request_len" => {
                let input = Guarded::new(&bytes(&vector["in"]["buf"]));
                // SAFETY: live arguments.
                json!({"ret": unsafe { mg_http_get_request_len(input.ptr(), input.str().len) }})
            }
            "mg_http_parse" => {
                let (expected, as_recorded) = hardened_parse(&vector);
                tally.count(&vector, &expected, &parse_result(&vector), as_recorded);
                continue;
            }
            "mg_http_parse_prefixes" => prefix_results(&vector),
            "mg_http_get_header" => get_header(&vector),
            "mg_http_status" => {
                let input = Guarded::new(&bytes(&vector["in"]["buf"]));
                let mut hm = dirty_message();
                assert!(parse(&input, &mut hm) > 0);
                // SAFETY: a live message.
                json!({"ret": unsafe { mg_http_status(&hm) }})
            }
            "mg_http_etag" => {
                let len = number(&vector["in"]["len"]) as usize;
                let dst = Guarded::new(&vec![b'#'; len]);
                let size = number(&vector["in"]["size"]) as usize;
                let mtime = number(&vector["in"]["mtime"]) as i64;
                // SAFETY: live arguments.
                let ret = unsafe { mg_http_etag(dst.ptr().cast(), len, size, mtime) };
                assert_eq!(ret.addr(), dst.ptr().addr());
                let text = dst.text(dst.str());
                let end = text.iter().position(|&b| b == 0).expect("terminated");
                json!({"buf": String::from_utf8_lossy(&text[..end])})
            }
            "mg_http_get_header_var" => {
                header_var(&vector, &mut tally);
                continue;
            }
            "mg_http_var" => {
                let buf = Guarded::new(&bytes(&vector["in"]["buf"]));
                let name = Guarded::new(&bytes(&vector["in"]["name"]));
                // SAFETY: live arguments.
                json!({"ret": buf.slice(unsafe { mg_http_var(buf.str(), name.str()) })})
            }
            // Hardening 03.49 (always terminated) is asserted for each; the results stay.
            "mg_http_get_var" => get_var(&vector),
            "mg_http_next_multipart" => {
                multipart(&vector, &mut tally);
                continue;
            }
            "mg_http_creds" => {
                creds(&vector, &mut tally);
                continue;
            }
            _ => send_result(&vector, function),
        };
        tally.count(&vector, &vector["out"], &got, true);
    }
    tally.finish("codec-http");
}

/// ch03_2: every proper prefix of a valid head parses to 0 and leaves the message all zero, and no
/// byte behind it is read; the whole gives its own length.
// History: CVE-2019-13503 | every prefix of all recorded heads
#[test]
fn ch03_02_prefixes_at_a_guard_page() {
    let lines = [
        "GET / HTTP/1.1",
        "POST /a/b?c=d HTTP/1.0",
        "PUT   /a   http/7.3",
        "OPTIONS * HTTP/1.1",
        "X\u{e9} /\u{20ac} HTTP/1.1",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 204 ",
    ];
    let fields = [
        &[][..],
        &["Host: h"],
        &["Host:h", "Content-Length: 12"],
        &["A:", "B: \t ", "C:v \t", "X-\u{e9}: 1"],
        &["Connection: close", "Cookie: a=b; c=d", "Accept: */*", "Accept: x"],
    ];
    let mut heads = 0;
    for line in lines {
        for list in fields {
            for eol in ["\r\n", "\n"] {
                let text: String = [&[line][..], list, &[""]]
                    .concat()
                    .iter()
                    .map(|l| format!("{l}{eol}"))
                    .collect();
                for cut in 0..=text.len() {
                    let mut hm = dirty_message();
                    let ret = parse(&Guarded::new(&text.as_bytes()[..cut]), &mut hm);
                    if cut < text.len() {
                        assert_eq!(ret, 0, "{text:?} cut at {cut}");
                        assert!(is_zero(&hm));
                    } else {
                        assert_eq!(ret, text.len() as i32, "{text:?}");
                    }
                }
                heads += 1;
            }
        }
    }
    assert!(heads >= 50);
}
