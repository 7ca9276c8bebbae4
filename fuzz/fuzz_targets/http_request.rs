//! Requests, one after the other on a connection, and what is read out of their header fields.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::http::Reader;
use meerkat_fuzz::stream;
use meerkat_fuzz::text::is_within;
use mongoose::guard::access_log::{Entry, MAX_LINE, format_line};
use mongoose::guard::auth::DigestCredentials;
use mongoose::proto::http::creds::{Source, split_basic};
use mongoose::proto::http::head::Head;
use mongoose::proto::http::range::{self, Range};
use mongoose::proto::http::{etag, form, header_var, mime};
use mongoose::proto::ws::{handshake, policy};
use mongoose::text::base64;

fn look(head: &Head, buffer: &[u8]) {
    let text = &buffer[..head.head_len];
    let query = head.query.map(|span| span.of(text)).unwrap_or_default();
    for field in head.headers() {
        let value = field.value.of(text);
        assert!(is_within(value, text) && !value.contains(&b'\n'));
        if let Some(variable) = header_var::find(value, b"name") {
            assert!(is_within(variable, value));
        }
        if let Range::Satisfiable { start, end } = range::decide(value, 1000) {
            assert!(start <= end && end < 1000);
        }
        etag::matches(value, &etag::etag(11, 1_700_000_000));
        DigestCredentials::parse(value.strip_prefix(b"Digest ").unwrap_or(value));
    }
    credentials(head, text, query);
    if let Some(value) = form::find(query, b"name") {
        let mut decoded = [0; 100];
        if let Ok(len) = form::decode_value(value, &mut decoded) {
            assert!(len < decoded.len() && len <= value.len());
        }
    }
    mime::content_type(head.uri.of(text), b"rs=text/rust,x=text/x");
    upgrade(head, text);
    log(head, text);
}

fn credentials(head: &Head, text: &[u8], query: &[u8]) {
    let authorization = head.header(text, b"Authorization");
    let source = Source::of(authorization, head.header(text, b"Cookie"), query);
    if let Source::Basic(encoded) = source {
        let mut decoded = vec![0; encoded.len() + 1];
        let len = base64::decode(encoded, &mut decoded).unwrap_or(0);
        split_basic(&decoded[..len]);
    }
}

/// The server's side of a WebSocket handshake.
fn upgrade(head: &Head, text: &[u8]) {
    let request = handshake::Request {
        method: head.method.of(text),
        proto: head.proto.of(text),
        upgrade: head.header(text, b"Upgrade"),
        version: head.header(text, b"Sec-WebSocket-Version"),
        key: head.header(text, b"Sec-WebSocket-Key"),
    };
    if let Some(key) = request.key() {
        handshake::accept(key);
    }
    let named: Vec<&[u8]> = policy::fields(text, b"Sec-WebSocket-Protocol").collect();
    if let Some(chosen) = policy::choose_protocol(b"chat, superchat", &named) {
        assert!(policy::names_any(&named) && !chosen.is_empty());
    }
    let _ = named.iter().all(|value| handshake::is_protocol_list(value));
    handshake::names_protocol(text);
    let (origin, host) = (head.header(text, b"Origin"), head.header(text, b"Host"));
    policy::is_origin_allowed(b"same https://a.test", origin.unwrap_or_default(), host);
}

/// A line of the access log is one printable line, whatever the request.
fn log(head: &Head, text: &[u8]) {
    let field = |name: &[u8]| head.header(text, name).unwrap_or_default();
    let line = format_line(&Entry {
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user: field(b"User"),
        unix_time: head.head_len as u64 * 1_000_003,
        method: head.method.of(text),
        target: head.uri.of(text),
        protocol: head.proto.of(text),
        status: 200,
        bytes: 0,
        referer: field(b"Referer"),
        user_agent: field(b"User-Agent"),
    });
    assert!(line.len() <= MAX_LINE);
    let (end, line) = line.split_last().expect("a line");
    assert!(*end == b'\n' && line.iter().all(|byte| (b' '..=b'~').contains(byte)));
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || {
        let mut reader = Reader::default();
        move |buffer: &mut [u8]| reader.step(buffer, look)
    });
});
