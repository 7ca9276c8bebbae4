//! Percent-encoding against its definition.

use mongoose::text::percent::{
    DecodeError, Plus, decode, decode_in_place, decode_into, encode_into, encode_to,
};
use proptest::prelude::*;

use super::often;

/// Between two `%` stand two hex digits and plain text; `Err` has what comes before a bad escape.
fn decode_by_pieces(text: &[u8], plus: Plus) -> Result<Vec<u8>, Vec<u8>> {
    let plain = |piece: &[u8]| -> Vec<u8> {
        let space = |&byte: &u8| if byte == b'+' && plus == Plus::Space { b' ' } else { byte };
        piece.iter().map(space).collect()
    };
    let mut pieces = text.split(|&byte| byte == b'%');
    let mut out = plain(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.split_at_checked(2) {
            Some((digits, rest)) if digits.iter().all(u8::is_ascii_hexdigit) => {
                let digits = core::str::from_utf8(digits).unwrap();
                out.push(u8::from_str_radix(digits, 16).unwrap());
                out.extend(plain(rest));
            }
            _ => return Err(out),
        }
    }
    Ok(out)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "%[0-9a-fA-F]{2}".prop_map(String::into_bytes),
        "[a-z+ ]{0,3}".prop_map(String::into_bytes),
        any::<[u8; 1]>().prop_map(|byte| byte.to_vec()),
        prop_oneof![Just("%"), Just("%4"), Just("%+1"), Just("%%"), Just("%0x")]
            .prop_map(|odd| odd.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(often())]

    #[test]
    fn decoding(text in text(), is_form: bool, room in 0usize..20) {
        let plus = if is_form { Plus::Space } else { Plus::Literal };
        let whole = decode_by_pieces(&text, plus);
        prop_assert_eq!(decode(&text, plus), whole.clone().ok());
        // Whatever comes first ends the decoding: a bad escape or the end of the room.
        let decoded = whole.as_ref().unwrap_or_else(|before| before);
        let want = match &whole {
            _ if decoded.len() > room => Err(DecodeError::Full { written: room }),
            Ok(_) => Ok(decoded.len()),
            Err(_) => Err(DecodeError::Escape { written: decoded.len() }),
        };
        let (mut out, written) = (vec![0; room], decoded.len().min(room));
        prop_assert_eq!(decode_into(&text, &mut out, plus), want);
        prop_assert_eq!(&out[..written], &decoded[..written]);
        let mut same = text.clone();
        prop_assert_eq!(decode_in_place(&mut same, text.len(), room, plus), want);
        prop_assert_eq!(&same[..written], &decoded[..written]);
    }

    #[test]
    fn encoding(data: Vec<u8>) {
        let want: String = data.iter().map(|&byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02x}"),
        }).collect();
        let mut out = vec![0; 3 * data.len() + 4];
        prop_assert_eq!(encode_into(&data, &mut out), Some(want.len()));
        prop_assert_eq!(&out[..want.len()], want.as_bytes());
        let mut appended = Vec::new();
        prop_assert!(encode_to(&mut appended, &data));
        prop_assert_eq!(&appended, want.as_bytes());
        prop_assert_eq!(decode(&appended, Plus::Space), Some(data));
    }
}
