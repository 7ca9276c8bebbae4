//! Variables of a query string or an `application/x-www-form-urlencoded` body.

use crate::text::percent::{DecodeError, Plus, decode_into};

/// Undecoded value of the first variable called `name` (in any case), a slice of `text`.
///
/// Names are compared as they stand, without decoding. A variable without `=` has an empty value.
pub fn find<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    text.split(|&b| b == b'&').filter(|piece| !piece.is_empty()).find_map(|piece| {
        let key_len = memchr::memchr(b'=', piece).unwrap_or(piece.len());
        let (key, rest) = piece.split_at_checked(key_len)?;
        let value = rest.get(1..).unwrap_or(rest);
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Decodes a value found by [`find`] into `dst`, leaving one byte of it for a terminator.
///
/// Returns the decoded length. An error says how many bytes of `dst` are good nevertheless.
pub fn decode_value(value: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let room = dst.len().saturating_sub(1);
    decode_into(value, dst.get_mut(..room).unwrap_or_default(), Plus::Space)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_14, the part that finds.
    #[test]
    fn ch03_14_find() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("a=1&B=2&&c&d=x=y", "a", Some("1")),
            ("a=1&B=2&&c&d=x=y", "b", Some("2")),
            ("a=1&B=2&&c&d=x=y", "c", Some("")),
            ("a=1&B=2&&c&d=x=y", "D", Some("x=y")),
            ("a=1&a=2", "a", Some("1")),
            ("a%20b=1", "a b", None),
            ("=5", "", Some("5")),
            ("a=5", "", None),
            ("", "", None),
            ("ab=1", "a", None),
        ];
        for &(text, name, expected) in cases {
            let got = find(text.as_bytes(), name.as_bytes());
            assert_eq!(got, expected.map(str::as_bytes), "{name} in {text}");
        }
    }

    /// ch03_14, the part that decodes: a one-byte buffer has room for nothing.
    #[test]
    fn ch03_14_decode_value() {
        let mut dst = [0; 4];
        assert_eq!(decode_value(b"a+%41", &mut dst), Ok(3));
        assert_eq!(&dst[..3], b"a A");
        assert_eq!(decode_value(b"abcd", &mut dst), Err(DecodeError::Full { written: 3 }));
        assert_eq!(decode_value(b"a", &mut dst[..1]), Err(DecodeError::Full { written: 0 }));
        assert_eq!(decode_value(b"", &mut dst[..1]), Ok(0));
        assert_eq!(decode_value(b"a%4", &mut dst), Err(DecodeError::Escape { written: 1 }));
    }
}
