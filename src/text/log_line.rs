//! Layout of log lines: the 40-character prefix, and hex dumps.

use super::digits::hex_digit;
use super::fmt::{Args, Sink, format};

/// Length of the prefix.
pub const PREFIX_LEN: usize = 40;

/// The prefix: uptime in hex, level, base name of the file, line, function, cut to 39 characters
/// and padded with blanks to 40.
pub fn prefix(
    now_ms: u64,
    level: i32,
    file: &[u8],
    line: i32,
    function: &[u8],
) -> [u8; PREFIX_LEN] {
    let mut out = Padded { text: [b' '; PREFIX_LEN], len: 0 };
    let name = base_name(file);
    let mut args =
        PrefixArgs { now_ms, ints: [level, line].into_iter(), texts: [name, function].into_iter() };
    format(&mut out, b"%-6llx %d %s:%d:%s", &mut args);
    out.text
}

/// What follows the last `/`, or the last backslash if there is no `/`.
fn base_name(path: &[u8]) -> &[u8] {
    let at = memchr::memrchr(b'/', path).or_else(|| memchr::memrchr(b'\\', path));
    at.and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

struct Padded {
    text: [u8; PREFIX_LEN],
    len: usize,
}

impl Sink for Padded {
    fn put(&mut self, bytes: &[u8]) {
        for &b in bytes {
            if self.len < PREFIX_LEN - 1 {
                self.text[self.len] = b;
                self.len += 1;
            }
        }
    }
}

struct PrefixArgs<'a> {
    now_ms: u64,
    ints: core::array::IntoIter<i32, 2>,
    texts: core::array::IntoIter<&'a [u8], 2>,
}

impl Args for PrefixArgs<'_> {
    fn int(&mut self) -> i32 {
        self.ints.next().unwrap_or(0)
    }
    fn long(&mut self) -> i64 {
        0
    }
    fn llong(&mut self) -> i64 {
        self.now_ms as i64
    }
    fn double(&mut self) -> f64 {
        0.0
    }
    fn text(&mut self, _: Option<usize>) -> &[u8] {
        self.texts.next().unwrap_or_default()
    }
    fn custom(&mut self, _: &mut dyn Sink) -> usize {
        0
    }
}

/// Characters of a dump line: offset and blanks, 16 hex columns, gap, 16 characters, CR LF.
const LINE_LEN: usize = 7 + 16 * 3 + 2 + 16 + 2;
const ASCII_AT: usize = 7 + 16 * 3 + 2;

/// Hands each line of the dump, with its CR LF, to `put`. No data gives one blank line.
pub fn hexdump(data: &[u8], mut put: impl FnMut(&[u8])) {
    if data.is_empty() {
        put(&[b' '; 66]);
        put(b"\r\n");
        return;
    }
    for (row, bytes) in data.chunks(16).enumerate() {
        let mut line = [b' '; LINE_LEN];
        for (i, place) in line.iter_mut().take(4).enumerate() {
            *place = hex_digit(((row * 16) >> (12 - 4 * i)) as u8);
        }
        for (i, &b) in bytes.iter().enumerate() {
            line[7 + 3 * i] = hex_digit(b >> 4);
            line[8 + 3 * i] = hex_digit(b);
            line[ASCII_AT + i] = if (0x20..=0x7e).contains(&b) { b } else { b'.' };
        }
        line[LINE_LEN - 2..].copy_from_slice(b"\r\n");
        put(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch02_59_prefix() {
        let line = |now, file: &str, function: &str| {
            String::from_utf8(prefix(now, 2, file.as_bytes(), 4, function.as_bytes()).to_vec())
                .unwrap()
        };
        assert_eq!(line(0x1f8bf7, "a/b/p7.c", "F1"), format!("{:40}", "1f8bf7 2 p7.c:4:F1"));
        assert_eq!(line(1, "a\\p7.c", ""), format!("{:40}", "1      2 p7.c:4:"));
        assert_eq!(line(1, "a/b\\c.c", "f"), format!("{:40}", "1      2 b\\c.c:4:f"));
        assert_eq!(line(1, "x.c", &"f".repeat(99)), format!("1      2 x.c:4:{} ", "f".repeat(24)));
    }

    #[test]
    fn ch02_60_hexdump() {
        let dump = |data: &[u8]| {
            let mut out = Vec::new();
            hexdump(data, |line| out.extend_from_slice(line));
            String::from_utf8(out).unwrap()
        };
        assert_eq!(dump(b""), " ".repeat(66) + "\r\n");
        let want =
            format!("0000   61 62 00 7e 7f 20 {}  ab.~. {}\r\n", " ".repeat(30), " ".repeat(10));
        assert_eq!(dump(b"ab\0~\x7f "), want);
        let lines = dump(&[b'x'; 33]);
        let starts: Vec<_> = lines.lines().map(|l| &l[..7]).collect();
        assert_eq!(starts, ["0000   ", "0010   ", "0020   "]);
        assert!(lines.split_inclusive("\r\n").all(|l| l.len() == 75));
    }
}
