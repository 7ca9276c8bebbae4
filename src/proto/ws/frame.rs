//! The frame header, masking, and what a frame may not look like (RFC 6455 section 5).

/// Longest frame header: two bytes, a 64-bit length and a mask.
pub const MAX_HEADER_LEN: usize = 14;

/// Longest payload of a control frame (section 5.5).
pub const MAX_CONTROL_LEN: usize = 125;

/// Last fragment of a message.
pub const FIN: u8 = 0x80;

const RSV: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
/// Values of the 7-bit length that announce a longer one.
const LEN_16: u8 = 126;
const LEN_64: u8 = 127;

/// Opcodes (section 11.8).
pub mod opcode {
    /// Further fragment of a message.
    pub const CONTINUE: u8 = 0;
    /// UTF-8 text.
    pub const TEXT: u8 = 1;
    /// Binary data.
    pub const BINARY: u8 = 2;
    /// End of the connection; the first of the control frames.
    pub const CLOSE: u8 = 8;
    /// Question for a PONG with the same payload.
    pub const PING: u8 = 9;
    /// Answer to a PING.
    pub const PONG: u8 = 10;
}

/// Masking key (section 5.3).
pub type Mask = [u8; 4];

/// Which end of the connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We opened the connection: what comes in is not masked.
    Client,
    /// We accepted it: what comes in is masked.
    Server,
}

/// A parsed frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// First byte: FIN, RSV bits and opcode.
    pub first: u8,
    /// Masking key, if the payload is masked.
    pub mask: Option<Mask>,
    /// Bytes in front of the payload.
    pub header_len: usize,
    /// Bytes of payload.
    pub payload_len: u64,
    /// The length is written in the shortest way.
    pub is_minimal: bool,
}

impl Header {
    /// Reads the header at the start of `buf`; `None` until all of it has arrived.
    pub fn parse(buf: &[u8]) -> Option<Header> {
        let [first, second, rest @ ..] = buf else { return None };
        let short = second & !MASKED;
        let (payload_len, rest, is_minimal) = match short {
            LEN_16 => {
                let (len, rest) = rest.split_first_chunk::<2>()?;
                let len = u16::from_be_bytes(*len);
                (u64::from(len), rest, len >= u16::from(LEN_16))
            }
            LEN_64 => {
                let (len, rest) = rest.split_first_chunk::<8>()?;
                let len = u64::from_be_bytes(*len);
                (len, rest, len > u64::from(u16::MAX))
            }
            _ => (u64::from(short), rest, true),
        };
        let (mask, rest) = match second & MASKED {
            0 => (None, rest),
            _ => {
                let (mask, rest) = rest.split_first_chunk::<4>()?;
                (Some(*mask), rest)
            }
        };
        let header_len = buf.len() - rest.len();
        Some(Header { first: *first, mask, header_len, payload_len, is_minimal })
    }

    /// The opcode.
    pub fn opcode(&self) -> u8 {
        self.first & OPCODE
    }

    /// True for the last fragment of a message.
    pub fn is_final(&self) -> bool {
        self.first & FIN != 0
    }

    /// True for CLOSE, PING and PONG.
    pub fn is_control(&self) -> bool {
        self.opcode() >= opcode::CLOSE
    }

    /// Checks a header that arrived at `role`; `in_message` if the first fragment of a message was
    /// there and its last was not.
    ///
    /// Mongoose programs may send an empty final continuation outside a message, and a whole
    /// message between two fragments; both are let through.
    pub fn check(&self, role: Role, in_message: bool) -> Result<(), Violation> {
        let op = self.opcode();
        if !matches!(op, opcode::CONTINUE..=opcode::BINARY | opcode::CLOSE..=opcode::PONG) {
            return Err(Violation::Opcode(op));
        }
        if self.first & RSV != 0 {
            return Err(Violation::Reserved);
        }
        match (role, self.mask) {
            (Role::Server, None) => return Err(Violation::Unmasked),
            (Role::Client, Some(_)) => return Err(Violation::Masked),
            _ => {}
        }
        if self.is_control() {
            if !self.is_final() {
                return Err(Violation::ControlFragment);
            }
            if self.payload_len > MAX_CONTROL_LEN as u64 {
                return Err(Violation::ControlTooLong);
            }
        }
        if !self.is_minimal || self.payload_len > i64::MAX as u64 {
            return Err(Violation::Length);
        }
        let is_harmless = self.is_final() && self.payload_len == 0;
        if op == opcode::CONTINUE && !in_message && !is_harmless {
            return Err(Violation::NoMessage);
        }
        if matches!(op, opcode::TEXT | opcode::BINARY) && in_message && !self.is_final() {
            return Err(Violation::MessageInMessage);
        }
        Ok(())
    }
}

/// Why a peer's frames are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Reserved opcode.
    Opcode(u8),
    /// RSV bits without an extension.
    Reserved,
    /// A client must mask.
    Unmasked,
    /// A server must not mask.
    Masked,
    /// Control frames have 125 bytes at most.
    ControlTooLong,
    /// Control frames are never fragmented.
    ControlFragment,
    /// The length is not written in the shortest way, or its top bit is set.
    Length,
    /// Continuation without a first fragment.
    NoMessage,
    /// First fragment while a message is unfinished.
    MessageInMessage,
    /// Status code that may not be sent, or half of one.
    CloseCode,
    /// Text that is not UTF-8.
    NotUtf8,
    /// More than we take.
    TooBig,
    /// A message that is longer than was agreed to.
    MessageTooBig,
}

impl Violation {
    /// Status code for the CLOSE frame (section 7.4.1).
    pub fn close_code(self) -> u16 {
        match self {
            Violation::NotUtf8 => 1007,
            Violation::TooBig | Violation::MessageTooBig => 1009,
            _ => 1002,
        }
    }

    /// What is wrong, in a few words.
    pub fn text(self) -> &'static str {
        match self {
            Violation::Opcode(_) => "unknown WS op",
            Violation::Reserved => "WS reserved bits",
            Violation::Unmasked => "WS frame without mask",
            Violation::Masked => "WS frame with mask",
            Violation::ControlTooLong => "WS control frame too long",
            Violation::ControlFragment => "WS control frame in fragments",
            Violation::Length => "WS frame length",
            Violation::NoMessage => "WS continuation without message",
            Violation::MessageInMessage => "WS message in message",
            Violation::CloseCode => "WS close code",
            Violation::NotUtf8 => "WS text is not UTF-8",
            Violation::TooBig => "MG_MAX_RECV_SIZE",
            Violation::MessageTooBig => "WS message too big",
        }
    }
}

/// Checks the payload of a CLOSE frame: nothing, or a status code and a reason (section 7.4).
pub fn check_close(payload: &[u8]) -> Result<(), Violation> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() { Ok(()) } else { Err(Violation::CloseCode) };
    };
    match u16::from_be_bytes(*code) {
        1000..=1003 | 1007..=1014 | 3000..=4999 => {}
        _ => return Err(Violation::CloseCode),
    }
    core::str::from_utf8(reason).map(|_| ()).map_err(|_| Violation::NotUtf8)
}

/// A frame header to be sent.
#[derive(Clone, Copy, Debug)]
pub struct EncodedHeader {
    bytes: [u8; MAX_HEADER_LEN],
    len: usize,
}

impl EncodedHeader {
    /// Header of a frame with first byte `first` and `payload_len` bytes, masked with `mask`.
    pub fn new(first: u8, payload_len: u64, mask: Option<Mask>) -> EncodedHeader {
        let mut header = EncodedHeader { bytes: [0; MAX_HEADER_LEN], len: 0 };
        let masked = if mask.is_some() { MASKED } else { 0 };
        match (u8::try_from(payload_len), u16::try_from(payload_len)) {
            (Ok(len), _) if len < LEN_16 => header.push(&[first, masked | len]),
            (_, Ok(len)) => {
                header.push(&[first, masked | LEN_16]);
                header.push(&len.to_be_bytes());
            }
            _ => {
                header.push(&[first, masked | LEN_64]);
                header.push(&payload_len.to_be_bytes());
            }
        }
        header.push(&mask.unwrap_or_default()[..if mask.is_some() { 4 } else { 0 }]);
        header
    }

    /// The bytes in front of the payload.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

/// Masks or unmasks `data`, which starts `offset` bytes into the payload (section 5.3).
pub fn apply_mask(data: &mut [u8], mask: Mask, offset: usize) {
    let mut key = mask;
    key.rotate_left(offset % mask.len());
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, tail) = data.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in tail.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch04_12_header_lengths() {
        for (len, plain) in [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10), (1 << 40, 10)] {
            for (mask, more) in [(None, 0), (Some([1, 2, 3, 4]), 4)] {
                let encoded = EncodedHeader::new(0x81, len, mask);
                assert_eq!(encoded.as_bytes().len(), plain + more);
                let bytes = encoded.as_bytes();
                for cut in 0..bytes.len() {
                    assert_eq!(Header::parse(&bytes[..cut]), None, "{len} cut at {cut}");
                }
                let parsed = Header::parse(bytes).expect("complete");
                assert_eq!((parsed.payload_len, parsed.mask), (len, mask));
                assert_eq!((parsed.header_len, parsed.is_minimal), (plain + more, true));
            }
        }
    }

    #[test]
    fn masking_goes_on_at_any_offset() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        for len in 0..40 {
            let plain: Vec<u8> = (0..len).collect();
            let expected: Vec<u8> =
                plain.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
            for cut in 0..=plain.len() {
                let mut data = plain.clone();
                let (a, b) = data.split_at_mut(cut);
                apply_mask(a, key, 0);
                apply_mask(b, key, cut);
                assert_eq!(data, expected, "cut at {cut}");
            }
        }
    }

    #[test]
    fn rfc6455_section_5_7_examples() {
        let mut hello = *b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
        let header = Header::parse(&hello).expect("complete");
        assert_eq!((header.opcode(), header.is_final(), header.payload_len), (1, true, 5));
        apply_mask(&mut hello[6..], header.mask.expect("masked"), 0);
        assert_eq!(&hello[6..], b"Hello");
    }

    #[test]
    fn close_payloads() {
        let code = |code: u16| code.to_be_bytes().to_vec();
        assert_eq!(check_close(b""), Ok(()));
        assert_eq!(check_close(b"\x03"), Err(Violation::CloseCode));
        for good in [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999] {
            assert_eq!(check_close(&code(good)), Ok(()), "{good}");
        }
        for bad in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
            assert_eq!(check_close(&code(bad)), Err(Violation::CloseCode), "{bad}");
        }
        assert_eq!(check_close(b"\x03\xe8bye"), Ok(()));
        assert_eq!(check_close(b"\x03\xe8\xff"), Err(Violation::NotUtf8));
        assert_eq!(check_close(b"\x03\xe8\xce"), Err(Violation::NotUtf8));
    }
}
