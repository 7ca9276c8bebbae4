//! Whether a path stays below its root, judged by its text alone.

/// False for a leading `~` or `..`, for `..` behind a slash or backslash, and for a NUL byte inside.
/// An empty path is sane, and so is one that starts with a NUL byte.
pub fn is_sane(path: &[u8]) -> bool {
    match path {
        [] | [0, ..] => true,
        [b'~', ..] | [b'.', b'.', ..] => false,
        _ => {
            memchr::memchr(0, path).is_none()
                && !path.windows(3).any(|w| matches!(w, [b'/' | b'\\', b'.', b'.']))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn ch02_55_table() {
        for (path, want) in [
            ("", true),
            ("\0../", true),
            ("~", false),
            ("~a/b", false),
            ("..", false),
            ("..x", false),
            ("...", false),
            ("/..", false),
            ("a/../b", false),
            ("a\\..\\b", false),
            ("a/..x", false),
            ("//..", false),
            ("a\0b", false),
            ("a\0", false),
            ("notes..txt", true),
            ("notes..", true),
            (".hidden", true),
            ("./a/./b", true),
            ("/~root", true),
            ("%2e%2e/", true),
        ] {
            assert_eq!(is_sane(path.as_bytes()), want, "{path:?}");
        }
        assert!(is_sane(&b"/.."[..2]), "what is cut off does not count");
    }
}
