//! JSON: lookups, iteration, numbers and strings; and metadata of firmware.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::{lines, printed};
use mongoose::proto::http::head::{HeadEnd, HeadScanner};
use mongoose::proto::ota::{firmware_request, metadata_request, parse_metadata};
use mongoose::text::{json, print};

/// Buffers for strings, and for the round trip one copy of the text and its escaped form.
const MEMORY: Memory = Memory { per_byte: 32, fixed: 4096 };

/// Deepest entries that are iterated over: each level goes through its text again.
const DEPTH: u32 = 5;

fn check(data: &[u8]) {
    let [path, text] = lines(data);
    for path in [path, b"$", b"$.a", b"$.a.b", b"$[1]"] {
        if let Ok(range) = json::get(text, path) {
            value(&text[range]);
        }
    }
    entries(text, DEPTH);
    firmware(text);
    quoted(text);
}

/// What metadata lead to is one request and nothing behind it.
fn firmware(text: &[u8]) {
    let Some(metadata) = parse_metadata(text) else { return };
    assert!(!metadata.version.is_empty() && !metadata.url.is_empty() && metadata.size > 0);
    for request in [
        firmware_request(&metadata.url, b"a.test"),
        metadata_request(&metadata.url, b"a.test", &metadata.version),
    ] {
        assert_eq!(HeadScanner::new().scan(&request), HeadEnd::Complete(request.len()));
    }
}

fn value(token: &[u8]) {
    assert!(!token.is_empty());
    json::to_double(token);
    let Some(content) = json::string_content(token) else { return };
    let mut out = vec![0; content.len() + 1];
    assert!(json::unescape(content, &mut out) <= content.len());
    assert!(json::unescape(content, &mut out[..content.len() / 2]) <= content.len() / 2);
    assert_eq!(json::unhex(content, &mut out), content.len() / 2);
}

/// Iteration ends and every entry lies behind the one before.
fn entries(text: &[u8], depth: u32) {
    let mut ofs = 0;
    while let Some((range, next)) = json::next(text, ofs).value {
        assert!(ofs <= range.start && range.end <= next && next <= text.len());
        assert!(next > ofs);
        ofs = next;
        if depth > 0 {
            entries(&text[range], depth - 1);
        }
    }
}

/// Text that is quoted can be looked up and is the same again, but for a NUL: that is no JSON.
fn quoted(content: &[u8]) {
    if content.contains(&0) {
        return;
    }
    let escaped = printed(|sink| print::json(sink, content));
    let text = [b"{\"a\":\"", &escaped[..], b"\"}"].concat();
    let range = json::get(&text, b"$.a").expect("a string");
    let found = json::string_content(&text[range]).expect("a string");
    assert_eq!(found, escaped);
    let mut out = vec![0; content.len() + 1];
    assert_eq!(json::unescape(found, &mut out), content.len());
    assert_eq!(&out[..content.len()], content);
}

fuzz_target!(|data: &[u8]| within(MEMORY, data.len(), || check(data)));
