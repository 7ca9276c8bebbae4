//! Head scanning and parsing: chapter 03, checklist 1–12.

use proptest::prelude::*;

use super::*;

fn len(buf: &[u8]) -> HeadEnd {
    HeadScanner::new().scan(buf)
}

fn parsed(buf: &[u8]) -> Result<Head, HeadError> {
    match len(buf) {
        HeadEnd::Complete(n) => parse(buf, n),
        other => panic!("{other:?} for {:?}", String::from_utf8_lossy(buf)),
    }
}

/// Valid heads of all shapes.
fn valid() -> Vec<Vec<u8>> {
    let lines = [
        "GET / HTTP/1.1",
        "POST /a/b?c=d HTTP/1.0",
        "PUT   /a   http/7.3",
        "X\u{e9} /\u{20ac} HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 204 ",
        "http/x 503 Try again later ",
    ];
    let fields: [&[&str]; 7] = [
        &[],
        &["Host: h"],
        &["Host:h", "Content-Length: 12"],
        &["A:", "B: \t ", "C:v \t"],
        &["Connection: close", "Cookie: a=b"],
        &["(odd): \u{fffd}", "Transfer-Encoding: chunked", "X-\u{e9}: 1"],
        &["X: 1", "X: 2", "Accept: */*"],
    ];
    let mut all = Vec::new();
    for line in lines {
        for list in fields {
            if line.ends_with("1.0") && list.iter().any(|f| f.starts_with("Transfer")) {
                continue;
            }
            for ends in [["\r\n"; 2], ["\n"; 2], ["\r\n", "\n"]] {
                let mut text = format!("{line}{}", ends[0]);
                for field in list {
                    text += &format!("{field}{}", ends[1]);
                }
                all.push((text + ends[0]).into_bytes());
            }
        }
    }
    all
}

/// ch03_2: every proper prefix is partial, the whole is its own length, whatever follows.
#[test]
fn ch03_02_prefixes() {
    let all = valid();
    assert!(all.len() > 50);
    for head in all {
        for cut in 0..head.len() {
            assert_eq!(len(&head[..cut]), HeadEnd::Partial, "{head:?} cut at {cut}");
        }
        assert_eq!(len(&head), HeadEnd::Complete(head.len()));
        let more = [&head[..], b"\0body\n\n"].concat();
        assert_eq!(len(&more), HeadEnd::Complete(head.len()));
        assert_eq!(parsed(&more).unwrap().head_len, head.len());
    }
}

/// ch03_3: a control byte counts up to the end of the head only.
#[test]
fn ch03_03_control_bytes() {
    for byte in 0..=255u8 {
        let bad = byte < 0x20 && !b"\t\r\n".contains(&byte);
        let text = [b"GET ", &[byte][..], b"x"].concat();
        assert_eq!(len(&text) == HeadEnd::Malformed, bad, "{byte:#x}");
        let text = [b"GET / HTTP/1.1\r\n\r\n", &[byte][..]].concat();
        assert_eq!(len(&text), HeadEnd::Complete(18), "{byte:#x}");
    }
}

/// ch03_2 and 6: blank lines at the very start.
#[test]
fn ch03_06_leading_blank_lines() {
    let cases: &[(&[u8], HeadEnd)] = &[
        (b"", HeadEnd::Partial),
        (b"\r\n", HeadEnd::Partial),
        (b"\n\r\n", HeadEnd::Partial),
        (b"\r\n\r\n", HeadEnd::Partial),
        (b"\n\n", HeadEnd::Complete(2)),
        (b"\r\n\r\n\r\n", HeadEnd::Complete(6)),
        (b"ab\n\r\n", HeadEnd::Complete(5)),
    ];
    for &(text, end) in cases {
        assert_eq!(len(text), end, "{text:?}");
    }
    for text in
        [&b"\n\n"[..], b"\r\n\r\n\r\n", b"\nGET / HTTP/1.1\n\n", b"\r\nGET / HTTP/1.1\r\n\r\n"]
    {
        assert_eq!(parsed(text).err(), Some(HeadError::FirstLine));
    }
}

/// ch03_4: line ends do not matter.
#[test]
fn ch03_04_line_ends() {
    let texts = [
        &b"GET /a?b HTTP/1.1\nHost: h\nB: 2\n\n"[..],
        b"GET /a?b HTTP/1.1\r\nHost: h\r\nB: 2\r\n\r\n",
        b"GET /a?b HTTP/1.1\r\nHost: h\nB: 2\r\n\n",
    ];
    for text in texts {
        let head = parsed(text).unwrap();
        assert_eq!(head.method.of(text), b"GET");
        assert_eq!(head.uri.of(text), b"/a");
        assert_eq!(head.query.unwrap().of(text), b"b");
        assert_eq!(head.proto.of(text), b"HTTP/1.1");
        assert_eq!(head.header(text, b"hOST"), Some(&b"h"[..]));
        assert_eq!(head.header(text, b"b"), Some(&b"2"[..]));
        assert_eq!((head.num_headers, head.head_len), (2, text.len()));
    }
}

/// ch03_5 and 12.3: request lines that are refused.
#[test]
fn ch03_05_request_lines() {
    let lines = [
        "GET /",
        "GET / HTTP/1.1 ",
        "GET / HTTP/11",
        "GET / HTTP/1.x",
        "GET / HTTPS/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        " GET / HTTP/1.1",
        "GET ?a=1 HTTP/1.1",
        "GET",
        "HTTP/ 200 OK",
        "HTTP/1.1",
        "HTTP/1.1 ?",
        "GET /\x7f HTTP/1.1",
        "GE\rT / HTTP/1.1",
        "GET / HTTP/1.1\r",
        "HTTP/1.1 200 O\rK",
    ];
    for line in lines {
        let text = format!("{line}\r\n\r\n");
        assert_eq!(parsed(text.as_bytes()).err(), Some(HeadError::FirstLine), "{line:?}");
    }
}

/// ch03_7: responses.
#[test]
fn ch03_07_responses() {
    let cases: &[(&str, &str, &str, BodyLen)] = &[
        ("HTTP/1.1 200\r\n\r\n", "200", "", BodyLen::Unknown),
        ("HTTP/1.1 200 \r\n\r\n", "200", "", BodyLen::Unknown),
        ("HTTP/1.1 204 None\r\n\r\n", "204", "None", BodyLen::Known(0)),
        ("HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\n", "204", "None", BodyLen::Known(3)),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "304", "Not Modified", BodyLen::Unknown),
        ("http/x 503 Try later \n\n", "503", "Try later ", BodyLen::Unknown),
    ];
    for &(text, status, reason, body) in cases {
        let head = parsed(text.as_bytes()).unwrap();
        assert!(head.is_response);
        assert_eq!(head.uri.of(text.as_bytes()), status.as_bytes());
        assert_eq!(head.proto.of(text.as_bytes()), reason.as_bytes());
        assert_eq!(head.body, body);
    }
}

/// ch03_8: values are trimmed, empty ones are there.
#[test]
fn ch03_08_values() {
    let text = b"GET / HTTP/1.1\r\nA:\r\nB: \t \r\nC:\t v w \t\r\nD: a:b\r\n\r\n";
    let head = parsed(text).unwrap();
    let values: Vec<&[u8]> = head.headers().iter().map(|h| h.value.of(text)).collect();
    assert_eq!(values, [&b""[..], b"", b"v w", b"a:b"]);
}

/// ch03_9: header lines that are refused, and bytes that values may contain.
#[test]
fn ch03_09_header_lines() {
    let lines: [&[u8]; 8] =
        [b"A : 1", b" A: 1", b"A: 1\r\n B", b"A", b": 1", b"A: x\ry", b"\xff: 1", b"A\xc3: 1"];
    for line in lines {
        let text = [b"GET / HTTP/1.1\r\n", line, b"\r\n\r\n"].concat();
        assert_eq!(parsed(&text).err(), Some(HeadError::HeaderLine), "{line:?}");
    }
    let text = b"GET / HTTP/1.1\r\nA: \xff\xfe\x7f\r\n\r\n";
    assert!(parsed(text).unwrap().has_del);
}

fn many(count: usize, last: &str) -> Vec<u8> {
    let mut text = String::from("POST /many HTTP/1.1\r\n");
    for i in 0..count {
        text += &format!("K{i}: v\r\n");
    }
    (text + last + "\r\n").into_bytes()
}

/// ch03_10 and 12.1: a surplus header is skipped unless it is malformed or frames the message.
#[test]
fn ch03_10_too_many_headers() {
    let text = many(MG_MAX_HTTP_HEADERS, "Extra: 1\r\n");
    let head = parsed(&text).unwrap();
    assert_eq!(
        (head.num_headers, head.header_lines),
        (MG_MAX_HTTP_HEADERS, MG_MAX_HTTP_HEADERS + 1)
    );
    assert_eq!(head.header(&text, b"Extra"), None);
    let cases = [
        ("no colon\r\n", HeadError::HeaderLine),
        ("Content-Length: 7\r\n", HeadError::Unlisted),
        ("transfer-encoding: chunked\r\n", HeadError::Unlisted),
        ("Connection: close\r\n", HeadError::Unlisted),
        ("Cookie: a\r\n", HeadError::Unlisted),
        ("Authorization: a\r\n", HeadError::Unlisted),
        ("Cookie: a\r\nCookie: a\r\n", HeadError::Repeated),
    ];
    for (line, error) in cases {
        let text = many(MG_MAX_HTTP_HEADERS + 1, line);
        assert_eq!(parsed(&text).err(), Some(error), "{line:?}");
    }
    let text = many(MG_MAX_HTTP_HEADERS, "Content-Length: 7\r\nConnection: close\r\n");
    let mut head = Head::default();
    assert_eq!(parse_into(&mut head, &text, text.len()), Err(HeadError::Unlisted));
    assert_eq!((head.body, head.connection_close), (BodyLen::Known(7), true));
}

/// ch03_11 and 12.7: what may occur once.
#[test]
fn ch03_11_repeated() {
    let names = ["Content-Length", "Transfer-Encoding", "Authorization", "Cookie", "Connection"];
    for name in names {
        let text = format!("GET / HTTP/1.1\r\n{name}: 1\r\n{}: 1\r\n\r\n", name.to_lowercase());
        assert_eq!(parsed(text.as_bytes()).err(), Some(HeadError::Repeated), "{name}");
    }
    let text = b"GET / HTTP/1.1\r\nAccept: 1\r\nAccept: 2\r\n\r\n";
    assert_eq!(parsed(text).unwrap().header(text, b"accept"), Some(&b"1"[..]));
}

/// ch03_12, 12.2 and 12.5: framing.
#[test]
fn ch03_12_framing() {
    let bad = [
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: x\r\nContent-Length: 1",
        "Content-Length: -1",
        "Content-Length: +1",
        "Content-Length: 0x10",
        "Content-Length: 1, 1",
        "Content-Length:",
        "Content-Length: 1 1",
        "Content-Length: 18446744073709551615",
        "Content-Length: 18446744073709551614",
        "Content-Length: 18446744073709551616",
        "Content-Length: 99999999999999999999999",
    ];
    for line in bad {
        for first in ["POST / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 204 x"] {
            let text = format!("{first}\r\n{line}\r\n\r\n");
            let error = parsed(text.as_bytes()).unwrap_err();
            assert!(matches!(error, HeadError::Length | HeadError::Framing), "{line}");
        }
    }
    let cases = [
        ("", BodyLen::Known(0), TransferEncoding::None),
        ("Content-Length: 007\r\n", BodyLen::Known(7), TransferEncoding::None),
        ("Transfer-Encoding: CHUNKED\r\n", BodyLen::Known(0), TransferEncoding::Chunked),
        ("Transfer-Encoding: gzip, chunked\r\n", BodyLen::Known(0), TransferEncoding::Other),
    ];
    for (line, body, coding) in cases {
        let text = format!("POST / HTTP/1.1\r\n{line}\r\n");
        let head = parsed(text.as_bytes()).unwrap();
        assert_eq!((head.body, head.transfer_encoding), (body, coding), "{line}");
    }
    let old = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(parsed(old).err(), Some(HeadError::Framing));
    let reason = b"HTTP/1.1 200 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(parsed(reason).unwrap().body, BodyLen::Unknown);
}

/// Facts the engine asks for.
#[test]
fn connection_and_expect() {
    let text = b"GET / http/1.0\r\nConnection: CLOSE\r\nExpect: 100-Continue\r\nHost: h\r\n\r\n";
    let head = parsed(text).unwrap();
    assert!(head.connection_close && head.expect_100 && head.has_host && head.http10);
    let text = b"GET / HTTP/1.1\r\nConnection: close, x\r\nExpect: y\r\n\r\n";
    let head = parsed(text).unwrap();
    assert!(!head.connection_close && !head.expect_100 && !head.has_host && !head.http10);
}

/// A run ends at any byte that is not visible ASCII, wherever it stands.
#[test]
fn visible_runs_end_exactly() {
    for stop in [b':', b' '] {
        for at in 0..20 {
            for byte in 0..=255u8 {
                let mut text = [b'a'; 20];
                text[at] = byte;
                let ends = !(0x21..=0x7e).contains(&byte) || byte == stop;
                assert_eq!(visible_end(&text, 0, stop), if ends { at } else { 20 });
            }
        }
    }
}

proptest! {
    /// Scanning in pieces gives the answer of a fresh scan at every step.
    #[test]
    fn scan_resumes(
        text in proptest::collection::vec(
            prop_oneof![
                Just(b'\r'), Just(b'\n'), Just(b'\n'), Just(b'a'), Just(b':'), Just(b' '), any::<u8>()
            ],
            0..200,
        ),
        cuts in proptest::collection::vec(0usize..200, 0..12),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(text.len())).collect();
        cuts.sort_unstable();
        cuts.push(text.len());
        let mut scanner = HeadScanner::new();
        for cut in cuts {
            prop_assert_eq!(scanner.scan(&text[..cut]), len(&text[..cut]));
        }
    }

    /// Nothing a peer sends makes the parser fall over, and spans stay inside the head.
    #[test]
    fn parse_is_total(text in proptest::collection::vec(any::<u8>(), 0..300), end in 0usize..320) {
        let mut head = Head::default();
        let _ = parse_into(&mut head, &text, end);
        for field in head.headers() {
            prop_assert!(field.value.end() <= end);
        }
    }

    /// One pass or two: what is accepted at once is what scan and parse accept, and the same.
    #[test]
    fn at_once_is_scan_and_parse(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("GET / HTTP/1.1\r\n"), Just("HTTP/1.1 200 OK\n"), Just("Host: h\r\n"), Just("\r\n"),
                Just("Content-Length: 5\n"), Just("X: \u{7f}\r\n"), Just("\n"), Just("\r"), Just("a"),
                Just("\u{e9}"), Just(": "), Just("?"), Just("\0"), Just("Cookie: a\r\n"), Just("\t"),
            ],
            0..24,
        ),
        cut in 0usize..400,
    ) {
        let text = pieces.concat().into_bytes();
        let twice = match len(&text) {
            HeadEnd::Complete(n) => parse(&text, n).ok(),
            _ => None,
        };
        let mut head = Head::default();
        let at_once = parse_at_once(&mut head, &text);
        prop_assert_eq!(at_once, twice.is_some());
        // The same answer if some of it was read before.
        let mut scanner = HeadScanner::new();
        let mut in_pieces = Head::default();
        let _ = scanner.read(&mut in_pieces, &text[..cut.min(text.len())]);
        let (end, parsed) = scanner.read(&mut in_pieces, &text);
        prop_assert_eq!(end, len(&text));
        prop_assert_eq!(matches!(end, HeadEnd::Complete(_)) && parsed.is_ok(), at_once);
        if let Some(twice) = twice {
            prop_assert_eq!(format!("{head:?}"), format!("{twice:?}"));
            prop_assert_eq!(
                (head.has_del, head.has_host, head.connection_close, head.transfer_encoding),
                (twice.has_del, twice.has_host, twice.connection_close, twice.transfer_encoding)
            );
        }
    }
}
