//! The cases, by the areas of the Autobahn test suite.

use crate::wire::{Frame, Got, Role};

/// How a connection ends.
#[derive(Clone)]
pub enum End {
    /// Nothing was wrong: the peer says CLOSE 1000, and gets it back.
    Peer,
    /// The last frame from the library is a CLOSE with this payload. The library has an error if it
    /// was not the peer's.
    Close(Vec<u8>),
    /// The library refuses: CLOSE with this code, and an error.
    Refused(u16),
    /// The library has an error, and closes without CLOSE.
    Cut,
}

/// What a peer sends, and what it must get from a library that echoes all messages.
pub struct Case {
    pub name: String,
    /// `None`: both.
    pub role: Option<Role>,
    pub send: Vec<Frame>,
    /// The frames in front of the CLOSE.
    pub want: Vec<Got>,
    pub end: End,
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;
/// Not the last fragment.
const TEXT_START: u8 = 0x01;
const BINARY_START: u8 = 0x02;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

/// `MG_MAX_RECV_SIZE`.
const LIMIT: usize = 3 << 20;

fn f(first: u8, payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(first, payload)
}

fn got(first: u8, payload: impl AsRef<[u8]>) -> Got {
    (first, payload.as_ref().to_vec())
}

fn case(name: impl Into<String>, send: Vec<Frame>, want: Vec<Got>, end: End) -> Case {
    Case { name: name.into(), role: None, send, want, end }
}

fn good(name: impl Into<String>, send: Vec<Frame>, want: Vec<Got>) -> Case {
    case(name, send, want, End::Peer)
}

/// `frames` are refused, with `code`. A message before them is not lost.
fn bad(name: impl Into<String>, code: u16, frames: Vec<Frame>) -> Case {
    let send = [vec![f(TEXT, "first")], frames].concat();
    case(name, send, vec![got(TEXT, "first")], End::Refused(code))
}

fn framing() -> Vec<Case> {
    let mut all = Vec::new();
    for first in [TEXT, BINARY] {
        for len in [0, 1, 125, 126, 127, 128, 65535, 65536, 1 << 20] {
            let payload = vec![b'*'; len];
            let both = vec![f(first, &payload), f(first, "next")];
            let want = vec![got(first, payload), got(first, "next")];
            all.push(good(format!("1 opcode {} length {len}", first & 15), both, want));
        }
    }
    let short = || f(TEXT, "short");
    all.extend([
        bad("1 length in 16 bits for no need", 1002, vec![short().with_16_bit_length()]),
        bad("1 length in 64 bits for no need", 1002, vec![short().with_64_bit_length()]),
        bad("1 64 bits where 16 do", 1002, vec![f(BINARY, [0; 300]).with_64_bit_length()]),
        bad("1 length above 63 bits", 1002, vec![f(BINARY, "").announcing(1 << 63)]),
    ]);
    all
}

fn pings() -> Vec<Case> {
    let full = vec![0xfe; 125];
    let ten: Vec<Frame> = (0..10).map(|i| f(PING, [i])).collect();
    vec![
        good("2 ping, empty", vec![f(PING, "")], vec![got(PONG, "")]),
        good("2 ping, text", vec![f(PING, "hello")], vec![got(PONG, "hello")]),
        good("2 ping, binary", vec![f(PING, [0, 255, 254])], vec![got(PONG, [0, 255, 254])]),
        good("2 ping, 125 bytes", vec![f(PING, &full)], vec![got(PONG, &full)]),
        bad("2 ping, 126 bytes", 1002, vec![f(PING, [0xfe; 126])]),
        bad("2 ping, 64-bit length", 1002, vec![f(PING, "").announcing(70000)]),
        good("2 pong nobody asked for", vec![f(PONG, "news")], vec![]),
        good("2 pong, then ping", vec![f(PONG, ""), f(PING, "x")], vec![got(PONG, "x")]),
        good("2 ten pings", ten, (0..10).map(|i| got(PONG, [i])).collect()),
    ]
}

fn reserved_bits() -> Vec<Case> {
    let mut all = Vec::new();
    for rsv in 1..8 {
        for (name, first) in
            [("text", TEXT), ("binary", BINARY), ("ping", PING), ("pong", PONG), ("close", CLOSE)]
        {
            let frames = vec![f(first | rsv << 4, ""), f(PING, "not answered")];
            all.push(bad(format!("3 reserved bits {rsv:03b}, {name}"), 1002, frames));
        }
    }
    all.push(bad("3 reserved bit, continuation", 1002, vec![f(TEXT_START, "a"), f(0xc0, "b")]));
    all
}

fn opcodes() -> Vec<Case> {
    let mut all = Vec::new();
    for op in (3..8).chain(11..16) {
        for (name, first) in [("", 0x80 | op), (", not final", op)] {
            let send = vec![f(first, "x"), f(PING, "not answered")];
            all.push(case(format!("4 opcode {op}{name}"), send, vec![], End::Cut));
        }
    }
    all
}

fn fragmentation() -> Vec<Case> {
    let start = || f(TEXT_START, "one, ");
    let whole = || got(TEXT, "one, two");
    let many = |pieces: usize, len: usize| {
        let mut frames = vec![f(BINARY_START, vec![7; len])];
        frames.extend((2..pieces).map(|_| f(MORE, vec![7; len])));
        frames.push(f(LAST, vec![7; len]));
        (frames, vec![got(BINARY, vec![7; pieces * len])])
    };
    let (thousand, thousand_joined) = many(1000, 1);
    let (large, large_joined) = many(20, 70000);
    vec![
        bad("5 ping in fragments", 1002, vec![f(PING & 15, "a"), f(LAST, "b")]),
        bad("5 pong in fragments", 1002, vec![f(PONG & 15, "a"), f(LAST, "b")]),
        bad("5 close in fragments", 1002, vec![f(CLOSE & 15, [3, 232]), f(LAST, "b")]),
        good("5 text", vec![start(), f(LAST, "two")], vec![whole()]),
        good(
            "5 binary",
            vec![f(BINARY_START, [255]), f(MORE, [0]), f(LAST, [1])],
            vec![got(BINARY, [255, 0, 1])],
        ),
        good(
            "5 empty fragments",
            vec![f(TEXT_START, ""), f(MORE, ""), f(MORE, "x"), f(LAST, "")],
            vec![got(TEXT, "x")],
        ),
        good("5 all empty", vec![f(TEXT_START, ""), f(LAST, "")], vec![got(TEXT, "")]),
        good(
            "5 pings and pongs between",
            vec![start(), f(PING, "p"), f(PONG, ""), f(MORE, "tw"), f(PING, "q"), f(LAST, "o")],
            vec![got(PONG, "p"), got(PONG, "q"), whole()],
        ),
        good("5 1000 fragments", thousand, thousand_joined),
        good("5 large fragments", large, large_joined),
        good(
            "5 two messages",
            vec![start(), f(LAST, "two"), f(BINARY_START, "a"), f(LAST, "b")],
            vec![whole(), got(BINARY, "ab")],
        ),
        bad("5 continuation of nothing", 1002, vec![f(LAST, "x")]),
        bad("5 continuation of nothing, not final", 1002, vec![f(MORE, "x")]),
        bad("5 empty continuation of nothing, not final", 1002, vec![f(MORE, "")]),
        bad(
            "5 continuation behind the end",
            1002,
            vec![f(BINARY_START, "a"), f(LAST, ""), f(LAST, "x")],
        )
        .after(vec![got(BINARY, "a")]),
        bad("5 message started in a message", 1002, vec![start(), f(BINARY_START, "x")]),
        // Mongoose programs may do these two: see `Header::check`.
        good(
            "5 empty continuation of nothing",
            vec![f(LAST, ""), f(TEXT, "x")],
            vec![got(TEXT, "x")],
        ),
        good(
            "5 whole message in a message",
            vec![start(), f(TEXT, "whole"), f(LAST, "two")],
            vec![got(TEXT, "whole"), whole()],
        ),
    ]
}

impl Case {
    /// More frames that must come before the end.
    fn after(mut self, more: Vec<Got>) -> Case {
        self.want.extend(more);
        self
    }

    fn only(self, role: Role) -> Case {
        Case { role: Some(role), ..self }
    }
}

/// The first and last of each length and what is next to gaps; and some words.
const VALID: [&str; 12] = [
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\0",
    "\u{7f}\u{80}",
    "\u{7ff}\u{800}",
    "\u{d7ff}\u{e000}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{feff}mark",
    "\u{10000}",
    "\u{1fffe}\u{1ffff}",
    "\u{10fffe}\u{10ffff}",
    "✓ 😀 e\u{301}",
];

/// Name, text, and how many of its bytes show that it is wrong; 0: only its end does.
const INVALID: [(&str, &[u8], usize); 22] = [
    ("lone continuation byte", b"ab\x80cd", 3),
    ("last continuation byte", b"\xbf", 1),
    ("start byte alone", b"\xc3 x", 2),
    ("3-byte start cut", b"\xe2\x9c x", 3),
    ("4-byte start cut", b"\xf0\x9f\x98 x", 4),
    ("start behind start", b"\xce\xce\xba", 2),
    ("byte fe", b"a\xfe", 2),
    ("byte ff", b"a\xff", 2),
    ("5-byte form", b"\xf8\x88\x80\x80\x80", 1),
    ("6-byte form", b"\xfc\x84\x80\x80\x80\x80", 1),
    ("overlong slash, 2 bytes", b"\xc0\xaf", 1),
    ("overlong 7f", b"\xc1\xbf", 1),
    ("overlong slash, 3 bytes", b"\xe0\x80\xaf", 2),
    ("overlong slash, 4 bytes", b"\xf0\x80\x80\xaf", 2),
    ("overlong NUL", b"\xc0\x80", 1),
    ("first surrogate", b"\xed\xa0\x80", 2),
    ("last surrogate", b"\xed\xbf\xbf", 2),
    ("surrogate pair", b"\xed\xa0\x80\xed\xb0\x80", 2),
    ("above 10ffff", b"\xf4\x90\x80\x80", 2),
    ("ends in the middle, 2 bytes", b"ok \xce", 0),
    ("ends in the middle, 3 bytes", b"\xe2\x9c", 0),
    ("ends in the middle, 4 bytes", b"\xf0\x9f\x98", 0),
];

/// A text message in fragments of one byte.
fn bytewise(text: &[u8]) -> Vec<Frame> {
    let last = text.len() - 1;
    let first = |i| match i {
        0 => TEXT_START,
        _ if i == last => LAST,
        _ => MORE,
    };
    let mut frames: Vec<Frame> =
        text.iter().enumerate().map(|(i, byte)| f(first(i), [*byte])).collect();
    if last == 0 {
        frames.push(f(LAST, ""));
    }
    frames
}

fn utf8() -> Vec<Case> {
    let mut all = Vec::new();
    for text in VALID {
        let name = text.escape_unicode();
        let want = || vec![got(TEXT, text)];
        all.push(good(format!("6 {name}"), vec![f(TEXT, text)], want()));
        all.push(good(format!("6 {name} by bytes"), bytewise(text.as_bytes()), want()));
        for cut in 0..=text.len() {
            let (a, b) = text.as_bytes().split_at(cut);
            // A ping in the middle of a code point is no part of it.
            let frames = vec![f(TEXT_START, a), f(PING, [0xff]), f(LAST, b)];
            let pong = vec![got(PONG, [0xff])];
            all.push(good(format!("6 {name} cut at {cut}"), frames, [pong, want()].concat()));
        }
    }
    for (name, text, seen_at) in INVALID {
        all.push(bad(format!("6 {name}"), 1007, vec![f(TEXT, text)]));
        all.push(bad(format!("6 {name} by bytes"), 1007, bytewise(text)));
        if seen_at > 0 {
            // The rest never comes.
            let start = &text[..seen_at];
            let frame = f(TEXT, start).announcing(100);
            all.push(bad(format!("6 {name}, seen in a started frame"), 1007, vec![frame]));
            let mut frames = bytewise(&[start, b"..."].concat());
            frames.truncate(seen_at);
            all.push(bad(format!("6 {name}, seen in a started message"), 1007, frames));
        }
        let same = vec![f(BINARY_START, text), f(LAST, text)];
        let want = vec![got(BINARY, [text, text].concat())];
        all.push(good(format!("6 {name} is fine in binary"), same, want));
    }
    all
}

fn status(code: u16, reason: impl AsRef<[u8]>) -> Vec<u8> {
    [&code.to_be_bytes(), reason.as_ref()].concat()
}

fn closing() -> Vec<Case> {
    let answered = |name: String, payload: Vec<u8>| {
        case(name, vec![f(CLOSE, &payload)], vec![], End::Close(payload))
    };
    let mut all = vec![
        answered("7 close without status".into(), vec![]),
        answered("7 close with a reason".into(), status(1000, "κόσμε")),
        answered("7 close with 123 bytes of reason".into(), status(1000, [b'r'; 123])),
        bad("7 close with 124 bytes of reason", 1002, vec![f(CLOSE, status(1000, [b'r'; 124]))]),
        bad("7 close with half a status", 1002, vec![f(CLOSE, [3])]),
        bad("7 reason that is not UTF-8", 1007, vec![f(CLOSE, status(1000, b"\xce\xba\xff"))]),
        bad("7 reason that ends too soon", 1007, vec![f(CLOSE, status(1000, b"ab\xce"))]),
        case(
            "7 nothing behind close counts",
            vec![f(TEXT, "a"), f(CLOSE, status(1000, "")), f(TEXT, "b"), f(PING, ""), f(0xff, "")],
            vec![got(TEXT, "a")],
            End::Close(status(1000, "")),
        ),
        case(
            "7 close in a message",
            vec![f(TEXT_START, "a"), f(CLOSE, status(1001, ""))],
            vec![],
            End::Close(status(1001, "")),
        ),
        case(
            "7 second close is not answered",
            vec![f(CLOSE, status(1000, "")), f(CLOSE, status(1001, ""))],
            vec![],
            End::Close(status(1000, "")),
        ),
    ];
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014] {
        all.push(answered(format!("7 status {code}"), status(code, "")));
    }
    for code in [3000, 3999, 4000, 4999] {
        all.push(answered(format!("7 status {code}"), status(code, "mine")));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
        all.push(bad(format!("7 status {code}"), 1002, vec![f(CLOSE, status(code, ""))]));
    }
    all
}

fn limits() -> Vec<Case> {
    let too_big = (LIMIT + 1) as u64;
    vec![
        bad("9 frame too big", 1009, vec![f(BINARY, "").announcing(too_big)]),
        bad("9 text too big", 1009, vec![f(TEXT, "abc").announcing(too_big)]),
        bad("9 length of 63 bits", 1009, vec![f(BINARY, "").announcing(i64::MAX as u64)]),
        bad(
            "9 fragments too big",
            1009,
            vec![f(BINARY_START, vec![1; LIMIT / 2]), f(MORE, "").announcing((LIMIT / 2) as u64)],
        ),
        good(
            "9 as big as can be",
            vec![f(BINARY, vec![1; LIMIT - 14])],
            vec![got(BINARY, vec![1; LIMIT - 14])],
        ),
    ]
}

fn masks() -> Vec<Case> {
    let wrong = |first: u8| f(first, "").with_wrong_mask();
    let mut all = Vec::new();
    for (name, first) in [("text", TEXT), ("binary", BINARY), ("ping", PING), ("close", CLOSE)] {
        let frames = vec![wrong(first)];
        all.push(bad(format!("10 {name} without mask"), 1002, frames.clone()).only(Role::Server));
        all.push(bad(format!("10 {name} with mask"), 1002, frames).only(Role::Client));
    }
    all
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let areas =
        [framing, pings, reserved_bits, opcodes, fragmentation, utf8, closing, limits, masks];
    areas.iter().flat_map(|area| area()).collect()
}
