//! Modbus/TCP frames: requests in, answers out (MODBUS Application Protocol V1.1b3, Messaging on
//! TCP/IP V1.0b).

/// Fewest bytes that a request takes.
pub const MIN_FRAME: usize = 12;

/// Bytes in front of what the length field counts.
const PREFIX: usize = 6;

/// Largest length field: the unit id and a PDU of 253 bytes.
const MAX_LENGTH: usize = 254;

/// Bytes of the longest answer.
const MAX_ANSWER: usize = PREFIX + MAX_LENGTH;

/// Exception: no such function.
pub const ILLEGAL_FUNCTION: u8 = 1;
/// Exception: malformed request.
pub const ILLEGAL_VALUE: u8 = 3;
/// Exception: the server can't do it.
pub const DEVICE_FAILURE: u8 = 4;

/// Function codes.
mod function {
    pub const READ_COILS: u8 = 1;
    pub const READ_DISCRETE_INPUTS: u8 = 2;
    pub const READ_HOLDING_REGISTERS: u8 = 3;
    pub const READ_INPUT_REGISTERS: u8 = 4;
    pub const WRITE_SINGLE_COIL: u8 = 5;
    pub const WRITE_SINGLE_REGISTER: u8 = 6;
    pub const WRITE_MULTIPLE_COILS: u8 = 15;
    pub const WRITE_MULTIPLE_REGISTERS: u8 = 16;
}
use function::*;

/// Most values in one request (sections 6.1, 6.3, 6.11 and 6.12).
const MAX_READ_BITS: usize = 2000;
const MAX_READ_REGISTERS: usize = 125;
const MAX_WRITE_BITS: usize = 1968;
const MAX_WRITE_REGISTERS: usize = 123;

/// A coil that is on.
const ON: u16 = 0xff00;

/// The bytes are no Modbus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPdu;

fn be16(buf: &[u8], ofs: usize) -> Option<u16> {
    buf.get(ofs..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

/// Bytes of the frame at the start of `buf`; `None` if it has not arrived yet.
pub fn frame_len(buf: &[u8]) -> Result<Option<usize>, InvalidPdu> {
    if buf.len() < MIN_FRAME {
        return Ok(None);
    }
    let length = be16(buf, 4).map_or(0, usize::from);
    if be16(buf, 2) != Some(0) || !(PREFIX..=MAX_LENGTH).contains(&length) {
        return Err(InvalidPdu);
    }
    Ok(Some(PREFIX + length).filter(|&len| len <= buf.len()))
}

/// A valid request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Function code.
    pub func: u8,
    /// First address.
    pub addr: u16,
    /// Number of values.
    pub len: u16,
    /// The values to write, as they are on the wire; empty for reads.
    data: &'a [u8],
}

/// True if the values of a function are bits, false if they are registers.
pub fn has_bits(func: u8) -> bool {
    matches!(func, READ_COILS | READ_DISCRETE_INPUTS | WRITE_SINGLE_COIL | WRITE_MULTIPLE_COILS)
}

/// Function code of a complete frame.
pub fn function(frame: &[u8]) -> u8 {
    frame.get(7).copied().unwrap_or(0)
}

/// Reads a complete frame; the error is the exception to answer with.
pub fn parse(frame: &[u8]) -> Result<Request<'_>, u8> {
    let func = function(frame);
    let pdu = frame.get(7..).unwrap_or_default();
    if !matches!(func, READ_COILS..=WRITE_SINGLE_REGISTER)
        && !matches!(func, WRITE_MULTIPLE_COILS | WRITE_MULTIPLE_REGISTERS)
    {
        return Err(ILLEGAL_FUNCTION);
    }
    read(func, pdu).ok_or(ILLEGAL_VALUE)
}

fn read(func: u8, pdu: &[u8]) -> Option<Request<'_>> {
    let (addr, value) = (be16(pdu, 1)?, be16(pdu, 3)?);
    let quantity = usize::from(value);
    let (max, bytes) = match func {
        READ_COILS | READ_DISCRETE_INPUTS => (MAX_READ_BITS, None),
        READ_HOLDING_REGISTERS | READ_INPUT_REGISTERS => (MAX_READ_REGISTERS, None),
        WRITE_MULTIPLE_COILS => (MAX_WRITE_BITS, Some(quantity.div_ceil(8))),
        WRITE_MULTIPLE_REGISTERS => (MAX_WRITE_REGISTERS, Some(2 * quantity)),
        _ => {
            let is_valid = func == WRITE_SINGLE_REGISTER || value == ON || value == 0;
            let request = Request { func, addr, len: 1, data: pdu.get(3..)? };
            return (pdu.len() == 5 && is_valid).then_some(request);
        }
    };
    let data = match bytes {
        None => pdu.get(5..)?,
        Some(bytes) => {
            pdu.get(6..).filter(|_| pdu.get(5).copied().map(usize::from) == Some(bytes))?
        }
    };
    let is_valid = (1..=max).contains(&quantity) && data.len() == bytes.unwrap_or(0);
    is_valid.then_some(Request { func, addr, len: value, data })
}

impl Request<'_> {
    /// Value number `i` as a bit.
    pub fn bit(&self, i: usize) -> bool {
        let byte = self.data.get(i / 8).copied().unwrap_or(0);
        match self.func {
            WRITE_SINGLE_COIL => byte != 0,
            _ => byte >> (i % 8) & 1 != 0,
        }
    }

    /// Value number `i` as a register.
    pub fn register(&self, i: usize) -> u16 {
        be16(self.data, 2 * i).unwrap_or(0)
    }
}

/// The values of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// One byte per bit, 0 = off.
    Bits(&'a [u8]),
    /// Registers in host order.
    Registers(&'a [u16]),
}

/// An answer under construction.
pub struct Answer {
    bytes: [u8; MAX_ANSWER],
    len: usize,
}

impl Answer {
    /// Everything up to the function code; transaction and unit are those of the request.
    fn to(frame: &[u8], func: u8) -> Answer {
        let mut answer = Answer { bytes: [0; MAX_ANSWER], len: 0 };
        answer.put(frame.get(..2).unwrap_or_default());
        answer.put(&[0; 4]);
        answer.put(frame.get(PREFIX..=PREFIX).unwrap_or_default());
        answer.put(&[func]);
        answer
    }

    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    fn put16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    fn finish(mut self) -> Answer {
        let length = (self.len - PREFIX) as u16;
        self.bytes[4..PREFIX].copy_from_slice(&length.to_be_bytes());
        self
    }

    /// The exception `code` to a request for `func`.
    pub fn exception(frame: &[u8], func: u8, code: u8) -> Answer {
        let mut answer = Answer::to(frame, func | 0x80);
        answer.put(&[code]);
        answer.finish()
    }

    /// The answer to the request in `frame`, whose outcome is in the other arguments. `None` if they
    /// do not belong together.
    pub fn new(frame: &[u8], func: u8, addr: u16, values: Values) -> Option<Answer> {
        let mut answer = Answer::to(frame, func);
        match (func, values) {
            (READ_COILS | READ_DISCRETE_INPUTS, Values::Bits(bits)) => {
                let bits = bits.get(..MAX_READ_BITS).unwrap_or(bits);
                answer.put(&[bits.len().div_ceil(8) as u8]);
                for byte in bits.chunks(8) {
                    let packed =
                        byte.iter().rev().fold(0, |all, &bit| all << 1 | u8::from(bit != 0));
                    answer.put(&[packed]);
                }
            }
            (READ_HOLDING_REGISTERS | READ_INPUT_REGISTERS, Values::Registers(regs)) => {
                let regs = regs.get(..MAX_READ_REGISTERS).unwrap_or(regs);
                answer.put(&[2 * regs.len() as u8]);
                for &value in regs {
                    answer.put16(value);
                }
            }
            (WRITE_SINGLE_COIL, Values::Bits(&[bit])) => {
                answer.put16(addr);
                answer.put16(if bit != 0 { ON } else { 0 });
            }
            (WRITE_SINGLE_REGISTER, Values::Registers(&[value])) => {
                answer.put16(addr);
                answer.put16(value);
            }
            (WRITE_MULTIPLE_COILS, Values::Bits(bits)) => {
                answer.put16(addr);
                answer.put16(bits.len() as u16);
            }
            (WRITE_MULTIPLE_REGISTERS, Values::Registers(regs)) => {
                answer.put16(addr);
                answer.put16(regs.len() as u16);
            }
            _ => return None,
        }
        Some(answer.finish())
    }

    /// The bytes to send.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frame with transaction 0x0a0b and unit 17 around a PDU.
    fn frame(pdu: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x0a, 0x0b, 0, 0, 0, pdu.len() as u8 + 1, 17];
        frame.extend(pdu);
        frame
    }

    #[test]
    fn ch06_49_50_framing() {
        let good = frame(&[3, 0, 5, 0, 2]);
        assert_eq!(frame_len(&good), Ok(Some(12)));
        assert_eq!(frame_len(&[&good[..], &good].concat()), Ok(Some(12)));
        for len in 0..12 {
            assert_eq!(frame_len(&good[..len]), Ok(None), "{len}");
        }
        for (at, value) in [(2, 1), (3, 1), (4, 1), (5, 5), (5, 255)] {
            let mut bad = good.clone();
            bad[at] = value;
            assert_eq!(frame_len(&bad), Err(InvalidPdu), "byte {at} = {value}");
        }
        let mut long = good.clone();
        long[5] = 254;
        assert_eq!(frame_len(&long), Ok(None));
    }

    #[test]
    fn ch06_44_quantities() {
        let read = |func, n: u16| [&[func, 0, 0][..], &n.to_be_bytes()].concat();
        let write = |func, n: u16, bytes: usize| {
            [&read(func, n)[..], &[bytes as u8], &vec![0; bytes]].concat()
        };
        let cases = [
            ("bits", read(1, 1), true),
            ("bits, most", read(2, 2000), true),
            ("bits, none", read(1, 0), false),
            ("bits, too many", read(2, 2001), false),
            ("registers, most", read(3, 125), true),
            ("registers, too many", read(4, 126), false),
            ("longer than it should be", [read(3, 1), vec![0]].concat(), false),
            ("coils, most", write(15, 1968, 246), true),
            ("coils, too many", write(15, 1969, 247), false),
            ("coils, none", write(15, 0, 0), false),
            ("coils, wrong byte count", write(15, 9, 1), false),
            ("registers to write, most", write(16, 123, 246), true),
            ("registers to write, too many", write(16, 124, 248), false),
            ("registers to write, wrong byte count", write(16, 2, 3), false),
            ("bytes missing", write(16, 2, 4)[..9].to_vec(), false),
            ("coil on", read(5, ON), true),
            ("coil off", read(5, 0), true),
            ("coil, other value", read(5, 1), false),
            ("register", read(6, 1), true),
        ];
        for (what, pdu, is_valid) in cases {
            let expected = if is_valid { None } else { Some(ILLEGAL_VALUE) };
            assert_eq!(parse(&frame(&pdu)).err(), expected, "{what}");
        }
        for func in [0, 7, 8, 11, 14, 17, 22, 23, 43, 128, 255] {
            assert_eq!(parse(&frame(&read(func, 1))).err(), Some(ILLEGAL_FUNCTION), "{func}");
        }
    }

    #[test]
    fn ch06_45_bits_are_packed_from_the_lowest() {
        let bits = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1];
        let request = frame(&[1, 0, 0, 0, 10]);
        let answer = Answer::new(&request, 1, 0, Values::Bits(&bits)).unwrap();
        assert_eq!(answer.as_bytes(), [0x0a, 0x0b, 0, 0, 0, 5, 17, 1, 2, 0x49, 2]);
        let request = frame(&[15, 0, 0, 0, 10, 2, 0x49, 2]);
        let request = parse(&request).unwrap();
        let got: Vec<u8> = (0..10).map(|i| u8::from(request.bit(i))).collect();
        assert_eq!(got, bits);
    }

    #[test]
    fn ch06_46_47_51_answers() {
        let request = frame(&[3, 0, 5, 0, 2]);
        let answer = Answer::new(&request, 3, 5, Values::Registers(&[0x1200, 0x1201])).unwrap();
        let expected = [0x0a, 0x0b, 0, 0, 0, 7, 17, 3, 4, 0x12, 0, 0x12, 1];
        assert_eq!(answer.as_bytes(), expected);
        let exception = Answer::exception(&request, 0x17, 1);
        assert_eq!(exception.as_bytes(), [0x0a, 0x0b, 0, 0, 0, 3, 17, 0x97, 1]);
        let coil = Answer::new(&request, 5, 7, Values::Bits(&[1])).unwrap();
        assert_eq!(coil.as_bytes()[7..], [5, 0, 7, 0xff, 0]);
        let many = Answer::new(&request, 16, 7, Values::Registers(&[1, 2, 3])).unwrap();
        assert_eq!(many.as_bytes()[7..], [16, 0, 7, 0, 3]);
    }

    #[test]
    fn w06_35_what_a_handler_may_make_of_it() {
        let request = frame(&[3, 0, 5, 0, 2]);
        let most = Answer::new(&request, 3, 0, Values::Registers(&[7; 2000])).unwrap();
        assert_eq!(most.as_bytes().len(), 9 + 250);
        let most = Answer::new(&request, 1, 0, Values::Bits(&[1; 4000])).unwrap();
        assert_eq!(most.as_bytes().len(), 9 + 250);
        for (func, values) in [
            (5, Values::Bits(&[1, 1])),
            (6, Values::Registers(&[])),
            (7, Values::Registers(&[1])),
            (3, Values::Bits(&[1])),
        ] {
            assert!(Answer::new(&request, func, 0, values).is_none(), "{func}");
        }
    }
}
