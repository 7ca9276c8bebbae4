//! Messages out of an input buffer (RFC 6455 sections 5.4 to 5.6).
//!
//! The decoder works in place. The front of the buffer holds what has arrived of a fragmented
//! message: its first byte and its payload. The rest is unread input:
//!
//! ```text
//! | first byte, payload so far | consumed frames | frame being read ...
//! 0                            kept             cursor
//! ```
//!
//! Payload is unmasked and checked as it arrives, so that no byte is looked at twice, and moved
//! once, when a fragment is appended to its message. [`Decoder::take_consumed`] says what to remove.

use core::ops::Range;

use super::frame::{Header, Role, Violation, apply_mask, check_close, opcode};
use super::utf8::Utf8;

/// A message of which not all fragments have arrived.
#[derive(Clone, Copy, Debug)]
struct Message {
    /// First byte of the first fragment.
    first: u8,
    /// Payload so far, behind that byte at the front of the buffer.
    len: usize,
    utf8: Utf8,
}

/// What was found. Ranges are places in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A message in one frame.
    Message {
        /// First byte of the frame.
        first: u8,
        /// Its payload.
        payload: Range<usize>,
    },
    /// A control frame.
    Control {
        /// First byte of the frame.
        first: u8,
        /// Its payload.
        payload: Range<usize>,
    },
    /// A continuation frame.
    Fragment {
        /// First byte of the frame.
        first: u8,
        /// Its payload.
        payload: Range<usize>,
        /// If it was the last one: first byte of the first fragment, and the whole payload.
        message: Option<(u8, Range<usize>)>,
    },
}

/// How much a peer may send.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the buffer that what is unfinished may take.
    pub buffer: usize,
    /// Bytes of a message, its fragments together.
    pub message: usize,
}

/// What became of the frame being read.
enum Frame {
    Unit(Unit),
    /// The start of a fragmented message, which is nothing to report yet.
    FirstFragment,
    /// Not all here.
    Partial,
}

/// Reads the frames of one connection.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    message: Option<Message>,
    /// Where the frame being read starts.
    cursor: usize,
    /// Bytes of its payload that are unmasked and checked.
    done: usize,
    /// Text of the frame being read, unless it continues a message.
    utf8: Utf8,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder for a buffer that starts with a frame.
    pub const fn new() -> Decoder {
        let utf8 = Utf8::new();
        Decoder { message: None, cursor: 0, done: 0, utf8 }
    }

    /// Finds the next unit in `buf`; `None` until more has arrived. After an error no further byte
    /// has a meaning, except that after [`Violation::MessageTooBig`] the same bytes may be tried
    /// with a higher limit.
    ///
    /// The bytes seen by earlier calls must still be there, but for those that
    /// [`Decoder::take_consumed`] named.
    pub fn next(
        &mut self,
        buf: &mut [u8],
        role: Role,
        limits: Limits,
    ) -> Result<Option<Unit>, Violation> {
        loop {
            match self.frame(buf, role, limits)? {
                Frame::Unit(unit) => return Ok(Some(unit)),
                Frame::FirstFragment => {}
                Frame::Partial => return Ok(None),
            }
        }
    }

    /// Bytes at the front of the buffer that belong to an unfinished message.
    pub fn kept(&self) -> usize {
        self.message.map_or(0, |message| 1 + message.len)
    }

    /// The part of the buffer that is not needed any more: the caller removes it.
    pub fn take_consumed(&mut self) -> Range<usize> {
        let consumed = self.kept()..self.cursor;
        self.cursor = consumed.start;
        consumed
    }

    /// Looks at the frame that starts at the cursor.
    fn frame(&mut self, buf: &mut [u8], role: Role, limits: Limits) -> Result<Frame, Violation> {
        let unread = buf.get_mut(self.cursor..).unwrap_or_default();
        let Some(header) = Header::parse(unread) else { return Ok(Frame::Partial) };
        header.check(role, self.message.is_some())?;
        let len = usize::try_from(header.payload_len).map_err(|_| Violation::TooBig)?;
        let needed = len.checked_add(header.header_len + self.kept());
        if needed.is_none_or(|needed| needed > limits.buffer) {
            return Err(Violation::TooBig);
        }
        if !header.is_control() && self.message_len(&header, len) > limits.message {
            return Err(Violation::MessageTooBig);
        }
        let payload = unread.get_mut(header.header_len..).unwrap_or_default();
        let arrived = payload.len().min(len);
        if header.is_control() && arrived < len {
            return Ok(Frame::Partial);
        }
        let fresh = payload.get_mut(self.done..arrived).unwrap_or_default();
        if let Some(mask) = header.mask {
            apply_mask(fresh, mask, self.done);
        }
        self.check_text(&header, fresh)?;
        self.done = arrived;
        if arrived < len {
            return Ok(Frame::Partial);
        }
        if header.opcode() == opcode::CLOSE {
            check_close(payload.get(..len).unwrap_or_default())?;
        }
        let start = self.cursor + header.header_len;
        self.cursor = start + len;
        self.done = 0;
        self.complete(buf, &header, start..start + len)
    }

    /// Length that the message of a data frame with `len` bytes has with it.
    fn message_len(&self, header: &Header, len: usize) -> usize {
        match (header.opcode(), self.message) {
            (opcode::CONTINUE, Some(message)) => message.len.saturating_add(len),
            _ => len,
        }
    }

    /// Checks the bytes of text that have just arrived.
    fn check_text(&mut self, header: &Header, fresh: &[u8]) -> Result<(), Violation> {
        let utf8 = match (header.opcode(), &mut self.message) {
            (opcode::TEXT, _) => &mut self.utf8,
            (opcode::CONTINUE, Some(message)) if message.is_text() => &mut message.utf8,
            _ => return Ok(()),
        };
        if utf8.feed(fresh) { Ok(()) } else { Err(Violation::NotUtf8) }
    }

    /// The frame with this payload is all there.
    fn complete(
        &mut self,
        buf: &mut [u8],
        header: &Header,
        payload: Range<usize>,
    ) -> Result<Frame, Violation> {
        let first = header.first;
        if header.is_control() {
            return Ok(Frame::Unit(Unit::Control { first, payload }));
        }
        if header.opcode() == opcode::CONTINUE {
            return self.continued(buf, header, payload).map(Frame::Unit);
        }
        let utf8 = core::mem::take(&mut self.utf8);
        if !header.is_final() {
            self.message = Some(Message { first, len: 0, utf8 });
            if let Some(place) = buf.first_mut() {
                *place = first;
            }
            self.append(buf, payload);
            return Ok(Frame::FirstFragment);
        }
        if !utf8.is_complete() {
            return Err(Violation::NotUtf8);
        }
        Ok(Frame::Unit(Unit::Message { first, payload }))
    }

    /// A continuation frame is all there.
    fn continued(
        &mut self,
        buf: &mut [u8],
        header: &Header,
        payload: Range<usize>,
    ) -> Result<Unit, Violation> {
        let first = header.first;
        if self.message.is_none() {
            return Ok(Unit::Fragment { first, payload, message: None }); // Empty.
        }
        let payload = self.append(buf, payload);
        let last = self.message.take_if(|_| header.is_final());
        if last.is_some_and(|message| !message.utf8.is_complete()) {
            return Err(Violation::NotUtf8);
        }
        let message = last.map(|message| (message.first, 1..1 + message.len));
        Ok(Unit::Fragment { first, payload, message })
    }

    /// Moves a fragment to the end of its message; returns where it is then.
    fn append(&mut self, buf: &mut [u8], payload: Range<usize>) -> Range<usize> {
        let Some(message) = &mut self.message else { return payload };
        let at = 1 + message.len;
        let len = payload.len();
        // A frame header is longer than what is in front of the message.
        if payload.end <= buf.len() && at <= payload.start {
            buf.copy_within(payload, at);
        }
        message.len += len;
        at..at + len
    }
}

impl Message {
    fn is_text(&self) -> bool {
        self.first & 0x0f == opcode::TEXT
    }
}

#[cfg(test)]
mod tests;
