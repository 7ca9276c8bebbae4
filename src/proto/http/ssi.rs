//! Server-side includes: `<!--#include file="x" -->` and `<!--#include virtual="x" -->`.

use super::mapping::stays_below;
use crate::options::MG_MAX_SSI_DEPTH;

/// Longest directive, from `<` to `>`, in bytes; a longer one is plain text.
const MAX_DIRECTIVE: usize = 1023;

/// Most includes that one page may contain, at all levels together.
const MAX_INCLUDES: usize = 1000;

/// Most bytes that one page may expand to.
const MAX_OUTPUT: usize = 8 << 20;

/// Where the files come from.
pub trait Loader {
    /// Content of the file `path`; `None` if it cannot be read or is longer than `limit` bytes.
    fn load(&mut self, path: &[u8], limit: usize) -> Option<Vec<u8>>;
}

/// Expands the file `fullpath`; `None` if it cannot be loaded or memory runs out.
///
/// `file` is relative to the including file, `virtual` is appended to `root` as it stands. What
/// cannot be included vanishes: missing files, paths that climb, too deep, too many, too much.
/// Directives other than these two are left alone. The result ends at its first NUL, as C text.
pub fn expand(root: &[u8], fullpath: &[u8], loader: &mut impl Loader) -> Option<Vec<u8>> {
    let mut page = Page { root, loader, out: Vec::new(), includes: 0 };
    page.file(fullpath, 0)?;
    let mut out = page.out;
    out.truncate(memchr::memchr(0, &out).unwrap_or(out.len()));
    Some(out)
}

struct Page<'a, L> {
    root: &'a [u8],
    loader: &'a mut L,
    out: Vec<u8>,
    includes: usize,
}

impl<L: Loader> Page<'_, L> {
    /// Adds the expansion of the file `path`, included at this level; `None` if it is not there.
    fn file(&mut self, path: &[u8], level: usize) -> Option<()> {
        let text = self.loader.load(path, MAX_OUTPUT.saturating_sub(self.out.len()))?;
        // Pieces start at each `<`, so that a directive that contains another `<` is none.
        let mut rest = &text[..];
        while !rest.is_empty() {
            let next = memchr::memchr(b'<', rest.get(1..)?).map_or(rest.len(), |at| at + 1);
            let (piece, after) = rest.split_at_checked(next)?;
            rest = after;
            match Include::parse(piece) {
                Some((include, tail)) => {
                    self.include(include, path, level);
                    self.text(tail)?;
                }
                None => self.text(piece)?,
            }
        }
        Some(())
    }

    fn include(&mut self, include: Include<'_>, from: &[u8], level: usize) {
        if level >= MG_MAX_SSI_DEPTH || self.includes >= MAX_INCLUDES {
            return;
        }
        let (base, name) = match include {
            Include::File(name) => (directory(from), name),
            Include::Virtual(name) => (self.root, name),
        };
        if stays_below(name) && !(base.is_empty() && name.starts_with(b"~")) {
            self.includes += 1;
            // A file that is not there vanishes.
            let _ = self.file(&[base, name].concat(), level + 1);
        }
    }

    fn text(&mut self, text: &[u8]) -> Option<()> {
        let room = MAX_OUTPUT.saturating_sub(self.out.len());
        let text = text.get(..room).unwrap_or(text);
        self.out.try_reserve(text.len()).ok()?;
        self.out.extend_from_slice(text);
        Some(())
    }
}

/// `path` up to and including its last slash.
fn directory(path: &[u8]) -> &[u8] {
    let len = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    path.get(..len).unwrap_or_default()
}

/// An include directive and the name in it.
#[derive(Debug, PartialEq, Eq)]
enum Include<'a> {
    File(&'a [u8]),
    Virtual(&'a [u8]),
}

impl<'a> Include<'a> {
    /// The directive at the start of `piece`, and what follows it.
    fn parse(piece: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let inside = piece.strip_prefix(b"<!--#include")?;
        let end = memchr::memmem::find(piece, b"-->")? + 3;
        if end > MAX_DIRECTIVE {
            return None;
        }
        let (directive, tail) = piece.split_at_checked(end)?;
        let inside = inside.get(..directive.len().checked_sub(piece.len() - inside.len())?)?;
        let blanks = inside.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0x0b).count();
        let inside = inside.get(blanks..)?;
        let name = |keyword: &[u8]| {
            let value = inside.strip_prefix(keyword)?;
            value.get(..memchr::memchr(b'"', value)?).filter(|name| !name.is_empty())
        };
        let include = match name(b"file=\"") {
            Some(name) => Self::File(name),
            None => Self::Virtual(name(b"virtual=\"")?),
        };
        Some((include, tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files by path, and how often one was loaded.
    struct Files(Vec<(&'static str, String)>, usize);

    impl Loader for Files {
        fn load(&mut self, path: &[u8], limit: usize) -> Option<Vec<u8>> {
            self.1 += 1;
            let file = self.0.iter().find(|(name, _)| name.as_bytes() == path)?;
            Some(file.1.clone().into_bytes()).filter(|text| text.len() <= limit)
        }
    }

    fn page(text: &str) -> Option<String> {
        let mut files = Files(
            vec![
                ("www/a/top", text.to_string()),
                ("www/a/b/one", "1<!--#include file=\"two\" -->".to_string()),
                ("www/a/b/two", "2".to_string()),
                ("www/two", "root".to_string()),
                ("www/empty", String::new()),
            ],
            0,
        );
        expand(b"www", b"www/a/top", &mut files).map(|out| String::from_utf8(out).unwrap())
    }

    /// ch03_56: the directives.
    #[test]
    fn ch03_56_directives() {
        let long_name = "x".repeat(MAX_DIRECTIVE);
        let long = format!("<!--#include file=\"{long_name}\" -->");
        let cases = [
            ("x<!--#include file=\"b/one\" -->y", "x12y"),
            ("<!--#include virtual=\"/two\" -->", "root"),
            ("<!--#include\n  file=\"b/two\"junk-->", "2"),
            ("<!--#includefile=\"b/two\"-->", "2"),
            ("<p><!-- c --><!--#include file=\"b/two\" --></p>", "<p><!-- c -->2</p>"),
            ("<!--#include file=\"none\" -->|", "|"),
            ("<!--#include virtual=\"/empty\" -->|", "|"),
            ("<!--#include file=\"../two\" -->|", "|"),
            ("<!--#include virtual=\"/../x\" -->|", "|"),
            ("<!--#include file=\"\" -->", "<!--#include file=\"\" -->"),
            ("<!--#include file = \"b/two\" -->", "<!--#include file = \"b/two\" -->"),
            ("<!--#INCLUDE file=\"b/two\" -->", "<!--#INCLUDE file=\"b/two\" -->"),
            ("<!--#echo var=\"X\" -->", "<!--#echo var=\"X\" -->"),
            ("<!--#include file=\"b/two\" ", "<!--#include file=\"b/two\" "),
            ("<!--#include file=\"b/<two\" -->", "<!--#include file=\"b/<two\" -->"),
            ("<!--#include file=\"b/two-->\" -->", "<!--#include file=\"b/two-->\" -->"),
            ("<<!--#include file=\"b/two\" -->", "<2"),
            ("a\0b", "a"),
            ("", ""),
            (&long, &long),
        ];
        for (text, expected) in cases {
            assert_eq!(page(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(expand(b"www", b"www/none", &mut Files(Vec::new(), 0)), None);
    }

    /// ch03_56: five levels of includes below the top.
    #[test]
    fn ch03_56_depth() {
        let nested = page("s<!--#include file=\"top\" -->").unwrap();
        assert_eq!(nested, "s".repeat(MG_MAX_SSI_DEPTH + 1));
    }

    /// Hardening 12.54: neither reads nor output explode.
    #[test]
    fn ch03_12_54_bounds() {
        let many = "x<!--#include file=\"top\" -->".repeat(40);
        let mut files = Files(vec![("top", many)], 0);
        assert!(expand(b"", b"top", &mut files).is_some());
        assert_eq!(files.1, MAX_INCLUDES + 1);
        let big = "y".repeat(1 << 20) + &"<!--#include file=\"big\" -->".repeat(5);
        let mut files = Files(vec![("big", big)], 0);
        assert!(expand(b"", b"big", &mut files).unwrap().len() <= MAX_OUTPUT);
    }
}
