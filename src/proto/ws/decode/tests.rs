//! The areas of the Autobahn test suite as tables, for both roles, and limits.

use super::*;
use crate::proto::ws::frame::{EncodedHeader, FIN, Violation::*};

const LIMIT: usize = 100_000;

/// A frame to be sent: first byte and payload.
type Frame = (u8, Vec<u8>);

fn f(first: u8, payload: impl AsRef<[u8]>) -> Frame {
    (first, payload.as_ref().to_vec())
}

/// The bytes of `frames` as they come in at `role`.
fn wire(role: Role, frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (i, (first, payload)) in frames.iter().enumerate() {
        let mask = (role == Role::Server).then_some([i as u8, 0x5a, 0xff, 0x80]);
        bytes.extend(EncodedHeader::new(*first, payload.len() as u64, mask).as_bytes());
        let mut payload = payload.clone();
        apply_mask(&mut payload, mask.unwrap_or_default(), 0);
        bytes.extend(payload);
    }
    bytes
}

/// What a program sees: messages (`M`) and control and continuation frames (`C`), with first byte
/// and payload.
type Seen = Vec<(char, u8, Vec<u8>)>;

/// Feeds `input` in pieces of `piece` bytes.
fn decode(role: Role, input: &[u8], piece: usize, limit: usize) -> (Seen, Option<Violation>) {
    decode_within(role, input, piece, Limits { buffer: limit, message: usize::MAX })
}

fn decode_within(
    role: Role,
    input: &[u8],
    piece: usize,
    limits: Limits,
) -> (Seen, Option<Violation>) {
    let mut decoder = Decoder::new();
    let (mut buf, mut seen) = (Vec::new(), Seen::new());
    for piece in input.chunks(piece) {
        buf.extend(piece);
        loop {
            let unit = match decoder.next(&mut buf, role, limits) {
                Ok(Some(unit)) => unit,
                Ok(None) => break,
                Err(violation) => return (seen, Some(violation)),
            };
            let mut see =
                |kind, first, at: Range<usize>| seen.push((kind, first, buf[at].to_vec()));
            match unit {
                Unit::Message { first, payload } => see('M', first, payload),
                Unit::Control { first, payload } => see('C', first, payload),
                Unit::Fragment { first, payload, message } => {
                    see('C', first, payload);
                    if let Some((first, payload)) = message {
                        see('M', first, payload);
                    }
                }
            }
        }
        buf.drain(decoder.take_consumed());
        assert!(buf.len() <= limits.buffer);
    }
    (seen, None)
}

/// Runs a table: each row for both roles, in one piece, byte by byte and in other pieces.
fn check(table: &[(&str, Vec<Frame>, Seen, Option<Violation>)]) {
    for (name, frames, seen, violation) in table {
        for role in [Role::Server, Role::Client] {
            let input = wire(role, frames);
            for piece in [input.len(), 1, 2, 3, 7, 1000] {
                let got = decode(role, &input, piece, LIMIT);
                assert_eq!(got, (seen.clone(), *violation), "{name}, {role:?}, pieces of {piece}");
            }
        }
    }
}

fn m(first: u8, payload: impl AsRef<[u8]>) -> (char, u8, Vec<u8>) {
    ('M', first, payload.as_ref().to_vec())
}

fn c(first: u8, payload: impl AsRef<[u8]>) -> (char, u8, Vec<u8>) {
    ('C', first, payload.as_ref().to_vec())
}

#[test]
fn autobahn_1_framing() {
    let lengths = [0, 1, 125, 126, 127, 128, 65535, 65536];
    for first in [0x81, 0x82] {
        for len in lengths {
            let payload = vec![b'*'; len];
            let both = vec![f(first, &payload), f(first, "next")];
            check(&[("1", both, vec![m(first, payload), m(first, "next")], None)]);
        }
    }
    check(&[("binary is not text", vec![f(0x82, b"\xff\xfe")], vec![m(0x82, b"\xff\xfe")], None)]);
}

#[test]
fn autobahn_2_pings_and_pongs() {
    let full = vec![0xfe; 125];
    check(&[
        ("2.1", vec![f(0x89, "")], vec![c(0x89, "")], None),
        ("2.4", vec![f(0x89, &full)], vec![c(0x89, &full)], None),
        ("2.5", vec![f(0x89, vec![0xfe; 126])], vec![], Some(ControlTooLong)),
        ("2.7", vec![f(0x8a, "unasked")], vec![c(0x8a, "unasked")], None),
        ("2.10", vec![f(0x89, "1"), f(0x89, "2")], vec![c(0x89, "1"), c(0x89, "2")], None),
    ]);
}

#[test]
fn autobahn_3_reserved_bits() {
    for rsv in 1..8 {
        for op in [0x81, 0x82, 0x88, 0x89, 0x8a] {
            let frames = vec![f(0x81, "ok"), f(op | rsv << 4, "x"), f(0x81, "lost")];
            check(&[("3", frames, vec![m(0x81, "ok")], Some(Reserved))]);
        }
    }
}

#[test]
fn ch04_23_autobahn_4_opcodes() {
    for op in (3..8).chain(11..16) {
        for fin in [0, FIN] {
            let frames = vec![f(0x81, "ok"), f(fin | op, "x"), f(0x81, "lost")];
            check(&[("4", frames, vec![m(0x81, "ok")], Some(Opcode(op)))]);
        }
    }
}

#[test]
fn ch04_19_20_21_autobahn_5_fragmentation() {
    check(&[
        ("5.1", vec![f(0x09, "x")], vec![], Some(ControlFragment)),
        ("5.2", vec![f(0x0a, "x")], vec![], Some(ControlFragment)),
        ("5.3", vec![f(0x01, "ab"), f(0x80, "cd")], vec![c(0x80, "cd"), m(0x01, "abcd")], None),
        (
            "5.7",
            vec![f(0x02, "a"), f(0x89, "ping"), f(0x00, "b"), f(0x8a, ""), f(0x80, "")],
            vec![c(0x89, "ping"), c(0x00, "b"), c(0x8a, ""), c(0x80, ""), m(0x02, "ab")],
            None,
        ),
        ("5.9", vec![f(0x80, "x")], vec![], Some(NoMessage)),
        ("5.10 not final", vec![f(0x00, "")], vec![], Some(NoMessage)),
        ("Q4", vec![f(0x80, ""), f(0x81, "next")], vec![c(0x80, ""), m(0x81, "next")], None),
        (
            "Q7",
            vec![f(0x01, "\u{e9}a"), f(0x82, b"\xff"), f(0x81, "whole"), f(0x80, "b")],
            vec![m(0x82, b"\xff"), m(0x81, "whole"), c(0x80, "b"), m(0x01, "\u{e9}ab")],
            None,
        ),
        ("5.18", vec![f(0x01, "a"), f(0x01, "b")], vec![], Some(MessageInMessage)),
        (
            "5.19",
            vec![f(0x01, ""), f(0x00, ""), f(0x80, ""), f(0x01, "a"), f(0x80, "b")],
            vec![c(0, ""), c(0x80, ""), m(0x01, ""), c(0x80, "b"), m(0x01, "ab")],
            None,
        ),
    ]);
}

#[test]
fn autobahn_6_utf8() {
    let text = "κόσμε 😀";
    let (a, b) = text.as_bytes().split_at(text.len() - 2);
    check(&[
        ("6.2", vec![f(0x81, text)], vec![m(0x81, text)], None),
        ("6.2.2", vec![f(0x01, a), f(0x80, b)], vec![c(0x80, b), m(0x01, text)], None),
        (
            "6.2.3",
            vec![f(0x01, a), f(0x89, b"\xff"), f(0x00, ""), f(0x80, b)],
            vec![c(0x89, b"\xff"), c(0x00, ""), c(0x80, b), m(0x01, text)],
            None,
        ),
        ("6.3", vec![f(0x81, b"ok\xed\xa0\x80")], vec![], Some(NotUtf8)),
        ("6.3.2", vec![f(0x01, "ok"), f(0x80, b"\xff")], vec![], Some(NotUtf8)),
        ("cut", vec![f(0x81, a)], vec![], Some(NotUtf8)),
        ("cut in fragments", vec![f(0x01, a), f(0x80, "")], vec![], Some(NotUtf8)),
        ("in the middle", vec![f(0x01, a), f(0x00, "x"), f(0x80, "")], vec![], Some(NotUtf8)),
    ]);
}

#[test]
fn text_is_refused_before_the_frame_is_complete() {
    for role in [Role::Server, Role::Client] {
        let input = wire(role, &[f(0x81, [b"ab\xff".as_slice(), &[b'c'; 1000]].concat())]);
        let cut = input.len() - 1000;
        assert_eq!(decode(role, &input[..cut], 1, LIMIT), (vec![], Some(NotUtf8)), "{role:?}");
    }
}

#[test]
fn autobahn_7_close() {
    let full = [b"\x03\xe8".as_slice(), &[b'r'; 123]].concat();
    check(&[
        ("7.1", vec![f(0x88, "")], vec![c(0x88, "")], None),
        ("7.3.2", vec![f(0x88, "\x03")], vec![], Some(CloseCode)),
        ("7.3.3", vec![f(0x88, b"\x03\xe8")], vec![c(0x88, b"\x03\xe8")], None),
        ("7.3.5", vec![f(0x88, &full)], vec![c(0x88, &full)], None),
        ("7.3.6", vec![f(0x88, [&full[..], b"r"].concat())], vec![], Some(ControlTooLong)),
        ("7.5.1", vec![f(0x88, b"\x03\xe8\xce\xba\xe1")], vec![], Some(NotUtf8)),
        ("7.9", vec![f(0x88, 1005u16.to_be_bytes())], vec![], Some(CloseCode)),
        ("fragment", vec![f(0x08, b"\x03\xe8")], vec![], Some(ControlFragment)),
    ]);
}

#[test]
fn masks_must_be_there_and_must_not() {
    let from_client = wire(Role::Server, &[f(0x81, "x")]);
    let from_server = wire(Role::Client, &[f(0x81, "x")]);
    assert_eq!(decode(Role::Server, &from_server, 1, LIMIT).1, Some(Unmasked));
    assert_eq!(decode(Role::Client, &from_client, 1, LIMIT).1, Some(Masked));
}

#[test]
fn lengths_are_minimal() {
    for (bytes, ok) in [
        (&b"\x82\x7e\x00\x7d"[..], false),
        (b"\x82\x7e\x00\x7e", true),
        (b"\x82\x7f\0\0\0\0\0\0\xff\xff", false),
        (b"\x82\x7f\0\0\0\0\0\x01\0\0", true),
    ] {
        let want = if ok { None } else { Some(Length) };
        assert_eq!(decode(Role::Client, bytes, 1, LIMIT).1, want, "{bytes:02x?}");
    }
    let top_bit = b"\x82\x7f\x80\0\0\0\0\0\0\0";
    assert_eq!(decode(Role::Client, top_bit, 1, usize::MAX).1, Some(Length));
}

// History: 7.22-websocket-checks; CVE-2017-2921 | lengths are refused at the header
#[test]
fn ch04_25_limits_hold_when_the_header_is_there() {
    for (len, ok) in [(996u16, true), (997, false)] {
        let header = [0x82, 126, (len >> 8) as u8, len as u8];
        let want = if ok { None } else { Some(TooBig) };
        assert_eq!(decode(Role::Client, &header, 4, 1000).1, want, "{len}");
    }
    // Behind a message of which 500 bytes have arrived.
    let start = wire(Role::Client, &[f(0x02, vec![0; 500])]);
    for (len, ok) in [(495u16, true), (496, false)] {
        let header = [0x80, 126, (len >> 8) as u8, len as u8];
        let want = if ok { None } else { Some(TooBig) };
        assert_eq!(
            decode(Role::Client, &[&start[..], &header].concat(), 50, 1000).1,
            want,
            "{len}"
        );
    }
    let huge = b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff";
    assert_eq!(decode(Role::Client, huge, 1, LIMIT).1, Some(TooBig));
}

#[test]
fn a_message_in_thousands_of_fragments() {
    let mut frames = vec![f(0x01, "")];
    frames.extend((0..5000).map(|i| f(0x00, [b'a' + (i % 26) as u8])));
    frames.push(f(0x80, "."));
    let text: Vec<u8> = (0..5000).map(|i| b'a' + (i % 26) as u8).chain([b'.']).collect();
    for piece in [1, 100, usize::MAX] {
        let (seen, violation) =
            decode(Role::Server, &wire(Role::Server, &frames), piece.min(1 << 20), LIMIT);
        assert_eq!((seen.len(), violation), (5002, None));
        assert_eq!(seen.last(), Some(&m(0x01, &text)));
    }
}

/// Any bytes give units inside the buffer, or end with a violation; nothing panics or overflows.
#[test]
fn any_input() {
    use proptest::prelude::*;
    let fragments =
        prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..200)), 0..20);
    proptest!(|(noise in prop::collection::vec(any::<u8>(), 0..400), piece in 1usize..50,
                frames in fragments)| {
        for role in [Role::Server, Role::Client] {
            decode(role, &noise, piece, 500);
            let frames: Vec<Frame> = frames.iter().map(|(first, p)| f(first & 0x8f, p)).collect();
            let whole = decode(role, &wire(role, &frames), usize::MAX, usize::MAX);
            let pieces = decode(role, &wire(role, &frames), piece, usize::MAX);
            // Text may be refused earlier in pieces, never later.
            prop_assert!(whole == pieces || pieces.1.is_some());
        }
    });
}

/// Chapter 08: a message may have as many bytes as the limit says, whatever its frames look like.
#[test]
fn ch08_message_limit() {
    let limits = Limits { buffer: LIMIT, message: 10 };
    for (name, frames, messages, is_refused) in [
        ("at the limit", vec![f(0x82, [1; 10])], 1, false),
        ("over it", vec![f(0x82, [1; 11])], 0, true),
        ("fragments", vec![f(2, [1; 4]), f(0, [1; 4]), f(0x80, [1; 2])], 1, false),
        ("long fragments", vec![f(2, [1; 4]), f(0, [1; 4]), f(0x80, [1; 3])], 0, true),
        (
            "control frames don't count",
            vec![f(2, [1; 4]), f(0x89, [1; 20]), f(0x80, [1; 6])],
            1,
            false,
        ),
        ("nor other messages", vec![f(2, [1; 9]), f(0x82, [1; 9]), f(0x80, [1; 1])], 2, false),
    ] {
        let input = wire(Role::Server, &frames);
        for piece in [input.len(), 1, 3] {
            let (seen, violation) = decode_within(Role::Server, &input, piece, limits);
            let count = seen.iter().filter(|(kind, ..)| *kind == 'M').count();
            assert_eq!(
                (count, violation),
                (messages, is_refused.then_some(MessageTooBig)),
                "{name}"
            );
        }
    }
    let mut buf = wire(Role::Server, &[f(0x82, [7; 11])]);
    let mut decoder = Decoder::new();
    assert_eq!(decoder.next(&mut buf, Role::Server, limits), Err(MessageTooBig));
    let spared = decoder.next(&mut buf, Role::Server, Limits { message: usize::MAX, ..limits });
    assert_eq!(spared, Ok(Some(Unit::Message { first: 0x82, payload: 6..17 })));
}
