//! Base64 with the standard alphabet and `=` padding (RFC 4648 §4).

/// Bytes that the text of `n` bytes takes, without a NUL; `None` on overflow.
pub fn encoded_len(n: usize) -> Option<usize> {
    n.div_ceil(3).checked_mul(4)
}

/// The letter of a 6-bit value.
pub fn letter(value: u8) -> u8 {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    ALPHABET[usize::from(value & 63)]
}

/// The text of one group of up to 3 bytes, padded.
pub fn encode_group(group: &[u8]) -> [u8; 4] {
    let byte = |i: usize| group.get(i).copied().unwrap_or(0);
    let (a, b, c) = (byte(0), byte(1), byte(2));
    [
        letter(a >> 2),
        letter(a << 4 | b >> 4),
        if group.len() > 1 { letter(b << 2 | c >> 6) } else { b'=' },
        if group.len() > 2 { letter(c) } else { b'=' },
    ]
}

/// Encodes `data` into `out` and returns the length of the text; `None` if `out` has no room for
/// text and NUL.
pub fn encode(data: &[u8], out: &mut [u8]) -> Option<usize> {
    let len = encoded_len(data.len())?;
    let (text, rest) = out.split_at_mut_checked(len)?;
    *rest.first_mut()? = 0;
    for (place, group) in text.as_chunks_mut::<4>().0.iter_mut().zip(data.chunks(3)) {
        *place = encode_group(group);
    }
    Some(len)
}

/// What a byte of base64 text means: 0-63, or one of the two below.
const PAD: u8 = 64;
const INVALID: u8 = 255;

static VALUES: [u8; 256] = {
    let mut table = [INVALID; 256];
    let mut i = 0;
    while i < 26 {
        table[b'A' as usize + i] = i as u8;
        table[b'a' as usize + i] = i as u8 + 26;
        i += 1;
    }
    i = 0;
    while i < 10 {
        table[b'0' as usize + i] = i as u8 + 52;
        i += 1;
    }
    table[b'+' as usize] = 62;
    table[b'/' as usize] = 63;
    table[b'=' as usize] = PAD;
    table
};

/// Decodes `text` into `out` and returns the number of bytes; a NUL follows them.
///
/// Works on groups of four; what is left over at the end is ignored, padding in the middle is not
/// the end. `None` for a character outside the alphabet, padding in the first half of a group, or
/// if `out` has not 3 bytes for each group and one for the NUL.
pub fn decode(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let groups = text.as_chunks::<4>().0;
    if out.len() <= groups.len() * 3 {
        return None;
    }
    let mut n = 0;
    for group in groups {
        let [a, b, c, d] = group.map(|ch| VALUES[usize::from(ch)]);
        if a >= PAD || b >= PAD || c == INVALID || d == INVALID {
            return None;
        }
        let bytes = [a << 2 | b >> 4, b << 4 | (c & 63) >> 2, c << 6 | d & 63];
        let used = match (c, d) {
            (PAD, _) => 1,
            (_, PAD) => 2,
            _ => 3,
        };
        out.get_mut(n..n + used)?.copy_from_slice(bytes.get(..used)?);
        n += used;
    }
    *out.get_mut(n)? = 0;
    Some(n)
}

/// What the incremental encoder does with one more byte: `n` characters are there, `pending` holds
/// the bits kept in place of the next one. Returns the characters to store at `n`, of which the
/// last may again be raw pending bits, and the new count.
pub fn update(byte: u8, n: usize, pending: u8) -> ([u8; 2], usize) {
    match n % 4 {
        0 => ([letter(byte >> 2), (byte & 3) << 4], n + 1),
        1 => ([letter(pending | byte >> 4), (byte & 15) << 2], n + 1),
        _ => ([letter(pending | byte >> 6), letter(byte)], n + 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::{Engine, engine::general_purpose::STANDARD};

    #[test]
    fn ch02_47_48_agrees_with_another_implementation() {
        let data: Vec<u8> = (0..=255).collect();
        for n in 0..data.len() {
            let mut text = vec![0; encoded_len(n).unwrap() + 1];
            let len = encode(&data[..n], &mut text).unwrap();
            assert_eq!(&text[..len], STANDARD.encode(&data[..n]).as_bytes());
            assert_eq!(encode(&data[..n], &mut text[..len]), None, "no room for the NUL");
            let mut back = vec![0xee; len / 4 * 3 + 1];
            assert_eq!(decode(&text[..len], &mut back), Some(n));
            assert_eq!(&back[..n], &data[..n]);
            assert_eq!(back[n], 0);
            assert_eq!(decode(&text[..len], &mut back[..len / 4 * 3]), None);
        }
    }

    #[test]
    fn ch02_48_irregular_text() {
        for (text, want) in [
            ("TWFuT", Some(&b"Man"[..])),
            ("TW", Some(b"")),
            ("QQ==QQ==", Some(b"AA")),
            ("QQ=A", Some(b"A")),
            ("QUJ=", Some(b"AB")),
            ("Q===", None),
            ("=QQQ", None),
            ("QQ Q", None),
            ("QQ\nQ", None),
            ("QQ-_", None),
        ] {
            let mut out = [0; 16];
            let got = decode(text.as_bytes(), &mut out);
            assert_eq!(got.map(|n| &out[..n]), want, "{text}");
        }
    }
}
