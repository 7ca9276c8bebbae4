//! JSON, as lookups by path in a text that is scanned from its start and never changed.
//!
//! The grammar is RFC 8259's with what Mongoose tolerates: trailing commas, raw control characters
//! in strings, any backslash sequence, numbers such as `01` or `1.`. The scan stops as soon as the
//! answer is known; what follows is not looked at.

use core::ops::Range;

use super::search::{Block, position};

/// Deepest nesting of objects and arrays.
pub const MAX_DEPTH: u32 = 30;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An object or array is nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The text is malformed in front of the answer, or the path does not start with `$`.
    Invalid,
    /// There is nothing at the path, or the text ends too early.
    NotFound,
}

/// The place in `json` of the token at `path`: `$`, `.name` and `[index]`. Strings include their
/// quotes; names are compared with the raw text between the quotes.
pub fn get(json: &[u8], path: &[u8]) -> Result<Range<usize>, Error> {
    let Some((b'$', mut path)) = path.split_first() else {
        return Err(Error::Invalid);
    };
    let mut scan = Scan::at(json, 0);
    loop {
        let c = scan.token()?;
        match (path, c) {
            ([], _) => {
                let start = scan.pos;
                scan.value()?;
                return Ok(start..scan.pos);
            }
            ([b'.', name @ ..], b'{') => path = scan.enter_object(name)?,
            ([b'[', index @ ..], b'[') => path = scan.enter_array(index)?,
            _ => return Err(scan.nothing_here()),
        }
    }
}

/// A reader of JSON text.
struct Scan<'a> {
    text: &'a [u8],
    pos: usize,
    /// Open objects and arrays.
    depth: u32,
    /// One bit per open one, the innermost lowest: 1 = object.
    objects: u32,
}

/// What a scan expects next.
enum State {
    Value,
    /// A key, or a value in an array, or the closing bracket.
    Entry,
    /// A comma or the closing bracket.
    After,
}

impl<'a> Scan<'a> {
    fn at(text: &'a [u8], pos: usize) -> Scan<'a> {
        Scan { text, pos, depth: 0, objects: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.pos..).unwrap_or_default()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.pos) {
            self.pos += 1;
        }
    }

    /// The first byte of the next token.
    #[inline]
    fn token(&mut self) -> Result<u8, Error> {
        self.skip_blanks();
        self.text.get(self.pos).copied().ok_or(Error::NotFound)
    }

    fn expect(&mut self, c: u8) -> Result<(), Error> {
        if self.token()? != c {
            return Err(Error::Invalid);
        }
        self.pos += 1;
        Ok(())
    }

    fn open(&mut self, c: u8) -> Result<(), Error> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        self.depth += 1;
        self.objects = self.objects << 1 | u32::from(c == b'{');
        self.pos += 1;
        Ok(())
    }

    /// Consumes `c` if it closes the innermost object or array.
    fn close(&mut self, c: u8) -> bool {
        let closing = if self.in_object() { b'}' } else { b']' };
        if c != closing {
            return false;
        }
        self.pos += 1;
        self.depth -= 1;
        self.objects >>= 1;
        true
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    /// Skips one value with all it contains.
    fn value(&mut self) -> Result<(), Error> {
        self.skip(State::Value, self.depth)
    }

    /// Why the value ahead, which is of the wrong kind for the path, is no answer: the text up to
    /// the end of what the path has entered decides between malformed and not found.
    fn nothing_here(&mut self) -> Error {
        let end = self.value().and_then(|()| match self.depth {
            0 => self.token().and(Err(Error::Invalid)),
            depth => self.skip(State::After, depth - 1),
        });
        end.err().unwrap_or(Error::NotFound)
    }

    /// Goes on until a value is complete at nesting depth `outside`.
    fn skip(&mut self, mut state: State, outside: u32) -> Result<(), Error> {
        loop {
            if matches!(state, State::After) && self.depth == outside {
                return Ok(());
            }
            let c = self.token()?;
            state = match state {
                State::Value if matches!(c, b'{' | b'[') => {
                    self.open(c)?;
                    State::Entry
                }
                State::Value => {
                    self.scalar(c)?;
                    State::After
                }
                State::Entry if self.close(c) => State::After,
                State::Entry => {
                    if self.in_object() {
                        self.key()?;
                    }
                    State::Value
                }
                State::After if c == b',' => {
                    self.pos += 1;
                    State::Entry
                }
                State::After if self.close(c) => State::After,
                State::After => return Err(Error::Invalid),
            };
        }
    }

    /// A key and its colon; returns the raw text between the quotes.
    fn key(&mut self) -> Result<&'a [u8], Error> {
        if self.token()? != b'"' {
            return Err(Error::Invalid);
        }
        let start = self.pos + 1;
        self.string()?;
        let key = self.text.get(start..self.pos - 1).unwrap_or_default();
        self.expect(b':')?;
        Ok(key)
    }

    fn scalar(&mut self, c: u8) -> Result<(), Error> {
        match c {
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => self.pos += number_len(self.rest()),
            _ => match self.rest() {
                [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => self.pos += 4,
                [b'f', b'a', b'l', b's', b'e', ..] => self.pos += 5,
                _ => return Err(Error::Invalid),
            },
        }
        Ok(())
    }

    /// Skips a string with its quotes.
    fn string(&mut self) -> Result<(), Error> {
        let mut from = self.pos + 1;
        let stops = |block: Block| block.is(b'"') | block.is(b'\\') | block.is(0);
        while let Some(at) = position(self.text, from, stops) {
            match self.text.get(at) {
                Some(b'"') => {
                    self.pos = at + 1;
                    return Ok(());
                }
                Some(b'\\') => from = at + 2,
                _ => break,
            }
        }
        Err(Error::Invalid)
    }

    /// Enters an object and stops at the value whose key starts `path`; returns the path behind it.
    fn enter_object<'p>(&mut self, path: &'p [u8]) -> Result<&'p [u8], Error> {
        self.open(b'{')?;
        loop {
            let c = self.token()?;
            if self.close(c) {
                return Err(Error::NotFound);
            }
            let key = self.key()?;
            match path.strip_prefix(key) {
                // A path that ends in a dot takes the first member there is.
                _ if path.is_empty() => return Ok(path),
                Some(rest @ ([] | [b'.' | b'[', ..])) if !key.is_empty() => return Ok(rest),
                _ => (),
            }
            self.value()?;
            self.comma()?;
        }
    }

    /// Enters an array and stops at the element that `path` starts with; returns the path behind it.
    fn enter_array<'p>(&mut self, path: &'p [u8]) -> Result<&'p [u8], Error> {
        let end = memchr::memchr(b']', path).unwrap_or(path.len());
        let (digits, rest) = path.split_at(end);
        let wanted = index(digits);
        self.open(b'[')?;
        for i in 0usize.. {
            let c = self.token()?;
            if self.close(c) {
                break;
            }
            if wanted == Some(i) {
                return Ok(rest.get(1..).unwrap_or_default());
            }
            self.value()?;
            self.comma()?;
        }
        Err(Error::NotFound)
    }

    /// A comma, or else the end of the object or array, which is not consumed.
    fn comma(&mut self) -> Result<(), Error> {
        let closing = if self.in_object() { b'}' } else { b']' };
        match self.token()? {
            b',' => {
                self.pos += 1;
                Ok(())
            }
            c if c == closing => Ok(()),
            _ => Err(Error::Invalid),
        }
    }
}

/// Value of the index digits of a path; none mean 0. `None` for anything but digits.
fn index(digits: &[u8]) -> Option<usize> {
    digits.iter().try_fold(0usize, |n, &c| {
        let digit = char::from(c).to_digit(10)?;
        Some(n.saturating_mul(10).saturating_add(digit as usize))
    })
}

/// Exponents are read until they reach this value.
const MAX_EXPONENT: i32 = 308;

/// The parts of a number token: mantissa with sign, exponent with sign, length of all.
fn number(s: &[u8]) -> (&[u8], i32, usize) {
    let digits = |from: usize| {
        s.get(from..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let mut at = usize::from(s.first() == Some(&b'-'));
    at += digits(at);
    if s.get(at) == Some(&b'.') {
        at += 1;
        at += digits(at);
    }
    let mantissa = s.get(..at).unwrap_or_default();
    if !matches!(s.get(at), Some(b'e' | b'E')) {
        return (mantissa, 0, at);
    }
    at += 1;
    let negative = s.get(at) == Some(&b'-');
    at += usize::from(negative);
    at += usize::from(s.get(at) == Some(&b'+'));
    let mut exponent = 0;
    while let (Some(c @ b'0'..=b'9'), true) = (s.get(at), exponent < MAX_EXPONENT) {
        exponent = exponent * 10 + i32::from(c - b'0');
        at += 1;
    }
    (mantissa, if negative { -exponent } else { exponent }, at)
}

fn number_len(s: &[u8]) -> usize {
    number(s).2
}

/// Value of a number token. Exponents beyond 308 act as 308. `None` if it is no number.
pub fn to_double(token: &[u8]) -> Option<f64> {
    if !matches!(token.first(), Some(b'-' | b'0'..=b'9')) {
        return None;
    }
    let (mantissa, exponent, len) = number(token);
    let text = |s| core::str::from_utf8(s).ok();
    // A mantissa without digits, as in `-`, is zero with that sign.
    if !mantissa.iter().any(u8::is_ascii_digit) {
        return Some(-0.0);
    }
    // The usual forms are rounded correctly in one go; the odd ones (`1e`, `1e-+5`, `1e400`) are
    // scaled.
    if exponent.abs() <= MAX_EXPONENT
        && let Some(value) = text(token.get(..len)?).and_then(|s| s.parse().ok())
    {
        return Some(value);
    }
    let value: f64 = text(mantissa)?.parse().ok()?;
    let power = if exponent.abs() >= MAX_EXPONENT { 1e308 } else { 10f64.powi(exponent.abs()) };
    Some(if exponent < 0 { value / power } else { value * power })
}

/// The text between the quotes of a string token.
pub fn string_content(token: &[u8]) -> Option<&[u8]> {
    token.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Decodes the text between the quotes into `out`, with a NUL behind it, and returns the length.
///
/// 0 if it does not fit (what fits is stored) or an escape is unknown. Decoding ends without error
/// at a `\u` above 00FF; codes up to that become one byte.
pub fn unescape(content: &[u8], out: &mut [u8]) -> usize {
    let Some(room) = out.len().checked_sub(1) else {
        return 0;
    };
    let mut n = 0;
    let mut rest = content;
    let mut complete = true;
    while let Some((&c, tail)) = rest.split_first() {
        let (byte, tail) = if c != b'\\' {
            (c, tail)
        } else {
            match escape(tail) {
                Escape::Byte(byte, tail) => (byte, tail),
                Escape::Unsupported => break,
                Escape::Unknown => {
                    complete = false;
                    break;
                }
            }
        };
        if n == room {
            complete = false;
            break;
        }
        if let Some(place) = out.get_mut(n) {
            *place = byte;
        }
        n += 1;
        rest = tail;
    }
    if let Some(place) = out.get_mut(n) {
        *place = 0;
    }
    if complete { n } else { 0 }
}

enum Escape<'a> {
    /// A byte, and what follows the escape.
    Byte(u8, &'a [u8]),
    /// A code above 00FF, or four characters that are no code.
    Unsupported,
    Unknown,
}

/// Reads what stands behind a backslash.
fn escape(s: &[u8]) -> Escape<'_> {
    let Some((&c, tail)) = s.split_first() else {
        return Escape::Unknown;
    };
    let byte = match c {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'\\' | b'"' | b'/' => c,
        b'u' => {
            return match tail.split_at_checked(4) {
                None => Escape::Unknown,
                Some((&[b'0', b'0', hi, lo], tail)) => {
                    hex_byte(hi, lo).map_or(Escape::Unsupported, |b| Escape::Byte(b, tail))
                }
                Some(_) => Escape::Unsupported,
            };
        }
        _ => return Escape::Unknown,
    };
    Escape::Byte(byte, tail)
}

fn hex_byte(hi: u8, lo: u8) -> Option<u8> {
    let digit = |c: u8| char::from(c).to_digit(16);
    u8::try_from(digit(hi)? << 4 | digit(lo)?).ok()
}

/// Decodes pairs of hex digits into `out` and returns the number of bytes. A pair that is not hex
/// gives 0, an odd last digit is dropped.
pub fn unhex(content: &[u8], out: &mut [u8]) -> usize {
    let pairs = content.as_chunks::<2>().0;
    for (place, &[hi, lo]) in out.iter_mut().zip(pairs) {
        *place = hex_byte(hi, lo).unwrap_or(0);
    }
    pairs.len()
}

/// One step of an iteration over the direct entries of an object or array.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Key with quotes; `None` in an array.
    pub key: Option<Range<usize>>,
    /// Value, and the offset to go on from; `None` ends the iteration.
    pub value: Option<(Range<usize>, usize)>,
}

/// The entry at `ofs` of `json`, which starts with its bracket. Start with 0.
pub fn next(json: &[u8], ofs: usize) -> Entry {
    let mut entry = Entry { key: None, value: None };
    let object = match json {
        [b'{', _, ..] => true,
        [b'[', _, ..] => false,
        _ => return entry,
    };
    if ofs >= json.len() {
        return entry;
    }
    let mut scan = Scan::at(json, ofs.max(1));
    if object {
        let Some(key) = scan.one() else {
            return entry;
        };
        entry.key = Some(key);
        if scan.expect(b':').is_err() {
            return entry;
        }
    }
    if let Some(value) = scan.one() {
        scan.skip_blanks();
        scan.pos += usize::from(scan.rest().first() == Some(&b','));
        entry.value = Some((value, scan.pos));
    }
    entry
}

impl Scan<'_> {
    /// The place of the next value, if there is one.
    fn one(&mut self) -> Option<Range<usize>> {
        self.skip_blanks();
        let start = self.pos;
        self.value().ok()?;
        Some(start..self.pos)
    }
}

#[cfg(test)]
mod tests {
    use super::Error::{Invalid, NotFound, TooDeep};
    use super::*;

    #[track_caller]
    fn find(json: &str, path: &str, want: Result<(usize, &str), Error>) {
        let got = get(json.as_bytes(), path.as_bytes()).map(|r| (r.start, &json[r]));
        assert_eq!(got, want, "{path} in {json}");
    }

    #[test]
    fn ch02_34_offsets() {
        find("5", "$", Ok((0, "5")));
        find(" \"a\" ", "$", Ok((1, "\"a\"")));
        find("{}", "$", Ok((0, "{}")));
        find(" [ ] ", "$", Ok((1, "[ ]")));
        find("{\"a\":[1,{\"b\":-2.5e3}]}", "$.a[1].b", Ok((13, "-2.5e3")));
        find("{ \"a\" :\n[ 1 , { \"b\" : null } ] }", "$.a[1].b", Ok((22, "null")));
        find("{\"a\":{\"b\":[]}}", "$.a", Ok((5, "{\"b\":[]}")));
    }

    #[test]
    fn ch02_35_36_paths() {
        find("{}", "", Err(Invalid));
        find("{}", "a", Err(Invalid));
        find("[1]", "$[1]", Err(NotFound));
        find("{\"a\":5}", "$.a.b", Err(NotFound));
        find("{\"ab\":1,\"a\":2}", "$.a", Ok((12, "2")));
        find("{\"a\":1,\"ab\":2}", "$.ab", Ok((12, "2")));
        find("{\"a\":1,\"a\":2}", "$.a", Ok((5, "1")));
        find("{\"a\":1,\"a\":{\"b\":2}}", "$.a.b", Err(NotFound));
        find("{\"t.x\":1}", "$.t.x", Ok((7, "1")));
        find("[7]", "$[]", Ok((1, "7")));
        find("[7,8]", "$[1", Ok((3, "8")));
        find("[7,8]", "$[01]", Ok((3, "8")));
        find("{\"A\":1}", "$.a", Err(NotFound));
        find("{\"a\\\"b\":1}", "$.a\\\"b", Ok((8, "1")));
    }

    #[test]
    fn ch02_37_depth() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        find(&nested(30), "$", Ok((0, &nested(30))));
        find(&nested(31), "$", Err(TooDeep));
        find(&format!("[{},1]", nested(30)), "$[1]", Err(TooDeep));
        find(&format!("[1,{}]", nested(30)), "$[0]", Ok((1, "1")));
        find(&"[".repeat(100_000), "$", Err(TooDeep));
    }

    #[test]
    fn ch02_38_strictness() {
        find("[1,2,]", "$", Ok((0, "[1,2,]")));
        find("{\"k\":1,}", "$", Ok((0, "{\"k\":1,}")));
        for bad in ["[,1]", "[1,,2]", "{,}", "[1 2]", "{\"a\" 1}", "{a:1}", "{'a':1}", "[1}"] {
            find(bad, "$", Err(Invalid));
        }
        for bad in ["{\"a\":1]", "True", "nul", "+1", ".5", "\"a", "\"a\0b\"", "/**/1", "[truex]"] {
            find(bad, "$", Err(Invalid));
        }
        for cut in ["", " ", "[1,2", "{\"a\":", "{\"a\"", "{"] {
            find(cut, "$", Err(NotFound));
        }
        find("{\"a\":5 junk", "$.a", Ok((5, "5")));
        find("truex", "$", Ok((0, "true")));
        find("\"\\q\u{e9}\n\"", "$", Ok((0, "\"\\q\u{e9}\n\"")));
    }

    #[test]
    fn ch02_39_wrong_siblings() {
        for (json, path) in [
            ("[[7],[8,9]]", "$[0][1]"),
            ("[[7],[8,9]]", "$[0][2]"),
            ("[[],[5]]", "$[0][0]"),
            ("[{},{\"q\":1}]", "$[0].q"),
            ("[{\"p\":0},{\"q\":1}]", "$[0].q"),
            ("{\"m\":[4],\"n\":[5,6]}", "$.m[1]"),
            ("[0,1]", "$[4294967297]"),
            ("[0,1]", "$[18446744073709551617]"),
            ("[0,1,2,3,4,5,6,7,8,9,10]", "$[:]"),
            ("[0,1]", "$[-1]"),
        ] {
            find(json, path, Err(NotFound));
        }
    }

    #[test]
    fn ch02_40_numbers() {
        for (token, want) in [
            ("-12.5", -12.5),
            ("1e3", 1e3),
            ("1E+3", 1e3),
            ("25e-1", 2.5),
            ("01", 1.0),
            ("1.", 1.0),
            ("-.5", -0.5),
            ("1e", 1.0),
            ("1e+", 1.0),
            ("1e-+5", 1e-5),
            ("1e400", 1e308),
            ("1e-400", 1e-308),
            ("9e308", f64::INFINITY),
            ("1e-5", 1e-5),
        ] {
            assert_eq!(to_double(token.as_bytes()), Some(want), "{token}");
        }
        assert!(to_double(b"-").is_some_and(|z| z == 0.0 && z.is_sign_negative()));
        assert_eq!(to_double(b"\"5\""), None);
        assert_eq!(to_double(b"true"), None);
        find("1e30812", "$", Ok((0, "1e308")));
        find("[0x10]", "$", Err(Invalid));
    }

    #[test]
    fn ch02_42_unescape() {
        let mut out = [0xaa; 8];
        for (content, size, want, text) in [
            ("abc", 4, 3, &b"abc\0"[..]),
            ("abc", 3, 0, b"ab\0"),
            ("abc", 1, 0, b"\0"),
            ("", 1, 0, b"\0"),
            ("\\b\\f\\n\\r\\t\\\\\\\"", 8, 7, b"\x08\x0c\n\r\t\\\"\0"),
            ("\\u0041\\u00e9", 8, 2, b"A\xe9\0"),
            ("\\u0000x", 8, 2, b"\0x\0"),
            ("\\u20ac", 8, 0, b"\0"),
            ("5 \\u20ac", 8, 2, b"5 \0"),
            ("a\\uzzzz", 8, 1, b"a\0"),
            ("a\\q", 8, 0, b"a\0"),
            ("a\\u12", 8, 0, b"a\0"),
            ("\\/x", 8, 2, b"/x\0"),
        ] {
            out.fill(0xaa);
            assert_eq!(unescape(content.as_bytes(), &mut out[..size]), want, "{content}");
            assert_eq!(&out[..text.len()], text, "{content}");
            assert!(out[size..].iter().all(|&b| b == 0xaa));
        }
        assert_eq!(unescape(b"abc", &mut []), 0);
    }

    #[test]
    fn ch02_44_hex() {
        let mut out = [0xaa; 4];
        assert_eq!(unhex(b"41fFz1e", &mut out), 3);
        assert_eq!(out, [0x41, 0xff, 0, 0xaa]);
        assert_eq!(unhex(b"", &mut out), 0);
    }

    #[test]
    fn ch02_45_iteration() {
        let walk = |json: &str| {
            let (mut ofs, mut all) = (0, Vec::new());
            while let Entry { key, value: Some((value, next)) } = next(json.as_bytes(), ofs) {
                all.push((next, key.map(|k| json[k].to_string()), json[value].to_string()));
                ofs = next;
            }
            all
        };
        let offsets = |json| walk(json).iter().map(|e| e.0).collect::<Vec<_>>();
        assert_eq!(offsets("[1,2,3]"), [3, 5, 6]);
        assert_eq!(offsets("[ 1 , 2 ]"), [5, 8]);
        assert_eq!(
            walk("{ \"a\" : 1 , \"b\":[2]}"),
            [(11, Some("\"a\"".into()), "1".into()), (19, Some("\"b\"".into()), "[2]".into())]
        );
        for empty in ["[]", "{}", "[", "", "5", " [1]", "{\"a\" zz :1}", "[,1]"] {
            assert_eq!(walk(empty), [], "{empty}");
        }
        assert_eq!(offsets("[1 2]"), [3, 4]);
        assert_eq!(walk("{1:2}").len(), 1);
    }
}
