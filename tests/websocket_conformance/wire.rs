//! Frames as a peer that need not keep to the rules puts them on the wire, and what it gets back. It
//! shares no code with the library.

/// Which end the library is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Server,
    Client,
}

/// How the length of a frame is written.
#[derive(Clone, Copy)]
enum Width {
    Shortest,
    Bits16,
    Bits64,
}

/// A frame to be sent.
#[derive(Clone)]
pub struct Frame {
    first: u8,
    payload: Vec<u8>,
    /// Length in the header, if it is not that of the payload.
    announced: Option<u64>,
    width: Width,
    /// Masked where it must not be, and the other way round.
    wrong_mask: bool,
}

impl Frame {
    /// A frame with this first byte.
    pub fn new(first: u8, payload: impl AsRef<[u8]>) -> Frame {
        let payload = payload.as_ref().to_vec();
        Frame { first, payload, announced: None, width: Width::Shortest, wrong_mask: false }
    }

    /// Only the start of the payload is sent: the header says that there are `len` bytes.
    pub fn announcing(self, len: u64) -> Frame {
        Frame { announced: Some(len), ..self }
    }

    pub fn with_16_bit_length(self) -> Frame {
        Frame { width: Width::Bits16, ..self }
    }

    pub fn with_64_bit_length(self) -> Frame {
        Frame { width: Width::Bits64, ..self }
    }

    pub fn with_wrong_mask(self) -> Frame {
        Frame { wrong_mask: true, ..self }
    }

    /// The bytes for the library in its role. Frames are numbered to get different masks.
    fn bytes(&self, role: Role, number: usize) -> Vec<u8> {
        let len = self.announced.unwrap_or(self.payload.len() as u64);
        let masked = (role == Role::Server) != self.wrong_mask;
        let bit = u8::from(masked) << 7;
        let mut bytes = vec![self.first];
        match (self.width, len) {
            (Width::Shortest, 0..126) => bytes.push(bit | len as u8),
            (Width::Shortest, 126..65536) | (Width::Bits16, _) => {
                bytes.push(bit | 126);
                bytes.extend((len as u16).to_be_bytes());
            }
            _ => {
                bytes.push(bit | 127);
                bytes.extend(len.to_be_bytes());
            }
        }
        // The first mask is zero.
        let mask = [number as u8, 0xa5 * (number as u8 & 1), 0, number as u8 ^ number as u8 >> 1];
        if masked {
            bytes.extend(mask);
        }
        let key = mask.iter().map(|key| if masked { *key } else { 0 }).cycle();
        bytes.extend(self.payload.iter().zip(key).map(|(byte, key)| byte ^ key));
        bytes
    }
}

/// The bytes of all frames.
pub fn bytes(frames: &[Frame], role: Role) -> Vec<u8> {
    frames.iter().enumerate().flat_map(|(number, frame)| frame.bytes(role, number)).collect()
}

/// A frame that came from the library: first byte and payload.
pub type Got = (u8, Vec<u8>);

/// All frames in what the library sent in its role; each must be complete, masked if it is the
/// client, and as short as can be.
pub fn frames(mut input: &[u8], role: Role) -> Result<Vec<Got>, String> {
    let mut frames = Vec::new();
    while !input.is_empty() {
        let (frame, rest) = frame(input, role).ok_or(format!("no frame: {input:02x?}"))?;
        frames.push(frame);
        input = rest;
    }
    Ok(frames)
}

fn frame(input: &[u8], role: Role) -> Option<(Got, &[u8])> {
    let (head, rest) = input.split_at_checked(2)?;
    let (extra, least) = match head[1] & 0x7f {
        126 => (2, 126),
        127 => (8, 65536),
        _ => (0, 0),
    };
    let (long, rest) = rest.split_at_checked(extra)?;
    let long = long.iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
    let len = if extra == 0 { usize::from(head[1] & 0x7f) } else { long };
    let masked = head[1] >> 7 == 1;
    if len < least || masked != (role == Role::Client) {
        return None;
    }
    let (mask, rest) = rest.split_at_checked(if masked { 4 } else { 0 })?;
    let (payload, rest) = rest.split_at_checked(len)?;
    let key = |i: usize| mask.get(i % 4).copied().unwrap_or(0);
    let payload = payload.iter().enumerate().map(|(i, byte)| byte ^ key(i)).collect();
    Some(((head[0], payload), rest))
}
