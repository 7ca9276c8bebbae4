//! Content types by file-name extension.

/// What is said of files that nothing else is known about.
pub const DEFAULT: &[u8] = b"text/plain; charset=utf-8";

/// Extension and content type.
const TYPES: &[(&[u8], &[u8])] = &[
    (b"html", b"text/html; charset=utf-8"),
    (b"htm", b"text/html; charset=utf-8"),
    (b"shtml", b"text/html; charset=utf-8"),
    (b"css", b"text/css; charset=utf-8"),
    (b"js", b"text/javascript; charset=utf-8"),
    (b"mjs", b"text/javascript; charset=utf-8"),
    (b"txt", DEFAULT),
    (b"gif", b"image/gif"),
    (b"png", b"image/png"),
    (b"jpg", b"image/jpeg"),
    (b"jpeg", b"image/jpeg"),
    (b"svg", b"image/svg+xml"),
    (b"webp", b"image/webp"),
    (b"ico", b"image/x-icon"),
    (b"woff", b"font/woff"),
    (b"ttf", b"font/ttf"),
    (b"avi", b"video/x-msvideo"),
    (b"mov", b"video/quicktime"),
    (b"mp4", b"video/mp4"),
    (b"mpeg", b"video/mpeg"),
    (b"3gp", b"video/3gpp"),
    (b"mp3", b"audio/mpeg"),
    (b"wav", b"audio/wav"),
    (b"csv", b"text/csv"),
    (b"doc", b"application/msword"),
    (b"pdf", b"application/pdf"),
    (b"json", b"application/json"),
    (b"exe", b"application/octet-stream"),
    (b"gz", b"application/gzip"),
    (b"tgz", b"application/tar-gz"),
    (b"zip", b"application/zip"),
];

/// Content type of the file `path`.
///
/// `user` is the program's own list, `ext=type,ext=type`, empty for none: the first entry that fits
/// wins, `*` fits everything. Then comes the built-in table. Extensions compare exactly.
pub fn content_type<'a>(path: &[u8], user: &'a [u8]) -> &'a [u8] {
    let ext = memchr::memrchr(b'.', path).and_then(|dot| path.get(dot + 1..)).unwrap_or(path);
    let own = user.split(|&b| b == b',').filter(|entry| !entry.is_empty()).find_map(|entry| {
        let (key, content_type) = match memchr::memchr(b'=', entry) {
            Some(at) => (entry.get(..at)?, entry.get(at + 1..)?),
            None => (entry, &[][..]),
        };
        (key == b"*" || key == ext).then_some(content_type)
    });
    own.or_else(|| TYPES.iter().find(|(known, _)| *known == ext).map(|&(_, found)| found))
        .unwrap_or(DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::content_type;

    /// ch03_44: override by extension, by `*`, and their order.
    #[test]
    fn ch03_44_content_types() {
        let cases = [
            ("a.html", "", "text/html; charset=utf-8"),
            ("a.HTML", "", "text/plain; charset=utf-8"),
            ("d.x/png", "", "text/plain; charset=utf-8"),
            ("png", "", "image/png"),
            ("a.tar.gz", "", "application/gzip"),
            ("a.", "", "text/plain; charset=utf-8"),
            ("a.b", "b=x/y,c=d/e;f=g", "x/y"),
            ("a.c", "b=x/y,c=d/e;f=g", "d/e;f=g"),
            ("a.png", "png=own/png", "own/png"),
            ("a.png", "*=all,png=own/png", "all"),
            ("a.png", "png=own/png,*=all", "own/png"),
            ("a.gif", "png=own/png,*=all", "all"),
            ("a.b", "b", ""),
            ("a.b", " b=x", "text/plain; charset=utf-8"),
        ];
        for (path, user, expected) in cases {
            let got = content_type(path.as_bytes(), user.as_bytes());
            assert_eq!(got, expected.as_bytes(), "{path} with {user}");
        }
    }
}
