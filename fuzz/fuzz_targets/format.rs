//! The format language of `mg_snprintf`, the printers behind `%M`, and log lines.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::{Corpus, fuzz_target};
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::{lines, printed};
use mongoose::text::addr::Ip;
use mongoose::text::base64;
use mongoose::text::float::{Form, MAX_LEN, text};
use mongoose::text::fmt::{Args, Sink, format};
use mongoose::text::{log_line, print};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    double: f64,
    precision: i16,
    /// The format; behind its line the arguments.
    data: &'a [u8],
}

/// Arguments out of whatever bytes there are.
struct Given<'a> {
    rest: Unstructured<'a>,
    text: &'a [u8],
}

impl Given<'_> {
    fn next<T: for<'b> Arbitrary<'b>>(&mut self) -> T {
        self.rest.arbitrary().expect("zeros when the bytes are used up")
    }
}

impl Args for Given<'_> {
    fn int(&mut self) -> i32 {
        self.next()
    }
    fn long(&mut self) -> i64 {
        self.next()
    }
    fn llong(&mut self) -> i64 {
        self.next()
    }
    fn double(&mut self) -> f64 {
        self.next()
    }
    fn text(&mut self, limit: Option<usize>) -> &[u8] {
        let end = self.text.iter().position(|&byte| byte == 0).unwrap_or(self.text.len());
        &self.text[..limit.unwrap_or(end).min(end)]
    }
    fn custom(&mut self, sink: &mut dyn Sink) -> usize {
        let printer = self.next::<u8>() % PRINTERS;
        self.print(sink, printer)
    }
}

/// How many printers there are.
const PRINTERS: u8 = 7;

impl Given<'_> {
    fn print(&mut self, sink: &mut dyn Sink, printer: u8) -> usize {
        match printer {
            0 => print::hex(sink, self.text),
            1 => print::base64(sink, self.text),
            2 => print::json(sink, self.text),
            3 => print::html(sink, self.text),
            4 => print::colon_hex(sink, self.text),
            5 => print::ip_port(sink, Ip::V4(self.next()), self.next()),
            _ => print::ip(sink, Ip::V6(self.next())),
        }
    }
}

/// A conversion of two bytes may print all the text as entities of six bytes, or pad to a width of
/// three digits.
const MAX_TEXT: usize = 64;
const MAX_WIDTH: usize = 3;
const MEMORY: Memory = Memory { per_byte: 4 * (6 * MAX_TEXT + 1000), fixed: 8192 };

fn check(input: &Input) {
    let [fmt, arguments] = lines(input.data);
    let text = &arguments[..arguments.len().min(MAX_TEXT)];
    let mut args = Given { rest: Unstructured::new(arguments), text };
    printed(|sink| format(sink, fmt, &mut args));
    for printer in 0..PRINTERS {
        printed(|sink| args.print(sink, printer));
    }
    numbers(input);
    let prefix = log_line::prefix(input.double.to_bits(), 3, fmt, i32::from(input.precision), text);
    assert_eq!(prefix.last(), Some(&b' '));
    let mut len = 0;
    log_line::hexdump(text, |line| len += line.len());
    assert!(len >= 66);
    let encoded = printed(|sink| print::base64(sink, text));
    let mut decoded = vec![0; encoded.len() + 1];
    assert_eq!(base64::decode(&encoded, &mut decoded), Some(text.len()));
    assert_eq!(&decoded[..text.len()], text);
}

/// Numbers are short and begin like numbers.
fn numbers(input: &Input) {
    for form in [Form::Fixed, Form::General] {
        let text = text(input.double, form, i32::from(input.precision));
        let bytes = text.as_bytes();
        assert!(bytes.len() <= MAX_LEN);
        assert!(matches!(bytes, [b'-' | b'0'..=b'9', ..] | b"nan" | b"inf"), "{bytes:?}");
    }
}

/// True if a width would make the output longer than the bounds take into account.
fn is_too_wide(data: &[u8]) -> bool {
    data.windows(MAX_WIDTH + 1).any(|digits| digits.iter().all(u8::is_ascii_digit))
}

fuzz_target!(|input: Input| -> Corpus {
    if is_too_wide(input.data) {
        return Corpus::Reject;
    }
    within(MEMORY, input.data.len(), || check(&input));
    Corpus::Keep
});
