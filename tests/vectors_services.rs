//! Replays `compat/vectors/codec-dns.jsonl` and `codec-sntp.jsonl` through the exported functions.

#[path = "common/http_guard.rs"]
mod http_guard;

use http_guard::{Guarded, Tally, bytes, number, vectors};
use std::ffi::CStr;
use std::sync::atomic::{AtomicU64, Ordering};

use mongoose::abi::dns::{mg_dns_parse, mg_dns_parse_rr};
use mongoose::abi::protocol_types::{mg_dns_message, mg_dns_rr};
use mongoose::abi::sntp::mg_sntp_parse;
use mongoose::abi::timer::mg_boot_timestamp_ms;
use serde_json::{Value, json};

/// A byte string in the vectors' encoding.
fn encoded(bytes: &[u8]) -> Value {
    let is_text = |&b: &u8| (0x20..0x7f).contains(&b) || matches!(b, b'\n' | b'\r' | b'\t');
    if bytes.iter().all(is_text) {
        return json!(String::from_utf8_lossy(bytes));
    }
    json!({"hex": hex(bytes)})
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `got` as the vector spells it: the recorded value if both are the same byte string.
fn spelt_as(recorded: &Value, got: &[u8]) -> Value {
    if !recorded.is_null() && bytes(recorded) == got { recorded.clone() } else { encoded(got) }
}

fn dns_parse(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    // SAFETY: any bytes but for the booleans, which are 1, are a message to overwrite.
    let mut dm: mg_dns_message = unsafe { std::mem::transmute([1u8; size_of::<mg_dns_message>()]) };
    // SAFETY: live arguments.
    let ret = unsafe { mg_dns_parse(input.ptr(), input.str().len, &mut dm) };
    let mut got = json!({"ret": u8::from(ret)});
    if vector["out"].get("txnid").is_some() {
        got["txnid"] = json!(dm.txnid);
    }
    if ret {
        // SAFETY: the function terminates the name.
        let name = unsafe { CStr::from_ptr(dm.name.as_ptr()) }.to_bytes();
        got["resolved"] = json!(u8::from(dm.resolved));
        got["name"] = spelt_as(&vector["out"]["name"], name);
        // Labels may hold NULs, but not those of the vectors about stale bytes.
        let is_clean = dm.name[name.len()..].iter().all(|&c| c == 0);
        assert!(is_clean || vector.get("hardened").is_none(), "stale bytes");
    }
    if dm.resolved {
        // SAFETY: every member of the union is plain bytes.
        let ip = unsafe { dm.addr.addr.ip };
        got["is_ip6"] = json!(u8::from(dm.addr.is_ip6));
        got["ip"] = json!(hex(&ip[..if dm.addr.is_ip6 { 16 } else { 4 }]));
    }
    assert_eq!((dm.addr.port, dm.addr.scope_id), (0, 0));
    got
}

fn dns_parse_rr(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let ofs = number(&vector["in"]["ofs"]) as usize;
    let is_question = number(&vector["in"]["is_question"]) != 0;
    let mut rr = mg_dns_rr { nlen: 9, atype: 9, aclass: 9, alen: 9 };
    // SAFETY: live arguments.
    let ret = unsafe { mg_dns_parse_rr(input.ptr(), input.str().len, ofs, is_question, &mut rr) };
    if ret == 0 {
        return json!({"ret": 0});
    }
    let mg_dns_rr { nlen, atype, aclass, alen } = rr;
    json!({"ret": ret, "nlen": nlen, "atype": atype, "aclass": aclass, "alen": alen})
}

#[test]
fn codec_dns() {
    let mut tally = Tally::default();
    for vector in &vectors("codec-dns.jsonl") {
        let got = match vector["fn"].as_str().expect("a name") {
            "mg_dns_parse" => dns_parse(vector),
            "mg_dns_parse_rr" => dns_parse_rr(vector),
            name => panic!("unknown function {name}"),
        };
        // Those to be hardened by 04.W28 (text of names that do not fit, pointers that do not lead
        // back) have results that the item asks for as well.
        tally.count(vector, &vector["out"], &got, true);
    }
    tally.finish("codec-dns.jsonl");
}

/// What the clock of this program shows.
static MILLIS: AtomicU64 = AtomicU64::new(0);

/// Replaces the library's clock.
#[unsafe(no_mangle)]
extern "C" fn mg_millis() -> u64 {
    MILLIS.load(Ordering::Relaxed)
}

/// A result of `mg_sntp_parse` as the vectors have it; numbers above 2^53 are texts.
fn sntp_result(ret: i64, boot: i64) -> Value {
    let shown = |n: i64| if n.unsigned_abs() > 1 << 53 { json!(n.to_string()) } else { json!(n) };
    json!({"ret": shown(ret), "boot": shown(boot)})
}

#[test]
fn codec_sntp() {
    let mut tally = Tally::default();
    for vector in &vectors("codec-sntp.jsonl") {
        let input = Guarded::new(&bytes(&vector["in"]["buf"]));
        let before = number(&vector["in"]["boot_before"]) as i64;
        MILLIS.store(number(&vector["in"]["millis"]) as u64, Ordering::Relaxed);
        // SAFETY: live arguments; only this test uses the variable.
        let (ret, boot) = unsafe {
            mg_boot_timestamp_ms = before as u64;
            let ret = mg_sntp_parse(input.ptr(), input.str().len);
            (ret, mg_boot_timestamp_ms as i64)
        };
        let mut expected = vector["out"].clone();
        match vector["hardened"].as_str() {
            // The clock stays as it is unless the time is later than 1970.
            Some("04.W37") => expected["boot"] = vector["in"]["boot_before"].clone(),
            Some(item) => panic!("unknown item {item}"),
            None => {}
        }
        tally.count(vector, &expected, &sntp_result(ret, boot), expected == vector["out"]);
    }
    tally.finish("codec-sntp.jsonl");
}
