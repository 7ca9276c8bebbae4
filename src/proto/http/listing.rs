//! The page that lists a directory.

use core::fmt::Write as _;

use crate::text::percent::{Plus, decode, encode_to};

/// Largest page, in bytes: some 100,000 entries.
const MAX_PAGE: usize = 16 << 20;

/// What one row of the table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A file of this many bytes.
    File(u64),
}

/// A page under construction.
///
/// [`Listing::new`], then [`Listing::row`] for each entry, then [`Listing::finish`].
#[derive(Debug)]
pub struct Listing {
    page: Vec<u8>,
    /// Memory ran out, or the page has become too large.
    full: bool,
}

const STYLE: &str = "<style>body{font-family:sans-serif}td,th{text-align:left;padding:0 1em}\
td+td{text-align:right}</style>\n";

/// Sorts the rows in the browser. Column and order live in the fragment, as `sc=<col>&so=<1|-1>`.
const SCRIPT: &str = "<script>
(function () {
  var body = document.getElementById('tb');
  var links = document.querySelectorAll('th a');
  function key(row, col) {
    var cell = row.cells[col], number = cell.getAttribute('name');
    return number === null ? cell.textContent : Number(number);
  }
  function isDir(row) { return row.cells[2].getAttribute('name') === '-1'; }
  function sort(col, order) {
    Array.from(body.rows).sort(function (x, y) {
      if (isDir(x) !== isDir(y)) return isDir(x) ? -1 : 1;
      var a = key(x, col), b = key(y, col);
      return a < b ? -order : a > b ? order : 0;
    }).forEach(function (row) { body.appendChild(row); });
  }
  function state() {
    var found = /sc=([012])&so=(-?1)/.exec(location.hash);
    return found ? [Number(found[1]), Number(found[2])] : [2, 1];
  }
  links.forEach(function (link) {
    link.onclick = function (event) {
      var col = Number(link.rel), now = state();
      var order = now[0] === col ? -now[1] : 1;
      event.preventDefault();
      location.hash = 'sc=' + col + '&so=' + order;
      sort(col, order);
    };
  });
  sort.apply(null, state());
})();
</script>
";

const FIRST_ROW: &str =
    "  <tr><td><a href=\"..\">..</a></td><td name=-1></td><td name=-1>[DIR]</td></tr>\n";

impl Listing {
    /// Starts the page of the directory that `uri` names, shown decoded if it can be decoded.
    pub fn new(uri: &[u8]) -> Self {
        let decoded = decode(uri, Plus::Literal);
        let uri = decoded.as_deref().unwrap_or(uri);
        let mut listing = Self { page: Vec::new(), full: false };
        listing.text("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Index of ");
        listing.escaped(uri);
        listing.text("</title>\n");
        listing.text(STYLE);
        listing.text("</head><body><h1>Index of ");
        listing.escaped(uri);
        listing.text("</h1>\n<table><thead><tr>");
        for (col, name) in ["Name", "Modified", "Size"].into_iter().enumerate() {
            listing.format(format_args!("<th><a href=\"#\" rel=\"{col}\">{name}</a></th>"));
        }
        listing.text("</tr></thead>\n<tbody id=\"tb\">\n");
        listing.text(FIRST_ROW);
        listing
    }

    /// Adds the entry `name`; `mtime` is in seconds since the epoch.
    ///
    /// False when the page cannot take it: stop listing then.
    pub fn row(&mut self, name: &[u8], kind: Kind, mtime: i64) -> bool {
        if self.full || self.page.len() >= MAX_PAGE {
            return false;
        }
        let slash = if kind == Kind::Directory { "/" } else { "" };
        self.text("  <tr><td><a href=\"");
        self.full |= !encode_to(&mut self.page, name);
        self.format(format_args!("{slash}\">"));
        self.escaped(name);
        // C shows the time as unsigned.
        let mtime = mtime.cast_unsigned();
        self.format(format_args!("{slash}</a></td><td name={mtime}>{mtime}</td>"));
        match kind {
            Kind::Directory => self.text("<td name=-1>[DIR]</td></tr>\n"),
            Kind::File(size) => self.format(format_args!("<td name={size}>{size}</td></tr>\n")),
        }
        !self.full
    }

    /// The whole response, head and page; `None` if memory ran out.
    ///
    /// `extra_headers` are header lines, each with its CRLF, or nothing.
    pub fn finish(mut self, extra_headers: &[u8]) -> Option<Vec<u8>> {
        self.text("</tbody></table>\n<hr><address>Meerkat, for Mongoose v.7.22</address>\n");
        self.text(SCRIPT);
        self.text("</body></html>\n");
        let mut response = Self { page: Vec::new(), full: self.full };
        response.text("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n");
        response.bytes(extra_headers);
        response.format(format_args!("Content-Length: {:<8}\r\n\r\n", self.page.len()));
        response.bytes(&self.page);
        (!response.full).then_some(response.page)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.page.try_reserve(bytes.len()).is_err() {
            self.full = true;
        } else {
            self.page.extend_from_slice(bytes);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn format(&mut self, text: core::fmt::Arguments<'_>) {
        self.full |= self.write_fmt(text).is_err();
    }

    /// Adds text with the characters that mean something in HTML replaced.
    fn escaped(&mut self, text: &[u8]) {
        for piece in text.split_inclusive(|b| b"&<>\"".contains(b)) {
            let (last, entity) = match piece.last() {
                Some(b'&') => (1, "&amp;"),
                Some(b'<') => (1, "&lt;"),
                Some(b'>') => (1, "&gt;"),
                Some(b'"') => (1, "&quot;"),
                _ => (0, ""),
            };
            self.bytes(piece.get(..piece.len() - last).unwrap_or_default());
            self.text(entity);
        }
    }
}

impl core::fmt::Write for Listing {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.text(text);
        if self.full { Err(core::fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_47 and 12.41: title, rows, escapes, headers and length.
    #[test]
    fn ch03_47_listing() {
        let mut listing = Listing::new(b"/a%20%3Cb%3E/");
        assert!(listing.row(b"x & \"y\".txt", Kind::File(12), 1_700_000_000));
        assert!(listing.row(b"d<", Kind::Directory, -1));
        let response = String::from_utf8(listing.finish(b"X-A: 1\r\n").unwrap()).unwrap();
        let (head, page) = response.split_once("\r\n\r\n").unwrap();
        let length = format!("Content-Length: {:<8}", page.len());
        assert_eq!(
            head.split("\r\n").collect::<Vec<_>>(),
            ["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", "X-A: 1", &length]
        );
        for part in [
            "<title>Index of /a &lt;b&gt;/<",
            "<h1>Index of /a &lt;b&gt;/<",
            "<a href=\"#\" rel=\"2\">Size</a>",
            "id=\"tb\"",
            "\n  <tr><td><a href=\"..\">..</a></td><td name=-1></td><td name=-1>[DIR]</td></tr>\n",
            "\n  <tr><td><a href=\"x%20%26%20%22y%22.txt\">x &amp; &quot;y&quot;.txt</a></td>\
             <td name=1700000000>1700000000</td><td name=12>12</td></tr>\n",
            "\n  <tr><td><a href=\"d%3c/\">d&lt;/</a></td><td name=18446744073709551615>\
             18446744073709551615</td><td name=-1>[DIR]</td></tr>\n",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(response.contains(">Index of /a &lt;b&gt;/<"));
    }

    /// A target that cannot be decoded is shown as it came.
    #[test]
    fn ch03_47_undecodable_title() {
        let page = Listing::new(b"/%zz/").finish(b"").unwrap();
        assert!(memchr::memmem::find(&page, b">Index of /%zz/<").is_some());
    }

    /// Hardening 12.41: a page does not grow for ever.
    #[test]
    fn ch03_12_41_bounded() {
        let mut listing = Listing::new(b"/");
        let name = [b'a'; 4096];
        let rows = (0..100_000).take_while(|_| listing.row(&name, Kind::File(0), 0)).count();
        assert!((1_000..10_000).contains(&rows), "{rows}");
        assert!(listing.finish(b"").unwrap().len() < MAX_PAGE + 65_536);
    }
}
