//! Replays the recorded text vectors against the exported C functions.
//!
//! `compat/vectors/README.md` tells what the lines mean and where Meerkat differs on purpose.

#[path = "common/glob.rs"]
mod glob;
#[path = "common/guard_page.rs"]
mod guard_page;

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

use glob::{full_match, rebuild};
use guard_page::Guarded;
use mongoose::abi::http_parse::*;
use mongoose::abi::iobuf::*;
use mongoose::abi::json::*;
use mongoose::abi::log::*;
use mongoose::abi::mem::mg_free;
use mongoose::abi::printf::*;
use mongoose::abi::queue::*;
use mongoose::abi::str::*;
use mongoose::abi::timer::*;
use mongoose::abi::types::*;
use mongoose::abi::url::*;
use mongoose::abi::util::*;
use mongoose::abi::{base64::*, digest::*};
use serde_json::Value;

unsafe extern "C" {
    fn mg_snprintf(buf: *mut c_char, len: usize, fmt: *const c_char, ...) -> usize;
    fn mg_mprintf(fmt: *const c_char, ...) -> *mut c_char;
    fn mg_xprintf(f: mg_pfn_t, arg: *mut c_void, fmt: *const c_char, ...) -> usize;
    fn mg_queue_printf(q: *mut mg_queue, fmt: *const c_char, ...) -> usize;
    fn mg_log(fmt: *const c_char, ...);
}

/// The text is malformed behind the place that decides that nothing is found: either code is right.
const EITHER_CODE: [&str; 1] = ["json-1077"];

type Check = Result<(), String>;
/// Replays one line.
type Replay = fn(&Value) -> Check;

macro_rules! same {
    ($what:expr, $got:expr, $want:expr) => {{
        let (got, want) = (&$got, &$want);
        if got != want {
            return Err(format!("{}: got {:?}, want {:?}", $what, got, want));
        }
    }};
}

fn unhex(s: &str) -> Vec<u8> {
    (0..s.len() / 2).map(|i| u8::from_str_radix(&s[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// A byte string of the vectors; `None` for null.
fn opt_bytes(v: &Value) -> Option<Vec<u8>> {
    match v {
        Value::Null => None,
        Value::String(s) => Some(s.clone().into_bytes()),
        v => Some(unhex(v["hex"].as_str().expect("hex"))),
    }
}

fn bytes(v: &Value) -> Vec<u8> {
    opt_bytes(v).expect("bytes")
}

fn int(v: &Value) -> i128 {
    match v {
        Value::String(s) => s.parse().expect("number"),
        Value::Bool(b) => i128::from(*b),
        v => v.as_i64().map(i128::from).or(v.as_u64().map(i128::from)).expect("number"),
    }
}

fn f64_bits(v: &Value) -> f64 {
    f64::from_bits(u64::from_str_radix(v.as_str().expect("bits"), 16).expect("hex"))
}

/// An exact slice in front of a guard page, or `{NULL, 0}`.
struct Slice(Option<Guarded>, usize);

impl Slice {
    fn new(b: &[u8]) -> Slice {
        Slice(Some(Guarded::new(b)), b.len())
    }
    fn of(v: &Value) -> Slice {
        opt_bytes(v).map_or(Slice(None, 0), |b| Slice::new(&b))
    }
    fn ptr(&self) -> *mut c_char {
        self.0.as_ref().map_or(ptr::null_mut(), Guarded::ptr)
    }
    fn str(&self) -> mg_str {
        mg_str { buf: self.ptr(), len: self.1 }
    }
    /// `[offset, length]` of a result, or null.
    fn place(&self, s: mg_str) -> Value {
        if s.buf.is_null() {
            assert_eq!(s.len, 0);
            return Value::Null;
        }
        serde_json::json!([s.buf as usize - self.ptr() as usize, s.len])
    }
}

fn cstr_bytes(p: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: results of the library are NULL or NUL-terminated.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_bytes().to_vec())
}

/// A block of the library, freed with its own function.
fn take(p: *mut c_char) -> Option<Vec<u8>> {
    let text = cstr_bytes(p);
    // SAFETY: the block came from `mg_calloc`.
    unsafe { mg_free(p.cast()) };
    text
}

/// Variadic arguments: numbers and pointers in one row, doubles in another. The x86-64 and AArch64
/// calling conventions fetch each kind from its own registers, so their order among each other does
/// not matter as long as the doubles fit in registers.
#[derive(Default)]
struct Arguments {
    words: Vec<u64>,
    doubles: Vec<f64>,
    strings: Vec<Guarded>,
    #[expect(clippy::vec_box, reason = "arguments point to them")]
    addrs: Vec<Box<mg_addr>>,
}

impl Arguments {
    fn new(list: &Value) -> Arguments {
        let mut args = Arguments::default();
        for arg in list.as_array().map(Vec::as_slice).unwrap_or_default() {
            let (kind, v) = arg.as_object().and_then(|o| o.iter().next()).expect("one member");
            match kind.as_str() {
                "i" | "l" | "q" | "z" => args.words.push(int(v) as u64),
                "d" => args.doubles.push(f64_bits(v)),
                "p" => args.words.push(hex_word(v)),
                "s" | "b" => {
                    let Some(text) = opt_bytes(v) else {
                        args.words.push(0);
                        continue;
                    };
                    let text =
                        if kind == "s" { Guarded::c_string(&text) } else { Guarded::new(&text) };
                    args.words.push(text.ptr() as u64);
                    args.strings.push(text);
                }
                "pm" => args.words.push(printer(v.as_str().expect("name")) as u64),
                "addr" => {
                    let mut addr = Box::new(no_addr());
                    set_ip(&mut addr, &unhex(v["ip"].as_str().expect("ip")));
                    addr.port = (int(&v["port"]) as u16).to_be();
                    addr.is_ip6 = int(&v["ip6"]) != 0;
                    args.words.push(&raw const *addr as u64);
                    args.addrs.push(addr);
                }
                other => panic!("argument {other}"),
            }
        }
        assert!(args.words.len() <= 24 && args.doubles.len() <= 8);
        args.words.resize(24, 0);
        args.doubles.resize(8, 0.0);
        args
    }
}

fn hex_word(v: &Value) -> u64 {
    u64::from_str_radix(v.as_str().expect("hex").trim_start_matches("0x"), 16).expect("hex")
}

fn printer(name: &str) -> *const c_void {
    let f: unsafe extern "C" fn(mg_pfn_t, *mut c_void, *mut va_list) -> usize = match name {
        "mg_print_hex" => mg_print_hex,
        "mg_print_base64" => mg_print_base64,
        "mg_print_esc" => mg_print_esc,
        "mg_print_html_esc" => mg_print_html_esc,
        "mg_print_ip" => mg_print_ip,
        "mg_print_ip4" => mg_print_ip4,
        "mg_print_ip6" => mg_print_ip6,
        "mg_print_ip_port" => mg_print_ip_port,
        "mg_print_mac" => mg_print_mac,
        "mg_print_ieee64" => mg_print_ieee64,
        other => panic!("printer {other}"),
    };
    f as *const c_void
}

fn no_addr() -> mg_addr {
    mg_addr { addr: mg_addr_bytes { ip: [0; 16] }, port: 0, scope_id: 0, is_ip6: false }
}

fn set_ip(addr: &mut mg_addr, ip: &[u8]) {
    let mut all = [0; 16];
    all[..ip.len()].copy_from_slice(ip);
    addr.addr.ip = all;
}

/// Calls a variadic function with fixed arguments, then those of `$a`.
macro_rules! call {
    ($f:ident($($fixed:expr),*), $a:expr) => {{
        let (w, d) = (&$a.words, &$a.doubles);
        // SAFETY: more arguments than the format takes, of the classes it takes them from.
        unsafe {
            $f($($fixed,)* w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12], w[13], w[14], w[15], w[16], w[17], w[18], w[19], w[20], w[21], w[22], w[23],
               d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7])
        }
    }};
}

/// Output of `mg_snprintf` with a buffer of `size` bytes: result and stored text.
fn snprintf(size: usize, fmt: &[u8], args: &Arguments) -> Result<(usize, Vec<u8>), String> {
    let fmt = Guarded::c_string(fmt);
    let buf = Guarded::new(&vec![0xaa; size]);
    let p = if size == 0 { ptr::null_mut() } else { buf.ptr() };
    let n = call!(mg_snprintf(p, size, fmt.ptr()), args);
    let stored = n.min(size.saturating_sub(1));
    if size > 0 {
        same!("terminator", buf.bytes()[stored], 0);
        same!("behind", buf.bytes()[stored + 1..].iter().all(|&b| b == 0xaa), true);
    }
    Ok((n, buf.bytes()[..stored].to_vec()))
}

unsafe extern "C" fn collect(c: c_char, arg: *mut c_void) {
    // SAFETY: `arg` is the vector that the caller of the output function passed.
    unsafe { &mut *arg.cast::<Vec<u8>>() }.push(c as u8);
}

fn format_line(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    let fmt = bytes(&input["fmt"]);
    if let Some(values) = input["values"].as_array() {
        for (value, want) in values.iter().zip(out["texts"].as_array().expect("texts")) {
            let mut args = Arguments::new(&Value::Null);
            let mut number = 0.0;
            match input["type"].as_str() {
                Some("double") => {
                    number = f64_bits(value);
                    args.doubles[0] = number;
                }
                Some("ptr") => args.words[0] = hex_word(value),
                _ => args.words[0] = int(value) as u64,
            }
            let (n, text) = snprintf(300, &fmt, &args)?;
            same!("length", n, text.len());
            if o["loose"] == "digits" || o["hardened"] == "02.9" {
                near(&text, &bytes(want), number, &fmt, o["hardened"] == "02.9")?;
            } else {
                same!(format!("text of {value}"), lossy(&text), lossy(&bytes(want)));
            }
        }
        return Ok(());
    }
    let args = Arguments::new(&input["args"]);
    match o["fn"].as_str() {
        Some("mg_snprintf") => {
            let (n, text) = snprintf(int(&input["size"]) as usize, &fmt, &args)?;
            same!("ret", n as i128, int(&out["ret"]));
            if int(&input["size"]) > 0 {
                same!("text", lossy(&text), lossy(&bytes(&out["text"])));
            }
        }
        Some("mg_mprintf") => {
            let fmt = Guarded::c_string(&fmt);
            let want = opt_bytes(&out["text"]);
            let p = call!(mg_mprintf(fmt.ptr()), args);
            let n = want.as_ref().map_or(0, Vec::len);
            // SAFETY: the text and its NUL, as long as recorded.
            let text = (!p.is_null())
                .then(|| unsafe { std::slice::from_raw_parts(p.cast::<u8>(), n + 1) }.to_vec());
            same!("text", text, want.map(|t| [&t[..], b"\0"].concat()));
            take(p);
        }
        _ => {
            let fmt = Guarded::c_string(&fmt);
            let mut text: Vec<u8> = Vec::new();
            let arg: *mut c_void = (&raw mut text).cast();
            let n = call!(mg_xprintf(Some(collect), arg, fmt.ptr()), args);
            same!("ret", n as i128, int(&out["ret"]));
            same!("text", lossy(&text), lossy(&bytes(&out["text"])));
            let mut io = mg_iobuf { buf: ptr::null_mut(), size: 0, len: 0, align: 64 };
            let arg: *mut c_void = (&raw mut io).cast();
            call!(mg_xprintf(Some(mg_pfn_iobuf), arg, fmt.ptr()), args);
            // SAFETY: the buffer holds its length and a NUL.
            unsafe {
                let kept = mongoose::abi::mem::bytes(io.buf.cast(), io.len).to_vec();
                same!("in a buffer", lossy(&kept), lossy(&text));
                assert!(io.buf.is_null() || *io.buf.add(io.len) == 0);
                mg_iobuf_free(&raw mut io);
            }
        }
    }
    Ok(())
}

fn lossy(b: &[u8]) -> String {
    b.escape_ascii().to_string()
}

/// Same number as the recorded text, or, for hardened lines, as the argument. Texts of 39 characters
/// may be cut before their end, so they only have to start alike.
fn near(text: &[u8], want: &[u8], number: f64, fmt: &[u8], hardened: bool) -> Check {
    let parse = |t: &[u8]| lossy(t).trim_end_matches('.').parse::<f64>().ok();
    same!("at most 39", text.len() <= 39, true);
    // 1.80e+308 is a right text that no double holds.
    if let (Some(m), true) = (lossy(text).strip_suffix("e+308"), hardened) {
        let m: f64 = m.parse().map_err(|_| "no mantissa")?;
        same!(
            "mantissa",
            (m - number / 1e308).abs() <= 0.51 * 10f64.powi(1 - precision(fmt)),
            true
        );
        return Ok(());
    }
    let Some(got) = parse(text) else {
        return Err(format!("no number: {}", lossy(text)));
    };
    let (target, tolerance) = if hardened {
        (number, 0.51 * 10f64.powi(1 - precision(fmt)))
    } else {
        (parse(want).ok_or("recorded text is no number")?, 1e-14)
    };
    let scale = target.abs().max(f64::MIN_POSITIVE);
    if got == target || (got / scale - target / scale).abs() <= tolerance.max(2e-16) {
        return Ok(());
    }
    Err(format!("got {}, want {} for {number:e}", lossy(text), lossy(want)))
}

/// The digits of a format such as `%.3g`.
fn precision(fmt: &[u8]) -> i32 {
    lossy(fmt).trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(6)
}

fn match_line(o: &Value) -> Check {
    let (text, pattern) = (bytes(&o["in"]["str"]), bytes(&o["in"]["pattern"]));
    let (s, p) = (Slice::new(&text), Slice::new(&pattern));
    let wildcards = pattern.iter().filter(|c| b"?*#".contains(c)).count();
    let untouched = mg_str { buf: ptr::dangling_mut::<c_char>(), len: 77 };
    let room = vec![untouched; wildcards + 1];
    // SAFETY: a plain array as bytes, in front of a guard page: no entry too many may be written.
    let caps = Guarded::new(unsafe {
        std::slice::from_raw_parts(room.as_ptr().cast(), size_of_val(&room[..]))
    });
    // SAFETY: exact slices and an array of the documented size.
    let ret = unsafe {
        let ret = mg_match(s.str(), p.str(), caps.ptr().cast());
        same!("without captures", mg_match(s.str(), p.str(), ptr::null_mut()), ret);
        ret
    };
    let mut list = Vec::new();
    for i in 0..=wildcards {
        // SAFETY: an entry of the array.
        let cap = unsafe { caps.ptr().cast::<mg_str>().add(i).read() };
        if cap.len == 77 {
            break;
        }
        list.push(s.place(cap));
        if cap.buf.is_null() {
            break;
        }
    }
    if o["hardened"].is_null() {
        same!("ret", Value::Bool(ret), o["out"]["ret"]);
        if ret {
            same!("caps", Value::Array(list), o["out"]["caps"]);
        }
        return Ok(());
    }
    let full = full_match(&text, &pattern);
    match o["hardened"].as_str() {
        Some("02.6") => same!("still no match", ret, false),
        _ => same!("documented rule", ret, full),
    }
    if ret {
        let caps: Vec<_> = list
            .iter()
            .filter(|c| !c.is_null())
            .map(|c| &text[int(&c[0]) as usize..][..int(&c[1]) as usize])
            .collect();
        same!("captures rebuild the text", rebuild(&pattern, &caps), Some(text));
    }
    Ok(())
}

fn str_line(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    let untouched = mg_str { buf: ptr::dangling_mut::<c_char>(), len: 77 };
    // SAFETY: exact slices, C strings and writable outputs throughout.
    unsafe {
        match o["fn"].as_str().expect("fn") {
            "mg_span" => {
                let s = Slice::of(&input["s"]);
                let (mut a, mut b) = (untouched, untouched);
                let sep = bytes(&input["sep"])[0] as c_char;
                let ret = mg_span(s.str(), &raw mut a, &raw mut b, sep);
                same!("ret", Value::Bool(ret), out["ret"]);
                if ret {
                    same!("a", s.place(a), out["a"]);
                    same!("b", s.place(b), out["b"]);
                } else {
                    same!("untouched", (a.len, b.len), (77, 77));
                }
            }
            "mg_span loop" => {
                let s = Slice::of(&input["s"]);
                let (mut item, mut rest) = (untouched, s.str());
                let sep = bytes(&input["sep"])[0] as c_char;
                let mut items = Vec::new();
                while mg_span(rest, &raw mut item, &raw mut rest, sep) {
                    items.push(s.place(item));
                }
                same!("items", Value::Array(items), out["items"]);
            }
            "mg_str_to_num" => {
                let s = Slice::of(&input["str"]);
                let len = int(&input["val_len"]) as usize;
                let val = Guarded::new(&vec![0xaa; len]);
                let ret =
                    mg_str_to_num(s.str(), int(&input["base"]) as c_int, val.ptr().cast(), len);
                same!("ret", Value::Bool(ret), out["ret"]);
                let mut number = [0; 16];
                number[..len.min(16)].copy_from_slice(&val.bytes()[..len.min(16)]);
                if ret {
                    same!("val", i128::from_le_bytes(number), int(&out["val"]));
                } else {
                    same!("untouched", val.bytes().iter().all(|&b| b == 0xaa), true);
                }
            }
            "mg_to_size_t" => {
                let s = Slice::of(&input["str"]);
                let mut val = 77;
                let ret = mg_to_size_t(s.str(), &raw mut val);
                same!("ret", Value::Bool(ret), out["ret"]);
                same!("val", val as i128, if ret { int(&out["val"]) } else { 77 });
            }
            name => {
                let (a, b) = (bytes(&input["a"]), bytes(&input["b"]));
                let ret = if name == "mg_casecmp" {
                    let (a, b) = (Guarded::c_string(&a), Guarded::c_string(&b));
                    mg_casecmp(a.ptr(), b.ptr())
                } else {
                    let (a, b) = (Slice::new(&a), Slice::new(&b));
                    let f = if name == "mg_strcmp" { mg_strcmp } else { mg_strcasecmp };
                    f(a.str(), b.str())
                };
                same!("ret", i128::from(ret), int(&out["ret"]));
            }
        }
    }
    Ok(())
}

fn json_line(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    let hardened = o["hardened"].as_str().unwrap_or_default();
    let s = Slice::of(&input["json"]);
    let json = s.str();
    let path = Guarded::c_string(&opt_bytes(&input["path"]).unwrap_or_default());
    let path = path.ptr();
    // Items 15 and 16: what the original finds in a wrong place is not there.
    let absent = matches!(hardened, "02.15" | "02.16");
    // SAFETY: exact slices, C strings and writable outputs throughout.
    unsafe {
        match o["fn"].as_str().expect("fn") {
            "mg_json_get" => {
                let mut len = 77;
                let ret = mg_json_get(json, path, &raw mut len);
                same!("NULL toklen", mg_json_get(json, path, ptr::null_mut()), ret);
                let want = (int(&out["ret"]) as c_int, int(&out["toklen"]) as c_int);
                if EITHER_CODE.contains(&o["id"].as_str().expect("id")) {
                    same!(
                        "error",
                        matches!((ret, len), (MG_JSON_INVALID | MG_JSON_NOT_FOUND, 0)),
                        true
                    );
                } else {
                    same!("ret", (ret, len), if absent { (MG_JSON_NOT_FOUND, 0) } else { want });
                }
            }
            "mg_json_get_num" => {
                let mut val = 77.5;
                let ret = mg_json_get_num(json, path, &raw mut val);
                same!("ret", ret, !absent && int(&out["ret"]) != 0);
                if !ret {
                    same!("untouched", val, 77.5);
                } else if hardened == "02.20" {
                    let want = f64_bits(&out["bits"]);
                    same!("close", (val - want).abs() <= want.abs() * 1e-13, true);
                } else {
                    same!("val", val.to_bits(), f64_bits(&out["bits"]).to_bits());
                }
            }
            "mg_json_get_bool" => {
                let mut val = false;
                let ret = mg_json_get_bool(json, path, &raw mut val);
                same!("ret", ret, !absent && int(&out["ret"]) != 0);
                if ret {
                    same!("val", Value::Bool(val), out["val"]);
                }
            }
            "mg_json_get_long" => {
                let dflt = int(&input["dflt"]);
                let ret = mg_json_get_long(json, path, dflt as i64);
                same!("ret", i128::from(ret), if absent { dflt } else { int(&out["ret"]) });
            }
            "mg_json_get_tok" => {
                let tok = s.place(mg_json_get_tok(json, path));
                same!("tok", tok, if absent { Value::Null } else { out["tok"].clone() });
            }
            "mg_json_get_str" => {
                let text = take(mg_json_get_str(json, path));
                if hardened == "02.18" {
                    // A slash is unescaped now; other unknown escapes still give nothing.
                    same!("text", text.map(|t| lossy(&t)), slash_only(&bytes(&input["json"])));
                } else {
                    same!("text", text, if absent { None } else { opt_bytes(&out["text"]) });
                }
            }
            "mg_json_get_hex" | "mg_json_get_b64" => {
                let hex = o["fn"] == "mg_json_get_hex";
                let mut len: c_int = 77;
                let f = if hex { mg_json_get_hex } else { mg_json_get_b64 };
                let p = f(json, path, &raw mut len);
                let want = if absent { None } else { opt_bytes(&out["data"]) };
                same!("NULL", p.is_null(), want.is_none());
                same!("len", i128::from(len), want.as_ref().map_or(77, |_| int(&out["len"])));
                if let Some(want) = want {
                    let data = std::slice::from_raw_parts(p.cast::<u8>(), len as usize + 1);
                    same!("data", data, &[&want[..], b"\0"].concat()[..]);
                }
                mg_free(p.cast());
            }
            "mg_json_unescape" => {
                let size = int(&input["size"]) as usize;
                let buf = Guarded::new(&vec![0xaa; size]);
                let ret = mg_json_unescape(json, path, buf.ptr(), size);
                if hardened == "02.18" {
                    same!("terminated", size == 0 || buf.bytes().contains(&0), true);
                    let want = slash_only(&bytes(&input["json"])).filter(|t| t.len() < size);
                    same!("ret", ret, want.as_ref().map_or(0, String::len));
                    same!("text", lossy(&buf.bytes()[..ret]), want.unwrap_or_default());
                    return Ok(());
                }
                same!("ret", ret as i128, int(&out["ret"]));
                if out["untouched"] == true {
                    same!("untouched", buf.bytes().iter().all(|&b| b == 0xaa), true);
                } else if size > 0 {
                    let text = bytes(&out["text"]);
                    same!("text", &buf.bytes()[..=text.len()], &[&text[..], b"\0"].concat()[..]);
                }
            }
            _ => {
                let mut items = Vec::new();
                let (mut ofs, mut key, mut val) = (0, mg_str::NULL, mg_str::NULL);
                loop {
                    ofs = mg_json_next(json, ofs, &raw mut key, &raw mut val);
                    if ofs == 0 {
                        break;
                    }
                    items.push(serde_json::json!([ofs, s.place(key), s.place(val)]));
                }
                let want = if hardened == "02.21" {
                    Value::Array(Vec::new())
                } else {
                    out["items"].clone()
                };
                same!("items", Value::Array(items), want);
            }
        }
    }
    Ok(())
}

/// What the only string of `{"key":"..."}` decodes to, if its escapes are known.
fn slash_only(json: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(json).ok()?;
    let text = value.as_str().or_else(|| value.as_object()?.values().next()?.as_str())?;
    Some(text.to_string())
}

/// Percent-coding and variables of the HTTP chapter.
fn percent_line(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    let s = Slice::of(if input["s"].is_null() { &input["buf"] } else { &input["s"] });
    let size = input["size"].as_u64().unwrap_or(0) as usize;
    let dst = Guarded::new(&vec![0xaa; size]);
    let to = if input["size"].is_null() { ptr::null_mut() } else { dst.ptr() };
    // SAFETY: exact slices, a C string and a writable output of the given size.
    let ret = unsafe {
        match o["fn"].as_str().expect("fn") {
            "mg_url_encode" => mg_url_encode(s.ptr(), s.1, to, size) as i128,
            "mg_url_decode" => {
                i128::from(mg_url_decode(s.ptr(), s.1, to, size, int(&input["form"]) as c_int))
            }
            "mg_http_var" => {
                let name = Slice::of(&input["name"]);
                same!("value", s.place(mg_http_var(s.str(), name.str())), out["value"]);
                return Ok(());
            }
            _ => {
                let name = opt_bytes(&input["name"]).map(|n| Guarded::c_string(&n));
                let name = name.as_ref().map_or(ptr::null_mut(), Guarded::ptr);
                i128::from(mg_http_get_var(&s.str(), name, to, size))
            }
        }
    };
    same!("ret", ret, int(&out["ret"]));
    if let (Some(text), true) = (opt_bytes(&out["text"]), size > 0) {
        same!("text", lossy(&dst.bytes()[..=text.len()]), lossy(&[&text[..], b"\0"].concat()));
    }
    Ok(())
}

fn url_line(o: &Value) -> Check {
    if o["fn"] != "mg_url" {
        return percent_line(o);
    }
    let out = &o["out"];
    let text = bytes(&o["in"]["url"]);
    let url = Guarded::c_string(&text);
    let p = url.ptr();
    // SAFETY: a C string.
    unsafe {
        let slice = |s: mg_str| lossy(s.bytes());
        let want = |name: &str| lossy(&bytes(&out[name]));
        let (host, port) = (slice(mg_url_host(p)), i128::from(mg_url_port(p)));
        same!("user", slice(mg_url_user(p)), want("user"));
        same!("pass", slice(mg_url_pass(p)), want("pass"));
        same!("uri", cstr_bytes(mg_url_uri(p)).map(|u| lossy(&u)), Some(want("uri")));
        same!("is_ssl", Value::Bool(mg_url_is_ssl(p)), out["is_ssl"]);
        if o["hardened"].is_null() {
            same!("host", host, want("host"));
            same!("port", port, int(&out["port"]));
        } else {
            let (host_want, port_want) = hardened_port(&String::from_utf8_lossy(&text));
            same!("host", host, lossy(host_want.as_bytes()));
            if let Some(n) = port_want {
                same!("port", port, n);
            }
        }
    }
    Ok(())
}

/// Item 24: brackets in the path do not count, and ports above 65535 are 0. `None`: no port given.
fn hardened_port(url: &str) -> (String, Option<i128>) {
    let (_, rest) = url.split_once("//").unwrap_or(("", url));
    let (rest, slashes) = match rest.split_once('@') {
        Some((info, rest)) if !url.contains("//") || !info.contains('/') => (rest, true),
        _ => (rest, url.contains("//")),
    };
    let authority = if slashes { rest.split('/').next().unwrap_or("") } else { rest };
    let after = authority.rfind(']').map_or(0, |i| i + 1);
    match authority[after..].find(':') {
        None => (authority.into(), None),
        Some(i) => {
            let port = authority[after + i + 1..].trim_start();
            let port = port.strip_prefix('+').unwrap_or(port);
            let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
            let n = digits.parse().unwrap_or(0i128);
            (authority[..after + i].into(), Some(if n > 65535 { 0 } else { n }))
        }
    }
}

/// The message of a digest line.
fn message(input: &Value) -> Vec<u8> {
    let (seed, len) = (int(&input["seed"]) as usize, int(&input["len"]) as usize);
    (0..len).map(|i| (seed * 31 + i * 7 + (i >> 8) * 13) as u8).collect()
}

/// Digest by init, the recorded updates and final; contexts are copied between updates.
macro_rules! split_digest {
    ($ctx:ty, $init:ident, $update:ident, $n:expr, $data:expr, $splits:expr, $d:ident, $c:ident, $fin:expr) => {{
        let mut c = std::mem::MaybeUninit::<$ctx>::uninit();
        let mut digest = [0u8; $n];
        // SAFETY: init fills in what the others read; outputs are writable.
        unsafe {
            $init(c.as_mut_ptr());
            let mut rest: &[u8] = $data;
            for n in $splits {
                let (now, later) = rest.split_at(n.min(rest.len()));
                let now = Guarded::new(now);
                $update(c.as_mut_ptr(), now.ptr().cast(), now.bytes().len());
                c = ptr::read(&raw const c);
                rest = later;
            }
            $update(c.as_mut_ptr(), rest.as_ptr(), rest.len());
            let ($d, $c) = (digest.as_mut_ptr(), c.as_mut_ptr());
            $fin;
        }
        digest.to_vec()
    }};
}

fn digest_line(o: &Value) -> Check {
    let data = message(&o["in"]);
    let splits: Vec<usize> = o["in"]["splits"]
        .as_array()
        .map(|s| s.iter().map(|n| int(n) as usize).collect())
        .unwrap_or_default();
    let want = unhex(o["out"]["digest"].as_str().expect("digest"));
    let once = splits.is_empty();
    // SAFETY: live contexts and arrays of the digests' sizes.
    let got = match o["fn"].as_str().expect("fn") {
        "mg_md5" => split_digest!(
            mg_md5_ctx,
            mg_md5_init,
            mg_md5_update,
            16,
            &data,
            splits,
            d,
            c,
            mg_md5_final(c, d)
        ),
        "mg_sha1" => split_digest!(
            mg_sha1_ctx,
            mg_sha1_init,
            mg_sha1_update,
            20,
            &data,
            splits,
            d,
            c,
            mg_sha1_final(d, c)
        ),
        "mg_sha256" => split_digest!(
            mg_sha256_ctx,
            mg_sha256_init,
            mg_sha256_update,
            32,
            &data,
            splits,
            d,
            c,
            mg_sha256_final(d, c)
        ),
        _ => split_digest!(
            mg_sha384_ctx,
            mg_sha384_init,
            mg_sha384_update,
            48,
            &data,
            splits,
            d,
            c,
            mg_sha384_final(d, c)
        ),
    };
    same!("digest", got, want);
    if once && want.len() >= 32 {
        let (data, mut whole) = (Guarded::new(&data), [0; 48]);
        let f = if want.len() == 32 { mg_sha256 } else { mg_sha384 };
        // SAFETY: exact data, room for either digest.
        unsafe { f(whole.as_mut_ptr(), data.ptr().cast(), data.bytes().len()) };
        same!("in one call", &whole[..want.len()], &want[..]);
    }
    Ok(())
}

fn aton(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    let s = Slice::of(&input["str"]);
    let before = int(&input["is_ip6_before"]) != 0;
    let mut addr = no_addr();
    set_ip(&mut addr, &[0xaa; 16]);
    (addr.port, addr.scope_id, addr.is_ip6) = (0xaaaa, 0xaa, before);
    // SAFETY: exact slice; a live address.
    let ret = unsafe { mg_aton(s.str(), &raw mut addr) };
    // SAFETY: the union is plain bytes.
    let ip = unsafe { addr.addr.ip };
    same!("port", addr.port, 0xaaaa);
    let (mut want, mut v6) = (int(&out["ret"]) != 0, out["is_ip6"] == true);
    let mut bytes16 = out["ip"].as_str().map(unhex).unwrap_or_default();
    let mut scope = out["scope_id"].as_u64().unwrap_or(0xaa) as u8;
    if !o["hardened"].is_null() {
        // Item 15: a scope does not stop `::`, everything irregular is refused.
        let text = String::from_utf8(bytes(&input["str"])).expect("text");
        let inner = text.strip_prefix('[').map_or(Some(&*text), |t| t.strip_suffix(']'));
        let (host, zone) = inner.map_or(("", "0"), |t| t.split_once('%').unwrap_or((t, "0")));
        let parsed: Option<std::net::Ipv6Addr> = host.parse().ok();
        (want, v6, scope) = (parsed.is_some(), true, zone.parse().expect("zone"));
        bytes16 = parsed.map(|a| a.octets().to_vec()).unwrap_or_default();
    }
    same!("ret", ret, want);
    if !ret {
        same!("untouched", (ip, addr.scope_id, addr.is_ip6), ([0xaa; 16], 0xaa, before));
        return Ok(());
    }
    same!("is_ip6", addr.is_ip6, v6);
    same!("ip", &ip[..bytes16.len()], &bytes16[..]);
    same!("scope", addr.scope_id, scope);
    if !v6 {
        let rest = if out["rest"] == "zero" { 0 } else { 0xaa };
        same!("rest", ip[4..], [rest; 12]);
    }
    Ok(())
}

fn iobuf(o: &Value) -> Check {
    // SAFETY: a plain struct; the buffer belongs to this test.
    unsafe {
        let mut io: mg_iobuf = std::mem::zeroed();
        let p = &raw mut io;
        let states = o["out"]["states"].as_array().expect("states");
        for (op, want) in o["in"]["ops"].as_array().expect("ops").iter().zip(states) {
            let n = |i: usize| int(&op[i]) as usize;
            let ret = match op[0].as_str().expect("op") {
                "init" => Some(usize::from(mg_iobuf_init(p, n(1), n(2)))),
                "resize" => Some(usize::from(mg_iobuf_resize(p, n(1)))),
                "add" => match opt_bytes(&op[2]) {
                    Some(data) => {
                        let data = Guarded::new(&data);
                        Some(mg_iobuf_add(p, n(1), data.ptr().cast(), data.bytes().len()))
                    }
                    None => Some(mg_iobuf_add(p, n(1), ptr::null(), n(3))),
                },
                "del" => Some(mg_iobuf_del(p, n(1), n(2))),
                "free" => {
                    mg_iobuf_free(p);
                    None
                }
                name => {
                    let grows = name == "mg_pfn_iobuf";
                    let f = if grows { mg_pfn_iobuf } else { mg_pfn_iobuf_noresize };
                    bytes(&op[1]).iter().for_each(|&b| f(b as c_char, p.cast()));
                    None
                }
            };
            if let (Some(ret), false) = (ret, want["ret"].is_null()) {
                same!(format!("{op} ret"), ret as i128, int(&want["ret"]));
            }
            same!(format!("{op} len"), (*p).len as i128, int(&want["len"]));
            same!(format!("{op} size"), (*p).size as i128, int(&want["size"]));
            same!(format!("{op} NULL"), (*p).buf.is_null(), (*p).size == 0);
            let data = mongoose::abi::mem::bytes((*p).buf.cast(), (*p).len).to_vec();
            same!(format!("{op} data"), lossy(&data), lossy(&bytes(&want["data"])));
        }
        mg_iobuf_free(p);
    }
    Ok(())
}

fn queue(o: &Value) -> Check {
    let size = int(&o["in"]["size"]) as usize;
    let storage = Guarded::new(&vec![0; size]);
    // SAFETY: storage of the size that the queue is told.
    unsafe {
        let mut queue: mg_queue = std::mem::zeroed();
        let q = &raw mut queue;
        mg_queue_init(q, storage.ptr(), size);
        let states = o["out"]["states"].as_array().expect("states");
        for (op, want) in o["in"]["ops"].as_array().expect("ops").iter().zip(states) {
            let mut p: *mut c_char = ptr::null_mut();
            let mut data = None;
            let ret = match op[0].as_str().expect("op") {
                "book" => mg_queue_book(q, &raw mut p, int(&op[1]) as usize),
                "put" => {
                    let data = bytes(&op[1]);
                    let ret = mg_queue_book(q, &raw mut p, data.len());
                    if ret >= data.len() && ret > 0 {
                        ptr::copy_nonoverlapping(data.as_ptr(), p.cast(), data.len());
                        mg_queue_add(q, data.len());
                    }
                    ret
                }
                "printf" | "printf0" => {
                    let empty = op[0] == "printf0";
                    let s = Guarded::c_string(&if empty { Vec::new() } else { bytes(&op[1]) });
                    let len = s.bytes().len() as c_int - 1;
                    let fmt = if empty { c"%s" } else { c"%s/%d" };
                    mg_queue_printf(q, fmt.as_ptr(), s.ptr(), len)
                }
                get => {
                    let n = mg_queue_next(q, &raw mut p);
                    data = Some(std::slice::from_raw_parts(p.cast::<u8>(), n).to_vec());
                    if get == "get" && n > 0 {
                        mg_queue_del(q, n);
                    }
                    n
                }
            };
            if o["hardened"].is_null() {
                let state = (ret as i128, (*q).head as i128, (*q).tail as i128);
                same!(
                    format!("{op}"),
                    state,
                    (int(&want["ret"]), int(&want["head"]), int(&want["tail"]))
                );
                if let (true, false) = (ret > 0 && !p.is_null(), want["ofs"].is_null()) {
                    let ofs = p as usize - storage.ptr() as usize;
                    same!(format!("{op} ofs"), ofs as i128, int(&want["ofs"]));
                }
                if let (Some(data), false) = (data, want["data"].is_null()) {
                    same!(format!("{op} data"), data, bytes(&want["data"]));
                }
            }
        }
        if !o["hardened"].is_null() {
            // Item 40: once everything is read, and read again after a refused booking, any message
            // that fits in the whole storage is taken.
            for _ in 0..9 {
                let n = mg_queue_next(q, ptr::null_mut());
                mg_queue_del(q, n);
            }
            mg_queue_book(q, ptr::null_mut(), size - 8);
            mg_queue_next(q, ptr::null_mut());
            same!("all room", mg_queue_book(q, ptr::null_mut(), size - 8), size - 8);
        }
    }
    Ok(())
}

fn timers(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    unsafe extern "C" fn count(arg: *mut c_void) {
        // SAFETY: the counter below.
        unsafe { *arg.cast::<i64>() += 1 };
    }
    let mut calls = 0i64;
    let mut head: *mut mg_timer = ptr::null_mut();
    // SAFETY: list, timer and counter outlive the polls.
    unsafe {
        let mut timer: mg_timer = std::mem::zeroed();
        let (t, flags) = (&raw mut timer, int(&input["flags"]) as u32);
        let period = int(&input["period_ms"]) as u64;
        mg_timer_init(&raw mut head, t, period, flags, Some(count), (&raw mut calls).cast());
        for (i, now) in input["now"].as_array().expect("now").iter().enumerate() {
            mg_timer_poll(&raw mut head, int(now) as u64);
            let got = (i128::from(calls), i128::from((*t).flags), i128::from((*t).expire));
            let want = (int(&out["calls"][i]), int(&out["flags"][i]), int(&out["expire"][i]));
            same!(format!("poll {i}"), got, want);
        }
    }
    Ok(())
}

fn misc_line(o: &Value) -> Check {
    let (input, out) = (&o["in"], &o["out"]);
    // SAFETY: exact slices, writable outputs of the documented sizes.
    unsafe {
        match o["fn"].as_str().expect("fn") {
            "mg_base64_encode" => {
                let data = Slice::of(&input["data"]);
                let size = int(&input["size"]) as usize;
                let buf = Guarded::new(&vec![0xaa; size]);
                let ret = mg_base64_encode(data.ptr().cast(), data.1, buf.ptr(), size);
                same!("ret", ret as i128, int(&out["ret"]));
                if size > 0 {
                    same!("text", cstr_bytes(buf.ptr()), opt_bytes(&out["text"]));
                }
            }
            "mg_base64_decode" => {
                let src = Slice::of(&input["src"]);
                let size = int(&input["size"]) as usize;
                let buf = Guarded::new(&vec![0xaa; size]);
                let ret = mg_base64_decode(src.ptr(), src.1, buf.ptr(), size);
                same!("ret", ret as i128, int(&out["ret"]));
                if size > 0 {
                    same!("data", buf.bytes()[..ret], bytes(&out["data"])[..]);
                    same!("NUL", buf.bytes()[ret], 0);
                }
            }
            "mg_base64_update" => {
                let data = bytes(&input["data"]);
                let buf = Guarded::new(&vec![0xaa; data.len().div_ceil(3) * 4 + 1]);
                let mut n = 0;
                for (b, want) in data.iter().zip(out["counts"].as_array().expect("counts")) {
                    n = mg_base64_update(*b, buf.ptr(), n);
                    same!("count", n as i128, int(want));
                }
                same!("final", mg_base64_final(buf.ptr(), n) as i128, int(&out["final"]));
                same!("text", cstr_bytes(buf.ptr()), opt_bytes(&out["text"]));
            }
            "mg_crc32" => {
                let data = Slice::of(&input["data"]);
                let crc = mg_crc32(hex_word(&input["crc"]) as u32, data.ptr(), data.1);
                same!("crc", crc, hex_word(&out["crc"]) as u32);
            }
            "mg_md5" | "mg_sha1" | "mg_sha256" | "mg_sha384" => digest_line(o)?,
            "mg_hmac_sha256" => {
                let (key, data) = (Slice::of(&input["key"]), Slice::of(&input["data"]));
                let mut dst = [0u8; 32];
                let (k, d) = (key.ptr().cast(), data.ptr().cast());
                mg_hmac_sha256(dst.as_mut_ptr(), k, key.1, d, data.1);
                same!("digest", dst.to_vec(), unhex(out["digest"].as_str().expect("digest")));
            }
            "mg_aton" => aton(o)?,
            "mg_check_ip_acl" => {
                let acl = Slice::of(&input["acl"]);
                let mut addr = no_addr();
                set_ip(&mut addr, &unhex(input["ip"].as_str().expect("ip")));
                addr.is_ip6 = int(&input["is_ip6"]) != 0;
                let ret = mg_check_ip_acl(acl.str(), &raw mut addr);
                let want = if o["hardened"].is_null() { int(&out["ret"]) } else { -2 };
                same!("ret", i128::from(ret), want);
            }
            "mg_path_is_sane" => {
                let path = Slice::of(&input["path"]);
                same!("ret", Value::Bool(mg_path_is_sane(path.str())), out["ret"]);
            }
            "mg_ntohs" | "mg_ntohl" | "mg_ntohll" => {
                let b = unhex(input["bytes"].as_str().expect("bytes"));
                let val: u64 = match &b[..] {
                    &[a, b] => u64::from(mg_ntohs(u16::from_ne_bytes([a, b]))),
                    &[a, b, c, d] => u64::from(mg_ntohl(u32::from_ne_bytes([a, b, c, d]))),
                    b => mg_ntohll(u64::from_ne_bytes(b.try_into().expect("8 bytes"))),
                };
                same!("val", i128::from(val), int(&out["val"]));
            }
            "mg_iobuf" => iobuf(o)?,
            "mg_queue" => queue(o)?,
            "mg_timer_expired" => {
                let mut expire = int(&input["expire"]) as u64;
                for (i, call) in input["calls"].as_array().expect("calls").iter().enumerate() {
                    let (period, now) = (int(&call[0]) as u64, int(&call[1]) as u64);
                    let ret = mg_timer_expired(&raw mut expire, period, now);
                    same!(format!("call {i}"), i128::from(ret), int(&out["ret"][i]));
                    same!(format!("expire {i}"), i128::from(expire), int(&out["expire"][i]));
                }
            }
            "mg_timer_poll" => timers(o)?,
            "mg_hexdump" => {
                let data = Slice::of(&input["data"]);
                let text = logged(|| mg_hexdump(data.ptr().cast(), data.1));
                same!("text", lossy(&text), lossy(&bytes(&out["text"])));
            }
            "mg_log" => log_line(o)?,
            other => return Err(format!("unknown function {other}")),
        }
    }
    Ok(())
}

fn log_line(o: &Value) -> Check {
    let fmt = Guarded::c_string(&bytes(&o["in"]["fmt"]));
    let args = Arguments::new(&o["in"]["args"]);
    let text = logged(|| call!(mg_log(fmt.ptr()), args));
    same!("text", lossy(&text), lossy(&bytes(&o["out"]["text"])));
    Ok(())
}

/// What `f` logs.
fn logged(f: impl FnOnce()) -> Vec<u8> {
    static LOG: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = LOG.lock();
    let mut text: Vec<u8> = Vec::new();
    // SAFETY: the vector outlives the time that it is set.
    unsafe {
        mg_log_set_fn(Some(collect), (&raw mut text).cast());
        f();
        mg_log_set_fn(Some(mg_pfn_stdout), ptr::null_mut());
    }
    text
}

#[test]
fn every_recorded_line() {
    let files: [(&str, Replay); 6] = [
        ("format", format_line),
        ("match", match_line),
        ("str", str_line),
        ("json", json_line),
        ("url", url_line),
        ("misc", misc_line),
    ];
    let mut matched = 0;
    let mut on_purpose: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, replay) in files {
        let path = format!("{}/compat/vectors/text-{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("vector file");
        for line in text.lines() {
            let o: Value = serde_json::from_str(line).expect("JSON");
            if let Err(why) = replay(&o) {
                wrong.push(format!("{} {why}\n    {}", o["id"], o["in"]));
            } else if EITHER_CODE.contains(&o["id"].as_str().expect("id")) {
                *on_purpose.entry("either code".to_string()).or_default() += 1;
            } else if let Some(item) = o["hardened"].as_str() {
                *on_purpose.entry(item.to_string()).or_default() += 1;
            } else {
                matched += 1;
            }
        }
    }
    let differ: usize = on_purpose.values().sum();
    println!("text vectors: {matched} matched, {differ} differ on purpose");
    println!("  by weak-spot item: {on_purpose:?}");
    assert!(wrong.is_empty(), "{} lines differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(matched + differ, 9034, "all lines were replayed");
}
