//! Entity tags of files (RFC 9110 §8.8.3).

use crate::text::digits::Digits;

/// The text `"<mtime>.<size>"`, quotes included, with both numbers as signed decimals.
pub fn etag(size: i64, mtime: i64) -> Vec<u8> {
    [b"\"", Digits::signed(mtime).as_bytes(), b".", Digits::signed(size).as_bytes(), b"\""].concat()
}

/// True if an `If-None-Match` value names exactly this tag, in any case.
///
/// Lists, `*` and weak tags do not match.
pub fn matches(if_none_match: &[u8], tag: &[u8]) -> bool {
    if_none_match.eq_ignore_ascii_case(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_42.
    #[test]
    fn ch03_42_etag() {
        let tag = etag(11, 1_700_000_000);
        assert_eq!(tag, b"\"1700000000.11\"");
        assert_eq!(etag(-1, -2), b"\"-2.-1\"");
        assert!(matches(b"\"1700000000.11\"", &tag));
        for other in [&b"*"[..], b"", b"W/\"1700000000.11\"", b"\"1700000000.11\", \"x\""] {
            assert!(!matches(other, &tag));
        }
    }
}
