//! URLs and their parts, percent-encoding, base64 and addresses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::is_within;
use mongoose::text::percent::{self, Plus};
use mongoose::text::url::Url;
use mongoose::text::{addr, base64};

/// Encoded and decoded copies, the former three times as long.
const MEMORY: Memory = Memory { per_byte: 64, fixed: 1024 };

fn check(data: &[u8]) {
    parts(data);
    for plus in [Plus::Literal, Plus::Space] {
        decoded(data, plus);
    }
    encoded(data);
    base64_text(data);
}

fn parts(text: &[u8]) {
    let url = Url::parse(text);
    for part in [url.user, url.pass, url.host, url.port.unwrap_or_default()] {
        assert!(is_within(part, text));
    }
    assert!(url.path.is_none_or(|at| text[at] == b'/'));
    url.port_number();
    url.is_tls();
    addr::parse(url.host);
    addr::parse(text);
}

/// All ways of decoding say the same.
fn decoded(text: &[u8], plus: Plus) {
    let whole = percent::decode(text, plus);
    let mut out = vec![0; text.len()];
    let len = percent::decode_into(text, &mut out, plus);
    assert_eq!(len.ok().map(|len| &out[..len]), whole.as_deref());
    let mut own = text.to_vec();
    let in_place = percent::decode_in_place(&mut own, text.len(), text.len(), plus);
    assert_eq!(in_place, len);
    assert_eq!(len.ok().map(|len| &own[..len]), whole.as_deref());
    let half = text.len() / 2;
    let short = percent::decode_into(text, &mut out[..half], plus);
    own.copy_from_slice(text);
    assert_eq!(percent::decode_in_place(&mut own, text.len(), half, plus), short);
}

fn encoded(text: &[u8]) {
    let mut encoded = Vec::new();
    assert!(percent::encode_to(&mut encoded, text));
    assert!(encoded.len() <= 3 * text.len() && encoded.is_ascii());
    assert_eq!(percent::decode(&encoded, Plus::Space).as_deref(), Some(text));
    let mut out = vec![0; 3 * text.len() + 5];
    let len = percent::encode_into(text, &mut out).expect("room");
    assert_eq!(out[..len], encoded);
    assert!(percent::encode_into(text, &mut out[..len / 2]).is_none_or(|len| len < out.len()));
}

fn base64_text(data: &[u8]) {
    let len = base64::encoded_len(data.len()).expect("fits");
    let mut text = vec![0; len + 1];
    assert_eq!(base64::encode(data, &mut text[..len]), None);
    assert_eq!(base64::encode(data, &mut text), Some(len));
    let mut out = vec![0; len + 1];
    assert_eq!(base64::decode(&text[..len], &mut out), Some(data.len()));
    assert_eq!(&out[..data.len()], data);
    let mut out = vec![0; data.len() + 1];
    assert!(base64::decode(data, &mut out).is_none_or(|len| len <= data.len()));
    assert_eq!(encoded_bytewise(&data[..data.len() / 3 * 3]), text[..data.len() / 3 * 4]);
}

/// The same, encoded byte by byte.
fn encoded_bytewise(data: &[u8]) -> Vec<u8> {
    let (mut text, mut len) = (vec![0; data.len() * 2], 0);
    for &byte in data {
        let (letters, longer) = base64::update(byte, len, text[len]);
        text[len..len + 2].copy_from_slice(&letters);
        len = longer;
    }
    text.truncate(len);
    text
}

fuzz_target!(|data: &[u8]| within(MEMORY, data.len(), || check(data)));
