//! MQTT 3.1.1 and 5 packets: taking them apart ([`parse`], [`property`]) and putting them together
//! ([`build`]).
//!
//! Both versions share the fixed header: packet type and flags in one byte, then the number of
//! bytes that follow as a variable byte integer (section 2.1 of the standards).

pub mod build;
pub mod parse;
pub mod property;

/// Most bytes a packet can have behind its fixed header.
pub const MAX_REMAINING: usize = 268_435_455;

/// Longest string or binary value: its length takes 16 bits.
pub const MAX_STRING: usize = 65_535;

/// Packet types, the high half of the first byte (section 2.1.2).
pub mod packet_type {
    /// Client asks for a connection.
    pub const CONNECT: u8 = 1;
    /// Answer to CONNECT.
    pub const CONNACK: u8 = 2;
    /// A message.
    pub const PUBLISH: u8 = 3;
    /// Answer to a message of QoS 1.
    pub const PUBACK: u8 = 4;
    /// First answer to a message of QoS 2.
    pub const PUBREC: u8 = 5;
    /// Answer to PUBREC.
    pub const PUBREL: u8 = 6;
    /// Answer to PUBREL.
    pub const PUBCOMP: u8 = 7;
    /// Client subscribes.
    pub const SUBSCRIBE: u8 = 8;
    /// Answer to SUBSCRIBE.
    pub const SUBACK: u8 = 9;
    /// Client unsubscribes.
    pub const UNSUBSCRIBE: u8 = 10;
    /// Answer to UNSUBSCRIBE.
    pub const UNSUBACK: u8 = 11;
    /// Sign of life.
    pub const PINGREQ: u8 = 12;
    /// Answer to PINGREQ.
    pub const PINGRESP: u8 = 13;
    /// The sender is about to close.
    pub const DISCONNECT: u8 = 14;
}

/// The two protocol versions; every level but 5 is taken for 3.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1, level 4.
    V3,
    /// MQTT 5.
    V5,
}

impl Version {
    /// Version of a protocol level.
    pub fn of_level(level: u8) -> Version {
        if level == 5 { Version::V5 } else { Version::V3 }
    }
}

/// What the front of some bytes is, read as a variable byte integer (MQTT 5 section 1.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VarInt {
    /// A value and how many bytes it took, 1 to 4.
    Value(usize, usize),
    /// The bytes end within the integer.
    Partial,
    /// The fourth byte says that there are more.
    Malformed,
}

/// Reads a variable byte integer. Forms longer than need be are accepted.
pub fn read_varint(bytes: &[u8]) -> VarInt {
    let mut value = 0;
    for (i, &byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return VarInt::Value(value, i + 1);
        }
    }
    if bytes.len() < 4 { VarInt::Partial } else { VarInt::Malformed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_2019_19307_a_length_of_five_bytes_is_malformed() {
        let cases: &[(&[u8], VarInt)] = &[
            (b"", VarInt::Partial),
            (b"\x80", VarInt::Partial),
            (b"\xff\xff\xff", VarInt::Partial),
            (b"\x00", VarInt::Value(0, 1)),
            (b"\x7f\xff", VarInt::Value(127, 1)),
            (b"\x80\x01", VarInt::Value(128, 2)),
            (b"\x80\x80\x00", VarInt::Value(0, 3)),
            (b"\xff\xff\xff\x7f", VarInt::Value(MAX_REMAINING, 4)),
            (b"\x80\x80\x80\x80", VarInt::Malformed),
            (b"\x80\x80\x80\x80\x01", VarInt::Malformed),
            (&[0xff; 100], VarInt::Malformed),
        ];
        for (bytes, want) in cases {
            assert_eq!(read_varint(bytes), *want, "{bytes:?}");
        }
    }
}
