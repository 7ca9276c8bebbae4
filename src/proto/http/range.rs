//! Byte ranges of files (RFC 9110 §14), one at a time.

/// What a `Range` field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Nothing that can be understood: send the whole file with 200.
    None,
    /// Send the bytes `start..=end` with 206.
    Satisfiable {
        /// First byte.
        start: u64,
        /// Last byte.
        end: u64,
    },
    /// Answer 416.
    Unsatisfiable,
}

/// Decides what `value`, the text of a `Range` field, means for a file of `size` bytes.
///
/// As Mongoose does, an end beyond the file is not cut down but refused, and of several ranges the
/// first one's start counts, with the end of the file as end.
pub fn decide(value: &[u8], size: u64) -> Range {
    let Some(spec) = byte_spec(value) else {
        return Range::None;
    };
    let dash = memchr::memchr(b'-', spec);
    let (first, last) = match dash {
        Some(at) => (spec.get(..at).unwrap_or_default(), spec.get(at + 1..).unwrap_or_default()),
        None => (spec, &[][..]),
    };
    let suffix = dash.is_some() && first.trim_ascii().is_empty();
    let (start, end) = match (number(first), number(last)) {
        (Some(start), Some(end)) => (start, end),
        (Some(start), None) => (start, size.saturating_sub(1)),
        // The last so many bytes; of an empty file or no byte at all there is nothing to send.
        (None, Some(0)) if suffix => return Range::Unsatisfiable,
        (None, Some(len)) if suffix => (size.saturating_sub(len), size.saturating_sub(1)),
        _ => return Range::None,
    };
    if start > end || end >= size {
        return Range::Unsatisfiable;
    }
    Range::Satisfiable { start, end }
}

/// What follows the first `bytes=` that something follows.
fn byte_spec(value: &[u8]) -> Option<&[u8]> {
    const UNIT: &[u8] = b"bytes=";
    let at = memchr::memmem::find(value, UNIT)?;
    value.get(at + UNIT.len()..).filter(|spec| !spec.is_empty())
}

/// Decimal digits, with blanks around them, that fit.
fn number(text: &[u8]) -> Option<u64> {
    let blank = |b: &u8| *b == b' ' || *b == b'\t';
    let start = text.iter().position(|b| !blank(b))?;
    let end = text.iter().rposition(|b| !blank(b))?;
    text.get(start..=end)?.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_43 and 12.42.
    #[test]
    fn ch03_43_ranges() {
        let bytes = |start, end| Range::Satisfiable { start, end };
        let cases = [
            ("bytes=0-9", bytes(0, 9)),
            ("bytes=2-5", bytes(2, 5)),
            ("bytes=9-9", bytes(9, 9)),
            ("bytes=2-", bytes(2, 9)),
            ("bytes=3", bytes(3, 9)),
            ("bytes= 1 - 2 ", bytes(1, 2)),
            ("xbytes=1-2", bytes(1, 2)),
            ("bytes=1-2,4-5", bytes(1, 9)),
            ("bytes=-3", bytes(7, 9)),
            ("bytes=-99", bytes(0, 9)),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=10-", Range::Unsatisfiable),
            ("bytes=0-10", Range::Unsatisfiable),
            ("bytes=5-2", Range::Unsatisfiable),
            ("bytes=18446744073709551615-", Range::Unsatisfiable),
            ("bytes=0-18446744073709551615", Range::Unsatisfiable),
            ("bytes=x-4", Range::None),
            ("bytes=a-b", Range::None),
            ("bytes=-", Range::None),
            ("bytes=", Range::None),
            ("lines=1-2", Range::None),
            ("", Range::None),
        ];
        for (value, expected) in cases {
            assert_eq!(decide(value.as_bytes(), 10), expected, "{value}");
        }
        for value in ["bytes=0-", "bytes=0-0", "bytes=-5"] {
            assert_eq!(decide(value.as_bytes(), 0), Range::Unsatisfiable, "{value}");
        }
    }
}
