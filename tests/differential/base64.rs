//! Base64 against the base64 crate.

use std::ffi::c_char;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use mongoose::abi::base64::{mg_base64_final, mg_base64_update};
use mongoose::text::base64::{decode, encode, encoded_len};
use proptest::prelude::*;

use super::often;

/// Whole groups one after the other, as each may be padded; spare bits of a group may be set, and
/// a character behind the first `=` of a group does not count (`QQ=A`).
fn decode_by_groups(text: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&ALPHABET, config);
    let mut out = Vec::new();
    for group in text.chunks_exact(4) {
        let is_known = group[3] == b'=' || ALPHABET.as_str().as_bytes().contains(&group[3]);
        let mut group = group.to_vec();
        if group[2] == b'=' && is_known {
            group[3] = b'=';
        }
        out.extend(engine.decode(group).ok()?);
    }
    Some(out)
}

proptest! {
    #![proptest_config(often())]

    #[test]
    fn encoding(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let want = STANDARD.encode(&data);
        let mut text = vec![0xee; encoded_len(data.len()).unwrap() + 1];
        prop_assert_eq!(encode(&data, &mut text), Some(want.len()));
        prop_assert_eq!(&text[..want.len()], want.as_bytes());
        prop_assert_eq!(text[want.len()], 0);

        let (mut piecewise, mut len) = (vec![0xee_u8; text.len()], 0);
        let buf = piecewise.as_mut_ptr().cast::<c_char>();
        // SAFETY: there is room for the text and its NUL.
        let len = unsafe {
            for &byte in &data {
                len = mg_base64_update(byte, buf, len);
            }
            mg_base64_final(buf, len)
        };
        prop_assert_eq!((len, piecewise), (want.len(), text));
    }

    #[test]
    fn decoding(
        data in prop::collection::vec(any::<u8>(), 0..40),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[A-Za-z+/=\\- \0]"), 0..3),
        cut in 0usize..4,
    ) {
        let mut text = STANDARD.encode(data).into_bytes();
        for (at, letter) in changes {
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = letter.as_bytes()[0];
            }
        }
        text.truncate(text.len().saturating_sub(cut));
        let mut out = vec![0xee; text.len() / 4 * 3 + 1];
        let got = decode(&text, &mut out).map(|len| out[..len].to_vec());
        prop_assert_eq!(got, decode_by_groups(&text));
    }
}
