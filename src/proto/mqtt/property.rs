//! MQTT 5 properties (section 2.2.2): one byte that names the property, then its value.

use super::build::{Out, Refusal, put_string, put_varint};
use super::{MAX_REMAINING, VarInt, read_varint};

/// How the value of a property is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One byte.
    Byte,
    /// Two bytes, big-endian.
    Short,
    /// Four bytes, big-endian.
    Int,
    /// Variable byte integer.
    VarInt,
    /// UTF-8 text or binary data, with its length in front.
    Bytes,
    /// Two strings.
    Pair,
}

/// Kind of the value of property `id`; `None` for an id that the standard does not have.
pub fn kind(id: u8) -> Option<Kind> {
    Some(match id {
        0x01 | 0x17 | 0x19 | 0x24 | 0x25 | 0x28..=0x2a => Kind::Byte,
        0x13 | 0x21..=0x23 => Kind::Short,
        0x02 | 0x11 | 0x18 | 0x27 => Kind::Int,
        0x0b => Kind::VarInt,
        0x03 | 0x08 | 0x09 | 0x12 | 0x15 | 0x16 | 0x1a | 0x1c | 0x1f => Kind::Bytes,
        0x26 => Kind::Pair,
        _ => return None,
    })
}

/// Value of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of the four numeric kinds.
    Number(u32),
    /// Text or binary data.
    Bytes(&'a [u8]),
    /// Name and value of a user property.
    Pair(&'a [u8], &'a [u8]),
}

/// A property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property<'a> {
    /// Identifier (section 2.2.2.2).
    pub id: u8,
    /// Its value.
    pub value: Value<'a>,
}

/// Reads the property at the front of `section`. Returns it with the number of bytes it takes, at
/// least 2; `None` if the id is unknown or the value is cut short or malformed.
pub fn read(section: &[u8]) -> Option<(Property<'_>, usize)> {
    let (&id, value) = section.split_first()?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |n, &byte| n << 8 | u32::from(byte));
    let fixed = |len: usize| Some((Value::Number(number(value.get(..len)?)), len));
    let (value, len) = match kind(id)? {
        Kind::Byte => fixed(1)?,
        Kind::Short => fixed(2)?,
        Kind::Int => fixed(4)?,
        Kind::VarInt => match read_varint(value) {
            VarInt::Value(n, len) => (Value::Number(u32::try_from(n).ok()?), len),
            VarInt::Partial | VarInt::Malformed => return None,
        },
        Kind::Bytes => {
            let (text, rest) = read_string(value)?;
            (Value::Bytes(text), value.len() - rest.len())
        }
        Kind::Pair => {
            let (name, rest) = read_string(value)?;
            let (text, rest) = read_string(rest)?;
            (Value::Pair(name, text), value.len() - rest.len())
        }
    };
    Some((Property { id, value }, 1 + len))
}

/// Splits a string with its 16-bit length off.
fn read_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(len)))
}

impl Property<'_> {
    /// Writes id and value. Numbers are cut to their kind's size.
    ///
    /// Refused are an unknown id or a value of another kind, a string that is too long, and a
    /// variable byte integer over 268 435 455.
    pub(super) fn put(&self, out: &mut Out) -> Result<(), Refusal> {
        let kind = kind(self.id).ok_or(Refusal::UnknownProperty)?;
        out(&[self.id]);
        match (kind, self.value) {
            (Kind::Byte, Value::Number(n)) => out(&[n as u8]),
            (Kind::Short, Value::Number(n)) => out(&(n as u16).to_be_bytes()),
            (Kind::Int, Value::Number(n)) => out(&n.to_be_bytes()),
            (Kind::VarInt, Value::Number(n)) if n as usize > MAX_REMAINING => {
                return Err(Refusal::NumberTooLarge);
            }
            (Kind::VarInt, Value::Number(n)) => put_varint(out, n as usize),
            (Kind::Bytes, Value::Bytes(text)) => put_string(out, text)?,
            (Kind::Pair, Value::Pair(name, text)) => {
                put_string(out, name)?;
                put_string(out, text)?;
            }
            _ => return Err(Refusal::UnknownProperty),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One property of each kind, and its encoding.
    const EACH_KIND: [(Property, &[u8]); 7] = [
        (Property { id: 0x01, value: Value::Number(1) }, b"\x01\x01"),
        (Property { id: 0x22, value: Value::Number(0x1234) }, b"\x22\x12\x34"),
        (Property { id: 0x11, value: Value::Number(0x01020304) }, b"\x11\x01\x02\x03\x04"),
        (Property { id: 0x0b, value: Value::Number(300) }, b"\x0b\xac\x02"),
        (Property { id: 0x03, value: Value::Bytes(b"text") }, b"\x03\x00\x04text"),
        (Property { id: 0x09, value: Value::Bytes(b"") }, b"\x09\x00\x00"),
        (Property { id: 0x26, value: Value::Pair(b"k", b"val") }, b"\x26\x00\x01k\x00\x03val"),
    ];

    fn written(property: &Property) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        property.put(&mut |piece| bytes.extend_from_slice(piece)).map(|()| bytes)
    }

    #[test]
    fn ch04_42_every_kind_survives_the_round_trip() {
        for (property, bytes) in EACH_KIND {
            assert_eq!(written(&property).as_deref(), Ok(bytes));
            assert_eq!(read(bytes), Some((property, bytes.len())));
            assert_eq!(read(&[bytes, b"more"].concat()), Some((property, bytes.len())));
        }
    }

    // History: #3419 | each kind of property cut at each byte
    #[test]
    fn ch04_43_each_kind_cut_at_each_byte_is_refused() {
        for (_, bytes) in EACH_KIND {
            for cut in 0..bytes.len() {
                assert_eq!(read(&bytes[..cut]), None, "{:?}", &bytes[..cut]);
            }
        }
        assert_eq!(read(b"\x0b\x80\x80\x80\x80\x01"), None, "varint of five bytes");
    }

    #[test]
    fn ch04_43_ids_that_the_standard_has() {
        let known: Vec<u8> = (0..=255).filter(|&id| kind(id).is_some()).collect();
        let expected = [
            0x01, 0x02, 0x03, 0x08, 0x09, 0x0b, 0x11, 0x12, 0x13, 0x15, 0x16, 0x17, 0x18, 0x19,
            0x1a, 0x1c, 0x1f, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a,
        ];
        assert_eq!(known, expected);
    }

    // History: #3419 | reading always advances
    #[test]
    fn reading_always_advances() {
        for id in 0..=255 {
            for fill in [0x00, 0x7f, 0x80, 0xff] {
                let mut section = [fill; 64];
                section[0] = id;
                if let Some((_, len)) = read(&section) {
                    assert!((2..=section.len()).contains(&len), "{id} {fill}: {len}");
                }
            }
        }
    }

    #[test]
    fn ch04_w16_w17_what_cannot_be_sent_is_refused() {
        let long = vec![b'x'; 65_536];
        let cases = [
            (0x7f, Value::Number(1), Refusal::UnknownProperty),
            (0x26, Value::Number(1), Refusal::UnknownProperty),
            (0x0b, Value::Number(268_435_456), Refusal::NumberTooLarge),
            (0x03, Value::Bytes(&long), Refusal::StringTooLong),
            (0x26, Value::Pair(&long, b""), Refusal::StringTooLong),
            (0x26, Value::Pair(b"", &long), Refusal::StringTooLong),
        ];
        for (id, value, refusal) in cases {
            assert_eq!(written(&Property { id, value }), Err(refusal));
        }
        assert!(written(&Property { id: 3, value: Value::Bytes(&long[1..]) }).is_ok());
    }
}
