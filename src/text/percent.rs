//! Percent-encoding of URLs and form fields (RFC 3986 §2.1, the form rules of HTML).

/// Why [`decode_into`] stopped. `written` bytes of output are good in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// A `%` without two hex digits behind it.
    Escape {
        /// Bytes decoded before it.
        written: usize,
    },
    /// The output is full.
    Full {
        /// Bytes decoded so far, which is all that fits.
        written: usize,
    },
}

/// What a `+` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plus {
    /// Itself, as in a path.
    Literal,
    /// A space, as in a form or a query.
    Space,
}

/// One decoded byte and the number of input bytes it took; `None` for a malformed escape.
fn decode_one(src: &[u8], plus: Plus) -> Option<(u8, usize)> {
    match *src.first()? {
        b'%' => {
            let high = hex_digit(*src.get(1)?)?;
            let low = hex_digit(*src.get(2)?)?;
            Some((high << 4 | low, 3))
        }
        b'+' if plus == Plus::Space => Some((b' ', 1)),
        byte => Some((byte, 1)),
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Decodes `src`, handing each byte to `put` until that says false (no room).
fn decode_with(
    mut src: &[u8],
    plus: Plus,
    mut put: impl FnMut(usize, u8) -> bool,
) -> Result<usize, DecodeError> {
    let mut written = 0;
    while !src.is_empty() {
        let (byte, used) = decode_one(src, plus).ok_or(DecodeError::Escape { written })?;
        if !put(written, byte) {
            return Err(DecodeError::Full { written });
        }
        written += 1;
        src = src.get(used..).unwrap_or_default();
    }
    Ok(written)
}

/// Decodes `src` into `dst` and returns the decoded length.
///
/// No terminator is added.
pub fn decode_into(src: &[u8], dst: &mut [u8], plus: Plus) -> Result<usize, DecodeError> {
    decode_with(src, plus, |at, byte| match dst.get_mut(at) {
        Some(slot) => {
            *slot = byte;
            true
        }
        None => false,
    })
}

/// Decodes the first `len` bytes of `buf` over themselves, with room for `limit` bytes of output.
///
/// Decoding never grows, so the output stays behind the input that is still to be read.
pub fn decode_in_place(
    buf: &mut [u8],
    len: usize,
    limit: usize,
    plus: Plus,
) -> Result<usize, DecodeError> {
    let (mut read, mut written) = (0, 0);
    while read < len {
        let rest = buf.get(read..len).unwrap_or_default();
        let (byte, used) = decode_one(rest, plus).ok_or(DecodeError::Escape { written })?;
        match buf.get_mut(written) {
            Some(slot) if written < limit => *slot = byte,
            _ => return Err(DecodeError::Full { written }),
        }
        written += 1;
        read += used;
    }
    Ok(written)
}

/// Decodes `src` into a new vector; `None` if an escape is malformed or memory is out.
pub fn decode(src: &[u8], plus: Plus) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(src.len()).ok()?;
    decode_with(src, plus, |_, byte| {
        out.push(byte);
        true
    })
    .ok()?;
    Some(out)
}

/// True for the bytes that RFC 3986 §2.3 calls unreserved: these are never escaped.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'~')
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The encoding of one byte: itself, or `%` and two lower-case hex digits.
fn encode_byte(byte: u8) -> ([u8; 3], usize) {
    if is_unreserved(byte) {
        return ([byte, 0, 0], 1);
    }
    ([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]], 3)
}

/// Encodes `src` into `dst` and returns the encoded length, or `None` if it does not fit.
///
/// Five bytes must be free before each source byte, as Mongoose programs size their buffers by:
/// so a result always leaves room for a terminator.
pub fn encode_into(src: &[u8], dst: &mut [u8]) -> Option<usize> {
    let mut written = 0usize;
    for &byte in src {
        if written.checked_add(4)? >= dst.len() {
            return None;
        }
        let (text, len) = encode_byte(byte);
        for &part in text.iter().take(len) {
            *dst.get_mut(written)? = part;
            written += 1;
        }
    }
    Some(written)
}

/// Appends the encoding of `src` to `out`; false if memory is out.
pub fn encode_to(out: &mut Vec<u8>, src: &[u8]) -> bool {
    let escaped = src.iter().filter(|&&byte| !is_unreserved(byte)).count();
    if out.try_reserve(src.len() + 2 * escaped).is_err() {
        return false;
    }
    for &byte in src {
        let (text, len) = encode_byte(byte);
        out.extend(text.iter().take(len));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_15: `+` only in form mode, malformed escapes refused, `%00` counts as one byte.
    #[test]
    fn ch03_15_decode() {
        let cases: &[(&[u8], Plus, Result<&[u8], DecodeError>)] = &[
            (b"a+b", Plus::Space, Ok(b"a b")),
            (b"a+b", Plus::Literal, Ok(b"a+b")),
            (b"%41%4a%4A", Plus::Literal, Ok(b"AJJ")),
            (b"%00", Plus::Literal, Ok(b"\0")),
            (b"", Plus::Literal, Ok(b"")),
            (b"x%", Plus::Literal, Err(DecodeError::Escape { written: 1 })),
            (b"%4", Plus::Literal, Err(DecodeError::Escape { written: 0 })),
            (b"ab%4g", Plus::Literal, Err(DecodeError::Escape { written: 2 })),
            (b"%+1", Plus::Literal, Err(DecodeError::Escape { written: 0 })),
            (b"123456789", Plus::Literal, Err(DecodeError::Full { written: 8 })),
        ];
        for &(src, plus, expected) in cases {
            let mut dst = [0; 8];
            let got = decode_into(src, &mut dst, plus);
            assert_eq!(got, expected.map(<[u8]>::len), "{src:?}");
            if let Ok(text) = expected {
                assert_eq!(&dst[..text.len()], text);
                assert_eq!(decode(src, plus).as_deref(), Some(text));
            }
            let mut same = [0; 16];
            same[..src.len()].copy_from_slice(src);
            assert_eq!(decode_in_place(&mut same, src.len(), 8, plus), got, "in place: {src:?}");
        }
    }

    /// ch03_16: lower-case hex, unreserved bytes alone, four bytes must be spare.
    #[test]
    fn ch03_16_encode() {
        let mut dst = [0; 32];
        let len = encode_into(b"a/ .~_-\xff", &mut dst).unwrap();
        assert_eq!(&dst[..len], b"a%2f%20.~_-%ff");
        assert_eq!(encode_into(b"a", &mut dst[..5]), Some(1));
        assert_eq!(encode_into(b"a", &mut dst[..4]), None);
        assert_eq!(encode_into(b"", &mut []), Some(0));
        let mut out = b"x".to_vec();
        assert!(encode_to(&mut out, b"a/b"));
        assert_eq!(out, b"xa%2fb");
    }
}
