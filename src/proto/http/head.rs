//! The head of an HTTP/1.x message: first line, header fields and the blank line (RFC 9112 §2–5).
//!
//! [`HeadScanner`] finds where a head ends while bytes arrive; [`parse`] takes it apart;
//! [`HeadScanner::read`] does both. They accept what Mongoose programs and their peers have always
//! sent (bare LF, any method token, raw UTF-8) and refuse what makes the length of a message
//! ambiguous.
//!
//! A parsed [`Head`] holds offsets, not references, so it survives a buffer that moves.

use core::fmt;

use crate::options::MG_MAX_HTTP_HEADERS;
use crate::text::search::{Block, Lanes, position, positions};

/// Where a head ends, or why it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadEnd {
    /// Not all here yet.
    Partial,
    /// A control byte that no head may contain.
    Malformed,
    /// The head is this many bytes long, blank line included.
    Complete(usize),
}

/// Resumable search for the end of a head: every byte is looked at once, however they arrive.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeadScanner {
    /// INVARIANT: no byte before this offset ends the head or is forbidden in it.
    scanned: usize,
    /// The answer, once there is one.
    found: Option<HeadEnd>,
}

impl HeadScanner {
    /// A scanner for a message that starts at offset 0 of the buffer.
    pub const fn new() -> Self {
        Self { scanned: 0, found: None }
    }

    /// Looks for the end of the head in `buf`: all bytes of the message that have arrived.
    ///
    /// The bytes seen by earlier calls must still be there, in front. The answer is that of a
    /// fresh scan of the whole `buf`.
    pub fn scan(&mut self, buf: &[u8]) -> HeadEnd {
        if let Some(end) = self.found {
            return end;
        }
        let end = scan_from(buf, self.scanned);
        match end {
            HeadEnd::Partial => self.scanned = buf.len(),
            _ => self.found = Some(end),
        }
        end
    }

    /// [`HeadScanner::scan`], and [`parse_into`] if the head is complete: in one pass if all of it
    /// comes at once and there is nothing to object.
    pub fn read(&mut self, head: &mut Head, buf: &[u8]) -> (HeadEnd, Result<(), HeadError>) {
        if self.scanned == 0 && self.found.is_none() && parse_at_once(head, buf) {
            let end = HeadEnd::Complete(head.head_len);
            self.found = Some(end);
            return (end, Ok(()));
        }
        let end = self.scan(buf);
        let parsed = match end {
            HeadEnd::Complete(head_len) => parse_into(head, buf, head_len),
            HeadEnd::Partial | HeadEnd::Malformed => Ok(()),
        };
        (end, parsed)
    }
}

/// Looks for the end of the head in `buf`, whose first `start` bytes are known not to contain it.
fn scan_from(buf: &[u8], start: usize) -> HeadEnd {
    let controls = |block: Block| {
        block.up_to(0x1f).without(block.is(b'\t') | block.is(b'\r')) // LF, and what is forbidden.
    };
    for at in positions(buf, start, controls) {
        if buf.get(at) != Some(&b'\n') {
            return HeadEnd::Malformed;
        }
        if is_blank_line(buf, at) {
            return HeadEnd::Complete(at + 1);
        }
    }
    HeadEnd::Partial
}

/// True if the LF at `at` ends an empty line: it follows LF, or LF CR.
///
/// `LF CR LF` ends a head only from index 4 on, which is how Mongoose counts.
fn is_blank_line(buf: &[u8], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).and_then(|i| buf.get(i).copied());
    match before(1) {
        Some(b'\n') => true,
        Some(b'\r') => at >= 4 && before(2) == Some(b'\n'),
        _ => false,
    }
}

/// A piece of a buffer, by offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    off: u32,
    len: u32,
}

impl Span {
    /// `start..end` of a buffer that is known to be shorter than 4 GiB.
    fn new(start: usize, end: usize) -> Self {
        Self { off: start as u32, len: end.saturating_sub(start) as u32 }
    }

    /// The bytes; empty if `buf` is shorter than the buffer this came from.
    pub fn of<'a>(&self, buf: &'a [u8]) -> &'a [u8] {
        buf.get(self.start()..self.end()).unwrap_or_default()
    }

    /// Offset of the first byte.
    pub fn start(&self) -> usize {
        self.off as usize
    }

    /// Offset behind the last byte.
    pub fn end(&self) -> usize {
        self.off as usize + self.len as usize
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// True if there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// One header field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderSpan {
    /// Field name as sent.
    pub name: Span,
    /// Field value without blanks around it.
    pub value: Span,
}

/// How many bytes follow the head, as far as the head alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLen {
    /// This many. 0 for a request without a length, and for one with a transfer coding.
    Known(usize),
    /// Until the connection closes, or as the transfer coding says.
    Unknown,
}

/// What the `Transfer-Encoding` field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferEncoding {
    /// There is none.
    None,
    /// Exactly `chunked`.
    Chunked,
    /// Anything else: no server here understands it.
    Other,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    /// The buffer is shorter than the head, or the head is 4 GiB or longer.
    TooLong,
    /// The first line is neither a request line nor a status line.
    FirstLine,
    /// A header line without name or colon, with blanks in front, or with a stray CR.
    HeaderLine,
    /// A second `Content-Length`, `Transfer-Encoding`, `Connection`, `Authorization` or `Cookie`.
    Repeated,
    /// A second `Host`, and nothing worse but perhaps [`HeadError::Unlisted`]: the [`Head`] is
    /// complete.
    TwoHosts,
    /// `Content-Length` is not a plain decimal number that fits.
    Length,
    /// `Content-Length` together with `Transfer-Encoding`, or the latter in an HTTP/1.0 request.
    Framing,
    /// A `Content-Length`, `Transfer-Encoding`, `Connection`, `Authorization` or `Cookie` behind
    /// the last header that fits the list. Reported last: the [`Head`] is complete and its framing
    /// takes those fields into account.
    Unlisted,
}

/// A head, taken apart. All spans are offsets into the buffer it was parsed from.
#[derive(Clone)]
pub struct Head {
    /// Method of a request, protocol of a response.
    pub method: Span,
    /// Target of a request up to the first `?`, status code of a response.
    pub uri: Span,
    /// What follows the `?`, if there is one.
    pub query: Option<Span>,
    /// Protocol of a request, reason phrase of a response.
    pub proto: Span,
    /// Header fields in order; the first `num_headers` are in use.
    pub headers: [HeaderSpan; MG_MAX_HTTP_HEADERS],
    /// How many of `headers` are in use.
    pub num_headers: usize,
    /// How many header lines there were, those beyond the list included.
    pub header_lines: usize,
    /// Length of the head, blank line included.
    pub head_len: usize,
    /// Length of the body.
    pub body: BodyLen,
    /// The message is a response.
    pub is_response: bool,
    /// It is a request that says `HTTP/1.0`.
    pub http10: bool,
    /// There is a `Content-Length`.
    pub has_content_length: bool,
    /// Its transfer coding.
    pub transfer_encoding: TransferEncoding,
    /// `Connection: close`, and nothing else in that field.
    pub connection_close: bool,
    /// `Expect: 100-continue`.
    pub expect_100: bool,
    /// There is a `Host`.
    pub has_host: bool,
    /// There is more than one `Host`, which RFC 9112 section 3.2 forbids and Mongoose accepts.
    pub has_two_hosts: bool,
    /// There is a DEL (0x7f), which RFC 9110 §5.5 forbids and Mongoose accepts.
    pub has_del: bool,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            method: Span::default(),
            uri: Span::default(),
            query: None,
            proto: Span::default(),
            headers: [HeaderSpan::default(); MG_MAX_HTTP_HEADERS],
            num_headers: 0,
            header_lines: 0,
            head_len: 0,
            body: BodyLen::Unknown,
            is_response: false,
            http10: false,
            has_content_length: false,
            transfer_encoding: TransferEncoding::None,
            connection_close: false,
            expect_100: false,
            has_host: false,
            has_two_hosts: false,
            has_del: false,
        }
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method)
            .field("uri", &self.uri)
            .field("query", &self.query)
            .field("proto", &self.proto)
            .field("headers", &self.headers())
            .field("head_len", &self.head_len)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl Head {
    /// Back to the start, but for `headers`, which would be the expensive part.
    fn reset(&mut self, head_len: usize) {
        self.method = Span::default();
        self.uri = Span::default();
        self.query = None;
        self.proto = Span::default();
        self.num_headers = 0;
        self.header_lines = 0;
        self.head_len = head_len;
        self.body = BodyLen::Unknown;
        self.is_response = false;
        self.http10 = false;
        self.has_content_length = false;
        self.transfer_encoding = TransferEncoding::None;
        self.connection_close = false;
        self.expect_100 = false;
        self.has_host = false;
        self.has_two_hosts = false;
        self.has_del = false;
    }

    /// The listed header fields.
    pub fn headers(&self) -> &[HeaderSpan] {
        self.headers.get(..self.num_headers).unwrap_or_default()
    }

    /// Value of the first listed field called `name`, in any case; `buf` is what was parsed.
    pub fn header<'a>(&self, buf: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
        let found = self.headers().iter().find(|h| h.name.of(buf).eq_ignore_ascii_case(name))?;
        Some(found.value.of(buf))
    }

    /// Length of head and body; `None` if it is unknown.
    pub fn message_len(&self) -> Option<usize> {
        match self.body {
            BodyLen::Known(len) => self.head_len.checked_add(len),
            BodyLen::Unknown => None,
        }
    }
}

/// Takes apart the head in the first `head_len` bytes of `buf`, as found by [`HeadScanner`].
pub fn parse(buf: &[u8], head_len: usize) -> Result<Head, HeadError> {
    let mut head = Head::default();
    parse_into(&mut head, buf, head_len)?;
    Ok(head)
}

/// [`parse`] into a `Head` that is there already: cheaper, and after an error it holds what was
/// understood up to then.
pub fn parse_into(head: &mut Head, buf: &[u8], head_len: usize) -> Result<(), HeadError> {
    head.reset(head_len);
    let text = buf.get(..head_len).ok_or(HeadError::TooLong)?;
    take_apart(head, text, Some(head_len))
}

/// [`HeadScanner::scan`] and [`parse_into`] in one pass. False, and `head` holds nothing of use, if
/// either would have anything to object, or if the head is not complete: they can tell.
fn parse_at_once(head: &mut Head, buf: &[u8]) -> bool {
    head.reset(0);
    take_apart(head, buf, None).is_ok()
}

/// Takes apart the head at the start of `text`, which ends at `head_len` or, if that is not known,
/// with its first blank line. `head` was reset.
fn take_apart(head: &mut Head, text: &[u8], head_len: Option<usize>) -> Result<(), HeadError> {
    if u32::try_from(text.len()).is_err() {
        return Err(HeadError::TooLong);
    }
    let mut lines = Lines { text, ends: positions(text, 0, may_end), start: 0, has_del: false };
    first_line(head, lines.next(HeadError::FirstLine)?)?;
    let mut framing = Framing::default();
    loop {
        let line = lines.next(HeadError::HeaderLine)?;
        if line.start == line.end && head_len.is_none_or(|len| len == lines.start) {
            break;
        }
        let field = header_line(line)?;
        let slot = head.headers.get_mut(head.num_headers);
        let listed = slot.is_some();
        if let Some(slot) = slot {
            *slot = field;
            head.num_headers += 1;
        }
        head.header_lines += 1;
        note_field(head, &mut framing, text, field, listed)?;
    }
    head.head_len = lines.start;
    head.has_del = lines.has_del;
    decide_length(head, text, &framing)?;
    if head.has_two_hosts {
        return Err(HeadError::TwoHosts);
    }
    if framing.unlisted { Err(HeadError::Unlisted) } else { Ok(()) }
}

/// Marks what ends lines, and what needs a look wherever it stands.
fn may_end(block: Block) -> Lanes {
    block.up_to(0x1f).without(block.is(b'\t')) | block.is(0x7f)
}

/// The lines of a head. They are found by their ends alone, so that the processor need not have
/// taken one apart to begin with the next.
struct Lines<'a, E> {
    text: &'a [u8],
    /// Offsets of what [`may_end`] marks.
    ends: E,
    /// Where the next line starts.
    start: usize,
    /// There was a DEL.
    has_del: bool,
}

/// A line of a head.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// The whole head: the end of the line stops every search.
    text: &'a [u8],
    /// Where the line starts, and where it ends without CR and LF.
    start: usize,
    end: usize,
}

impl<'a, E: Iterator<Item = usize>> Lines<'a, E> {
    /// The next line; `error` if it has a control byte, like a CR without LF, or if there is none.
    #[inline(always)]
    fn next(&mut self, error: HeadError) -> Result<Line<'a>, HeadError> {
        loop {
            let end = self.ends.next().ok_or(error)?;
            let next = match self.text.get(end) {
                Some(b'\r') if self.text.get(end + 1) == Some(&b'\n') => {
                    self.ends.next(); // The LF.
                    end + 2
                }
                Some(b'\n') => end + 1,
                Some(0x7f) => {
                    self.has_del = true;
                    continue;
                }
                _ => return Err(error),
            };
            let start = core::mem::replace(&mut self.start, next);
            return Ok(Line { text: self.text, start, end });
        }
    }
}

impl Line<'_> {
    /// End of the word at `at`: a run of visible ASCII and UTF-8 sequences without `stop`.
    #[inline(always)]
    fn word_end(&self, at: usize, stop: u8) -> usize {
        let end = visible_end(self.text, at, stop);
        // Nothing else starts a sequence of UTF-8.
        if self.byte(end) < 0xc0 { end } else { word_end_utf8(self.text, end, stop) }
    }

    /// The byte at `at`.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    /// Offset of the first byte from `at` on that is not as `is_blank` says.
    #[inline(always)]
    fn skip(&self, mut at: usize, is_blank: impl Fn(u8) -> bool) -> usize {
        while is_blank(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// The line from `start` on.
    #[inline(always)]
    fn rest(&self, start: usize) -> Span {
        Span::new(start, self.end)
    }
}

/// End of a run of visible ASCII without `stop`.
#[inline(always)]
fn visible_end(text: &[u8], at: usize, stop: u8) -> usize {
    let ends = |block: Block| block.up_to(b' ') | block.at_least(0x7f) | block.is(stop);
    position(text, at, ends).unwrap_or(text.len())
}

/// End of a word that goes on at `at`, beyond ASCII.
#[cold]
fn word_end_utf8(text: &[u8], mut at: usize, stop: u8) -> usize {
    loop {
        match utf8_len(text.get(at..).unwrap_or_default()) {
            0 => return at,
            len => at = visible_end(text, at + len, stop),
        }
    }
}

/// Parses the first line.
fn first_line(head: &mut Head, line: Line) -> Result<(), HeadError> {
    let is_space = |byte: u8| byte == b' ';
    let first = line.word_end(line.start, b' ');
    let second = line.skip(first, is_space);
    let mut second_end = line.word_end(second, b'?');
    head.method = Span::new(line.start, first);
    head.uri = Span::new(second, second_end);
    if line.byte(second_end) == b'?' {
        let query = second_end + 1;
        second_end = line.word_end(query, b' ');
        head.query = Some(Span::new(query, second_end));
    }
    head.proto = line.rest(line.skip(second_end, is_space));
    let method = head.method.of(line.text);
    head.is_response = method.len() > 5 && starts_with_http(method);
    let proto = head.proto.of(line.text);
    if !head.is_response && proto != b"HTTP/1.1" {
        if !is_version(proto) {
            return Err(HeadError::FirstLine);
        }
        head.http10 = proto.ends_with(b"1.0");
    }
    if head.method.is_empty() || head.uri.is_empty() {
        return Err(HeadError::FirstLine);
    }
    Ok(())
}

/// `HTTP/` digit `.` digit, in any case.
fn is_version(text: &[u8]) -> bool {
    starts_with_http(text)
        && matches!(text.get(5..), Some(&[major, b'.', minor])
            if major.is_ascii_digit() && minor.is_ascii_digit())
}

fn starts_with_http(text: &[u8]) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/"))
}

/// The fields that frame the message, as met while walking the header lines.
#[derive(Default)]
struct Framing {
    content_length: Option<Span>,
    transfer_encoding: Option<Span>,
    connection: bool,
    authorization: bool,
    cookie: bool,
    /// One of the above stands behind the last header that fits the list.
    unlisted: bool,
}

/// Takes a header line apart.
#[inline(always)]
fn header_line(line: Line) -> Result<HeaderSpan, HeadError> {
    let is_blank = |byte: u8| byte == b' ' || byte == b'\t';
    let colon = line.word_end(line.start, b':');
    if colon == line.start || line.byte(colon) != b':' {
        return Err(HeadError::HeaderLine);
    }
    let start = line.skip(colon + 1, is_blank);
    let mut end = line.end;
    while end > start && is_blank(line.byte(end - 1)) {
        end -= 1;
    }
    Ok(HeaderSpan { name: Span::new(line.start, colon), value: Span::new(start, end) })
}

/// Takes down what a field says about the message; refuses what may occur once only.
fn note_field(
    head: &mut Head,
    framing: &mut Framing,
    text: &[u8],
    field: HeaderSpan,
    listed: bool,
) -> Result<(), HeadError> {
    let name = field.name.of(text);
    let is = |known: &[u8]| name == known || name.eq_ignore_ascii_case(known);
    let mut once = |seen: bool| {
        framing.unlisted |= !listed;
        if seen { Err(HeadError::Repeated) } else { Ok(()) }
    };
    // By length first: nearly all fields are none of these.
    match name.len() {
        4 if is(b"Host") => {
            head.has_two_hosts |= core::mem::replace(&mut head.has_host, true);
        }
        6 if is(b"Cookie") => {
            once(framing.cookie)?;
            framing.cookie = true;
        }
        6 if is(b"Expect") => {
            head.expect_100 = field.value.of(text).eq_ignore_ascii_case(b"100-continue");
        }
        10 if is(b"Connection") => {
            once(framing.connection)?;
            framing.connection = true;
            head.connection_close = field.value.of(text).eq_ignore_ascii_case(b"close");
        }
        13 if is(b"Authorization") => {
            once(framing.authorization)?;
            framing.authorization = true;
        }
        14 if is(b"Content-Length") => {
            once(framing.content_length.is_some())?;
            framing.content_length = Some(field.value);
        }
        17 if is(b"Transfer-Encoding") => {
            once(framing.transfer_encoding.is_some())?;
            framing.transfer_encoding = Some(field.value);
        }
        _ => {}
    }
    Ok(())
}

/// Works out the length of the body (RFC 9112 §6.3, as far as the head alone decides it).
fn decide_length(head: &mut Head, text: &[u8], framing: &Framing) -> Result<(), HeadError> {
    if let Some(value) = framing.transfer_encoding {
        head.transfer_encoding = if value.of(text).eq_ignore_ascii_case(b"chunked") {
            TransferEncoding::Chunked
        } else {
            TransferEncoding::Other
        };
        // Who ignores the field in HTTP/1.0 takes the body for the next request.
        if framing.content_length.is_some() || head.http10 {
            return Err(HeadError::Framing);
        }
    }
    if let Some(value) = framing.content_length {
        let len = decimal(value.of(text)).ok_or(HeadError::Length)?;
        head.head_len.checked_add(len).ok_or(HeadError::Length)?;
        head.has_content_length = true;
        head.body = BodyLen::Known(len);
    } else if !head.is_response || head.uri.of(text) == b"204" {
        head.body = BodyLen::Known(0);
    }
    Ok(())
}

/// One or more decimal digits that fit `usize`.
fn decimal(text: &[u8]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0usize, |sum, &byte| {
        let digit = byte.is_ascii_digit().then(|| usize::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// Length of the UTF-8-shaped sequence at the start of `text`, 0 if there is none.
fn utf8_len(text: &[u8]) -> usize {
    let len = match text.first() {
        Some(0xc0..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf7) => 4,
        _ => return 0,
    };
    let continued = |tail: &[u8]| tail.iter().all(|b| (0x80..=0xbf).contains(b));
    if text.get(1..len).is_some_and(continued) { len } else { 0 }
}

#[cfg(test)]
mod tests;
