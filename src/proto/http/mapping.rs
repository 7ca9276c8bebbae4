//! From the target of a request to the path of a file.
//!
//! Purely textual: symbolic links and what exists are the file system's business. Only what the
//! request brings in is checked, the program's own directories are trusted.

use crate::text::percent::{Plus, decode};

/// Bytes of the longest path, terminator included (`MG_PATH_MAX`).
pub const PATH_MAX: usize = 4096;

/// Where a request target leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// Directory of the mapping that applies.
    pub dir: &'a [u8],
    /// Path of the file, without trailing slashes.
    pub path: Vec<u8>,
}

impl Resolved<'_> {
    /// What of the path lies below the directory; begins with a slash, or is empty.
    pub fn below_dir(&self) -> &[u8] {
        let dir = self.dir.strip_suffix(b"/").unwrap_or(self.dir);
        self.path.get(dir.len()..).unwrap_or_default()
    }
}

/// Why a request target leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// No directory is mapped to it, or it does not start with `/`: answer 404.
    NoMapping,
    /// A malformed escape, a NUL, or an attempt to climb: answer 400 `Invalid path`.
    Invalid,
    /// Longer than a path may be: answer 400 `Exceeded path size`.
    TooLong,
}

/// Maps `uri`, a request target without its query, to a path.
///
/// `root_dir` is a list of `prefix=directory`, separated by commas; an entry without `=` stands for
/// the prefix `/`. The last entry whose prefix covers the target counts.
pub fn resolve<'a>(uri: &[u8], root_dir: &'a [u8]) -> Result<Resolved<'a>, PathError> {
    if !uri.starts_with(b"/") {
        return Err(PathError::NoMapping);
    }
    let (dir, rest) = root_dir
        .split(|&b| b == b',')
        .map(entry)
        .filter(|(_, dir)| !dir.is_empty())
        .filter_map(|(prefix, dir)| Some((dir, below(uri, prefix)?)))
        .next_back()
        .ok_or(PathError::NoMapping)?;
    if dir.len() >= PATH_MAX - 2 {
        return Err(PathError::TooLong);
    }
    let rest = decode(rest, Plus::Literal).ok_or(PathError::Invalid)?;
    let slash: &[u8] = if dir.ends_with(b"/") { b"" } else { b"/" };
    if dir.len() + slash.len() + rest.len() >= PATH_MAX {
        return Err(PathError::TooLong);
    }
    if !stays_below(&rest) {
        return Err(PathError::Invalid);
    }
    let mut path = [dir, slash, &rest].concat();
    while path.len() > 1 && path.ends_with(b"/") {
        path.pop();
    }
    Ok(Resolved { dir, path })
}

/// Prefix and directory of an entry of the list.
fn entry(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'=', text).and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((dir, [])) => (b"/", dir),
        Some((prefix, dir)) => (prefix, dir),
        None => (b"/", text),
    }
}

/// What follows `prefix` in `uri`, if the prefix ends there at the end of a path segment.
fn below<'a>(uri: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let rest = uri.strip_prefix(prefix)?;
    let boundary = prefix.is_empty() || prefix.ends_with(b"/");
    (boundary || rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
}

/// True if a decoded path cannot leave the directory it is appended to: no NUL, and no component
/// that starts with two dots, neither with `/` nor with `\` as separator.
pub fn stays_below(rest: &[u8]) -> bool {
    let climbs = |window: &[u8]| matches!(window, [b'/' | b'\\', b'.', b'.']);
    !rest.contains(&0) && !rest.starts_with(b"..") && !rest.windows(3).any(climbs)
}

/// `uri` with its leading slashes made one, so that in a `Location` it is never taken for the name
/// of a host.
pub fn single_leading_slash(uri: &[u8]) -> &[u8] {
    let slashes = uri.iter().take_while(|&&b| b == b'/').count();
    uri.get(slashes.saturating_sub(1)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(uri: &str, root: &str) -> Result<String, PathError> {
        let resolved = resolve(uri.as_bytes(), root.as_bytes())?;
        Ok(String::from_utf8(resolved.path).unwrap())
    }

    /// ch03_49 and 51: which directory applies, and what is decoded.
    #[test]
    fn ch03_49_51_mapping() {
        let cases = [
            ("/", "site", "site"),
            ("/", "/", "/"),
            ("/a/b", "site", "site/a/b"),
            ("/a/b/", "site/", "site/a/b"),
            ("/a%20b+c", "site", "site/a b+c"),
            ("/\u{e9}", "site", "site/\u{e9}"),
            ("/img/a", "site,/img=pics", "pics//a"),
            ("/img", "site,/img=pics", "pics"),
            ("/img/a", "/img=pics,site", "site/img/a"),
            ("/img/a", "site,/img/=pics", "pics/a"),
            ("/imgs/a", "site,/img=pics", "site/imgs/a"),
            ("/a", "site=", "site/a"),
            ("/a", "site,/a=b=c", "b=c"),
            ("/~user", "site", "site/~user"),
            ("/a", "../x/..y", "../x/..y/a"),
            ("/.hidden", "site", "site/.hidden"),
        ];
        for (uri, root, expected) in cases {
            assert_eq!(path(uri, root).as_deref(), Ok(expected), "{uri} in {root}");
        }
    }

    /// ch03_48, 12.27 to 12.33: what is refused.
    #[test]
    fn ch03_48_refusals() {
        let long = "a".repeat(PATH_MAX);
        let fits = format!("/{}", "a".repeat(PATH_MAX - 6));
        let cases = [
            ("/a", "", PathError::NoMapping),
            ("/a", ",", PathError::NoMapping),
            ("/a", "=", PathError::NoMapping),
            ("/imgs/a", "/img=pics", PathError::NoMapping),
            ("*", "site", PathError::NoMapping),
            ("http://h/a", "site", PathError::NoMapping),
            ("", "site", PathError::NoMapping),
            ("/..", "site", PathError::Invalid),
            ("/../x", "site", PathError::Invalid),
            ("/a/..", "site", PathError::Invalid),
            ("/%2e%2e/x", "site", PathError::Invalid),
            ("/a%2f..%2fx", "site", PathError::Invalid),
            ("/a\\..\\x", "site", PathError::Invalid),
            ("/a%5c..", "site", PathError::Invalid),
            ("/..cache", "site", PathError::Invalid),
            ("/img/../x", "/img=pics", PathError::Invalid),
            ("/doc.pdf%00.png", "site", PathError::Invalid),
            ("/a%", "site", PathError::Invalid),
            ("/a%4g", "site", PathError::Invalid),
            (&format!("/{long}"), "site", PathError::TooLong),
            (&format!("{fits}b"), "site", PathError::TooLong),
            ("/a", &long, PathError::TooLong),
        ];
        for (uri, root, expected) in cases {
            assert_eq!(path(uri, root), Err(expected), "{uri} in {root}");
        }
        assert_eq!(path(&fits, "site").map(|path| path.len()), Ok(PATH_MAX - 1));
    }

    /// Hardening 12.40.
    #[test]
    fn ch03_12_40_redirects() {
        for (uri, expected) in [("//h/x", "/h/x"), ("/x//y", "/x//y"), ("///", "/"), ("", "")] {
            assert_eq!(single_leading_slash(uri.as_bytes()), expected.as_bytes());
        }
    }
}
