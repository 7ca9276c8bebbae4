//! The format language of `mg_snprintf` and its relatives.
//!
//! A format, typed arguments ([`Args`]) and an output ([`Sink`]) go in; runs of bytes come out at
//! the sink. Nothing is allocated and nothing is known about C: `abi::fmt` reads the `va_list`.
//!
//! `% [#] [-] [0] [width] [.precision | .*] [h...] [l | ll] conversion`, with the conversions
//! `d u x X p f g s c M m %`. Anything else prints itself and takes no argument.

use super::float;

/// Where formatted text goes, in order, in runs of bytes.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

/// The arguments of a format, pulled one by one, left to right.
pub trait Args {
    /// A C `int`.
    fn int(&mut self) -> i32;
    /// A C `long`.
    fn long(&mut self) -> i64;
    /// A C `long long`.
    fn llong(&mut self) -> i64;
    /// A C `double`.
    fn double(&mut self) -> f64;
    /// A text up to its NUL or `limit` bytes, whichever comes first; empty for NULL.
    fn text(&mut self, limit: Option<usize>) -> &[u8];
    /// A printer of its own, run now; returns how many bytes it claims to have printed.
    fn custom(&mut self, sink: &mut dyn Sink) -> usize;
}

/// What stands between `%` and the conversion letter.
#[derive(Clone, Copy, Default)]
struct Spec {
    /// `#`: `0x` in front of numbers.
    prefix: bool,
    /// `-`: pad on the right.
    left: bool,
    /// `0`: pad with zeros.
    zero: bool,
    width: usize,
    precision: Option<i32>,
    /// Number of `l`, at most 2.
    longs: u8,
}

/// The sink and the count of bytes printed so far.
struct Out<'a> {
    sink: &'a mut dyn Sink,
    count: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.sink.put(bytes);
            self.count = self.count.saturating_add(bytes.len());
        }
    }

    fn pad(&mut self, zero: bool, mut n: usize) {
        let run: &[u8; 32] = if zero { &[b'0'; 32] } else { &[b' '; 32] };
        while n > 0 {
            let part = run.get(..n).unwrap_or(run);
            self.put(part);
            n -= part.len();
        }
    }
}

/// Interprets `fmt`, sends the text to `sink` and returns the number of bytes printed; custom
/// printers count with what they claim.
pub fn format(sink: &mut dyn Sink, fmt: &[u8], args: &mut dyn Args) -> usize {
    let mut out = Out { sink, count: 0 };
    let mut rest = fmt;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (literal, conversion) = rest.split_at(at);
        out.put(literal);
        let (spec, after) = parse_spec(conversion.get(1..).unwrap_or_default(), args);
        let Some((&letter, after)) = after.split_first() else {
            // A format that ends inside a conversion prints `%` and its own terminator.
            out.put(b"%\0");
            return out.count;
        };
        convert(&mut out, letter, spec, args);
        rest = after;
    }
    out.put(rest);
    out.count
}

/// Reads flags, width, precision and length; returns them and what follows.
fn parse_spec<'a>(mut s: &'a [u8], args: &mut dyn Args) -> (Spec, &'a [u8]) {
    let mut spec = Spec::default();
    for (flag, field) in [(b'#', &mut spec.prefix), (b'-', &mut spec.left), (b'0', &mut spec.zero)]
    {
        if let Some((&c, tail)) = s.split_first()
            && c == flag
        {
            *field = true;
            s = tail;
        }
    }
    let (width, tail) = parse_digits(s);
    spec.width = width as usize;
    s = tail;
    if let [b'.', tail @ ..] = s {
        if let [b'*', tail @ ..] = tail {
            spec.precision = Some(args.int());
            s = tail;
        } else {
            let (precision, tail) = parse_digits(tail);
            spec.precision = Some(precision);
            s = tail;
        }
    }
    while let [b'h', tail @ ..] = s {
        s = tail;
    }
    while let ([b'l', tail @ ..], true) = (s, spec.longs < 2) {
        spec.longs += 1;
        s = tail;
    }
    (spec, s)
}

/// A run of decimal digits, possibly empty (0), saturating at `i32::MAX`.
fn parse_digits(mut s: &[u8]) -> (i32, &[u8]) {
    let mut n = 0i32;
    while let [c @ b'0'..=b'9', tail @ ..] = s {
        n = n.saturating_mul(10).saturating_add(i32::from(c - b'0'));
        s = tail;
    }
    (n, s)
}

fn convert(out: &mut Out, letter: u8, spec: Spec, args: &mut dyn Args) {
    match letter {
        b'd' => {
            let n = signed(args, spec.longs);
            number(out, decimal(n.unsigned_abs(), n < 0).as_bytes(), spec);
        }
        b'u' => number(out, decimal(unsigned(args, spec.longs), false).as_bytes(), spec),
        b'x' | b'X' => number(out, hex(unsigned(args, spec.longs)).as_bytes(), spec),
        b'p' => {
            let spec = Spec { prefix: true, ..spec };
            number(out, hex(args.long() as u64).as_bytes(), spec);
        }
        b'f' | b'g' => {
            let form = if letter == b'f' { float::Form::Fixed } else { float::Form::General };
            let text = float::text(args.double(), form, spec.precision.unwrap_or(6));
            number(out, text.as_bytes(), spec);
        }
        b's' => string(out, spec, args),
        b'c' => out.put(&[args.int() as u8]),
        b'M' => custom(out, args),
        b'm' => {
            out.put(b"\"");
            custom(out, args);
            out.put(b"\"");
        }
        b'%' => out.put(b"%"),
        unknown => out.put(&[b'%', unknown]),
    }
}

fn signed(args: &mut dyn Args, longs: u8) -> i64 {
    match longs {
        0 => i64::from(args.int()),
        1 => args.long(),
        _ => args.llong(),
    }
}

fn unsigned(args: &mut dyn Args, longs: u8) -> u64 {
    match longs {
        0 => u64::from(args.int() as u32),
        1 => args.long() as u64,
        _ => args.llong() as u64,
    }
}

/// The digits of a number, right-aligned in a small buffer.
struct Digits {
    text: [u8; 20],
    start: usize,
}

impl Digits {
    fn as_bytes(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }

    fn push(&mut self, c: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.text.get_mut(self.start) {
            *place = c;
        }
    }
}

fn decimal(mut n: u64, negative: bool) -> Digits {
    let mut digits = Digits { text: [0; 20], start: 20 };
    loop {
        digits.push(b'0' + (n % 10) as u8);
        n /= 10;
        if n == 0 {
            break;
        }
    }
    if negative {
        digits.push(b'-');
    }
    digits
}

fn hex(mut n: u64) -> Digits {
    let mut digits = Digits { text: [0; 20], start: 20 };
    loop {
        digits.push(hex_digit((n & 15) as u8));
        n >>= 4;
        if n == 0 {
            return digits;
        }
    }
}

/// Lower-case hex digit of the low four bits.
pub fn hex_digit(n: u8) -> u8 {
    match n & 15 {
        n @ 0..=9 => b'0' + n,
        n => b'a' + n - 10,
    }
}

/// A finished number with prefix and padding; zeros go between the prefix and the sign.
fn number(out: &mut Out, text: &[u8], spec: Spec) {
    let prefix: &[u8] = if spec.prefix { b"0x" } else { b"" };
    let gap = spec.width.saturating_sub(text.len() + prefix.len());
    if !spec.left && !spec.zero {
        out.pad(false, gap);
    }
    out.put(prefix);
    if spec.zero {
        out.pad(true, gap);
    }
    out.put(text);
    if spec.left && !spec.zero {
        out.pad(false, gap);
    }
}

/// `%s`: padding is reckoned from the precision if there is one, not from the real length.
fn string(out: &mut Out, spec: Spec, args: &mut dyn Args) {
    let limit = spec.precision.and_then(|p| usize::try_from(p).ok());
    let text = args.text(limit);
    // A negative precision is no limit, but counts as a large one here.
    let reckoned = spec.precision.map_or(text.len(), |p| usize::try_from(p).unwrap_or(usize::MAX));
    let gap = spec.width.saturating_sub(reckoned);
    if !spec.left {
        out.pad(spec.zero, gap);
    }
    out.put(text);
    if spec.left {
        out.pad(spec.zero, gap);
    }
}

fn custom(out: &mut Out, args: &mut dyn Args) {
    let claimed = args.custom(out.sink);
    out.count = out.count.saturating_add(claimed);
}
