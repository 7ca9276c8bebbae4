//! Parts of a `multipart/form-data` body (RFC 7578, RFC 2046 §5.1).
//!
//! The boundary is read from the body itself, so the `Content-Type` need not be at hand.

use core::ops::Range;

use super::header_var;

const CRLF: &[u8] = b"\r\n";

/// One part: offsets into the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `name` of the form field.
    pub name: Option<Range<usize>>,
    /// `filename` as the client says; nothing has been done to make it harmless.
    pub filename: Option<Range<usize>>,
    /// Content.
    pub body: Range<usize>,
    /// Offset of the boundary line that ends this part: where to look for the next one.
    pub next: usize,
}

/// The part whose leading boundary line is at `ofs`; `None` at the closing line or if the part is
/// not complete.
pub fn next_part(body: &[u8], ofs: usize) -> Option<Part> {
    let line_end = find(body, CRLF, ofs.checked_add(1)?)?;
    let boundary = body.get(..line_end.checked_sub(ofs)?)?;
    let mut part = Part { name: None, filename: None, body: 0..0, next: 0 };
    let mut at = line_end + CRLF.len();
    loop {
        let end = find(body, CRLF, at)?;
        let line = body.get(at..end)?;
        let start = at;
        at = end + CRLF.len();
        if line.is_empty() {
            break;
        }
        note_disposition(&mut part, line, start);
    }
    let end = part_end(body, at, boundary)?;
    part.body = at..end;
    part.next = end + CRLF.len();
    Some(part)
}

/// Takes `name` and `filename` from a `Content-Disposition` line that starts at offset `start`.
fn note_disposition(part: &mut Part, line: &[u8], start: usize) {
    const FIELD: &[u8] = b"Content-Disposition:";
    if !line.get(..FIELD.len()).is_some_and(|name| name.eq_ignore_ascii_case(FIELD)) {
        return;
    }
    let value_at = line.len().min(FIELD.len() + 1);
    let value = line.get(value_at..).unwrap_or_default();
    let variable = |name: &[u8]| {
        let found = header_var::find(value, name)?;
        let ofs = start + value_at + offset_in(value, found);
        Some(ofs..ofs + found.len())
    };
    part.name = variable(b"name");
    part.filename = variable(b"filename");
}

/// Offset of `inner`, which is a slice of `outer`.
fn offset_in(outer: &[u8], inner: &[u8]) -> usize {
    inner.as_ptr().addr().wrapping_sub(outer.as_ptr().addr())
}

/// Offset of the CRLF in front of the next boundary line, at or behind `from`.
///
/// CRLF, `--` or the end of the body must follow the boundary, or it is content.
fn part_end(body: &[u8], from: usize, boundary: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        let end = find(body, CRLF, at)?;
        let line = body.get(end + CRLF.len()..)?;
        match line.strip_prefix(boundary) {
            Some([] | [b'\r', b'\n', ..] | [b'-', b'-', ..]) => return Some(end),
            _ => at = end + 1,
        }
    }
}

/// Offset of the first `needle` in `text` at or behind `from`.
fn find(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    Some(from + memchr::memmem::find(text.get(from..)?, needle)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, file name and content of each part.
    fn parts(body: &[u8]) -> Vec<(Option<&str>, Option<&str>, &[u8])> {
        let mut all = Vec::new();
        let mut ofs = 0;
        while let Some(part) = next_part(body, ofs) {
            let text = |r: Option<Range<usize>>| r.map(|r| core::str::from_utf8(&body[r]).unwrap());
            all.push((text(part.name), text(part.filename), &body[part.body]));
            assert!(part.next > ofs);
            ofs = part.next;
        }
        all
    }

    /// ch03_55: data with CRLF, with and without file name, nothing at all.
    #[test]
    fn ch03_55_parts() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\ny\r\n\
            --b\r\ncontent-disposition: form-data; filename=\"f\"; name=\"n\"\r\nX: y\r\n\r\n\r\n--b--\r\n";
        let expected = [(Some("a"), None, &b"x\r\ny"[..]), (Some("n"), Some("f"), b"")];
        assert_eq!(parts(body), expected);
        assert_eq!(parts(b""), []);
        assert_eq!(next_part(body, body.len()), None);
        assert_eq!(next_part(body, usize::MAX), None);
    }

    /// Hardening 12.52: the end of a part must be there, and must be the boundary.
    #[test]
    fn ch03_12_52_boundaries() {
        assert_eq!(parts(b"--b\r\n\r\nx\r\n--b"), [(None, None, &b"x"[..])]);
        assert_eq!(parts(b"--b\r\n\r\nx\r\n--bc\r\n--b--"), [(None, None, &b"x\r\n--bc"[..])]);
        for cut in
            [&b"--b\r\n\r\nx\r\n--"[..], b"--b\r\n\r\nxyz", b"--b\r\n\r\nx\r\n--b-", b"--b\r\nA"]
        {
            assert_eq!(parts(cut), [], "{cut:?}");
        }
    }
}
