//! The format language of `mg_snprintf` and its relatives.
//!
//! A format, typed arguments ([`Args`]) and an output ([`Sink`]) go in; runs of bytes come out at
//! the sink. Nothing is allocated and nothing is known about C: `abi::fmt` reads the `va_list`.
//!
//! `% [#] [-] [0] [width] [.precision | .*] [h...] [l | ll] conversion`, with the conversions
//! `d u x X p f g s c M m %`. Anything else prints itself and takes no argument.

use super::digits::Digits;
use super::float;
use super::search::position;

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
    while let Some(at) = position(rest, 0, |block| block.is(b'%')) {
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
            number(out, Digits::signed(n).as_bytes(), spec);
        }
        b'u' => number(out, Digits::unsigned(unsigned(args, spec.longs)).as_bytes(), spec),
        b'x' | b'X' => number(out, Digits::hex(unsigned(args, spec.longs)).as_bytes(), spec),
        b'p' => {
            let spec = Spec { prefix: true, ..spec };
            number(out, Digits::hex(args.long() as u64).as_bytes(), spec);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One argument of a test format.
    #[derive(Clone, Copy)]
    enum Arg {
        I(i32),
        L(i64),
        D(f64),
        S(&'static [u8]),
        /// A printer that prints a text but claims a length of its own.
        M(&'static [u8], usize),
    }
    use Arg::{D, I, L, M, S};

    struct List<'a>(core::slice::Iter<'a, Arg>);

    impl Args for List<'_> {
        fn int(&mut self) -> i32 {
            let Some(I(n)) = self.0.next() else { panic!("int") };
            *n
        }
        fn long(&mut self) -> i64 {
            let Some(L(n)) = self.0.next() else { panic!("long") };
            *n
        }
        fn llong(&mut self) -> i64 {
            self.long()
        }
        fn double(&mut self) -> f64 {
            let Some(D(n)) = self.0.next() else { panic!("double") };
            *n
        }
        fn text(&mut self, limit: Option<usize>) -> &[u8] {
            let Some(S(s)) = self.0.next() else { panic!("text") };
            let s = &s[..limit.unwrap_or(usize::MAX).min(s.len())];
            &s[..memchr::memchr(0, s).unwrap_or(s.len())]
        }
        fn custom(&mut self, sink: &mut dyn Sink) -> usize {
            let Some(M(text, claimed)) = self.0.next() else { panic!("printer") };
            sink.put(text);
            *claimed
        }
    }

    struct Buffer(Vec<u8>);

    impl Sink for Buffer {
        fn put(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    #[track_caller]
    fn case(fmt: &str, args: &[Arg], want: &str) {
        let mut out = Buffer(Vec::new());
        let mut list = List(args.iter());
        let n = format(&mut out, fmt.as_bytes(), &mut list);
        assert_eq!(String::from_utf8_lossy(&out.0), want, "{fmt}");
        assert_eq!(n, want.len(), "{fmt}: count");
        assert!(list.0.next().is_none(), "{fmt}: all arguments taken");
    }

    #[test]
    fn ch02_14_widths_and_flags() {
        case("%5d;", &[I(42)], "   42;");
        case("%-5d;", &[I(42)], "42   ;");
        case("%05d;", &[I(-42)], "00-42;");
        case("%-05d;", &[I(42)], "00042;");
        case("%#06x;", &[I(0x2a)], "0x002a;");
        case("%#6x;", &[I(0)], "   0x0;");
        case("%#-08x;", &[I(0xabc)], "0x000abc;");
        case("%#-6x;", &[I(0xb)], "0xb   ;");
        case("%10p;", &[L(0xdead)], "    0xdead;");
        case("%010p;", &[L(0xdead)], "0x0000dead;");
        case("%8.3p;", &[L(5)], "     0x5;");
        case("%05s;", &[S(b"ab")], "000ab;");
        case("%-05s;", &[S(b"ab")], "ab000;");
        case("%-4s;", &[S(b"ab")], "ab  ;");
    }

    #[test]
    fn ch02_15_extremes() {
        case("%d %d", &[I(i32::MIN), I(i32::MAX)], "-2147483648 2147483647");
        case("%ld", &[L(i64::MIN)], "-9223372036854775808");
        case("%lld", &[L(i64::MIN)], "-9223372036854775808");
        case("%u %x", &[I(-1), I(-1)], "4294967295 ffffffff");
        case("%lu %llx", &[L(-1), L(-1)], "18446744073709551615 ffffffffffffffff");
        case("%p", &[L(0)], "0x0");
    }

    #[test]
    fn ch02_16_no_narrowing_lower_case_prefix_precision() {
        case("%hhd %hhx %hu", &[I(300), I(-1), I(-1)], "300 ffffffff 4294967295");
        case("%X", &[I(255)], "ff");
        case("%#d %#g", &[I(5), D(1.5)], "0x5 0x1.5");
        case("%.5d", &[I(42)], "42");
        case("%.*d;", &[I(3), I(7)], "7;");
        case("%hld", &[L(7)], "7");
    }

    #[test]
    fn ch02_17_text() {
        case("[%s]", &[S(b"")], "[]");
        case("%.1s;", &[S(b"ab")], "a;");
        case("%.9s;", &[S(b"ab")], "ab;");
        case("%s;", &[S(b"a\0b")], "a;");
        case("%.s;", &[S(b"ab")], ";");
        case("%.*s;", &[I(0), S(b"ab")], ";");
        case("%.*s;", &[I(1), S(b"ab")], "a;");
        case("%5.*s;", &[I(-1), S(b"ab")], "ab;");
        case("%8.4s;", &[S(b"ab")], "    ab;");
        case("%3.10s;", &[S(b"ab")], "ab;");
        case("%5.1s;", &[S(b"ab")], "    a;");
    }

    #[test]
    fn ch02_18_characters() {
        case("%c|", &[I(0)], "\0|");
        case("%5c;", &[I(0x78)], "x;");
    }

    #[test]
    fn ch02_19_unknown_conversions() {
        for (fmt, want) in [
            ("%i", "%i"),
            ("%zu", "%zu"),
            ("%+d", "%+d"),
            ("%*d", "%*d"),
            ("%5y", "%y"),
            ("%2$s", "%$s"),
            ("%-#6x", "%#6x"),
            ("%lhd", "%hd"),
            ("%llld", "%ld"),
            ("%%", "%"),
            ("%5%", "%"),
        ] {
            case(fmt, &[], want);
        }
    }

    #[test]
    fn ch02_20_formats_that_end_early() {
        case("50%", &[], "50%\0");
        case("%5", &[], "%\0");
        case("%.*", &[I(1)], "%\0");
        case("%ll", &[], "%\0");
    }

    #[test]
    fn ch02_26_printers() {
        case("%M|%m", &[M(b"ab", 2), M(b"c", 1)], "ab|\"c\"");
        case("%9.*M", &[I(1), M(b"ab", 2)], "ab");
        let mut out = Buffer(Vec::new());
        let args = [M(b"abc", 100)];
        assert_eq!(format(&mut out, b"%m", &mut List(args.iter())), 102, "counted as claimed");
        assert_eq!(out.0, b"\"abc\"");
    }

    #[test]
    fn ch02_weak_8_numbers_saturate() {
        case("%.99999999999s", &[S(b"ab")], "ab");
        case("%.99999999999d", &[I(1)], "1");
    }
}
