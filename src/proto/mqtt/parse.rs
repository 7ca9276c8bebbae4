//! Taking packets apart.
//!
//! Results are offsets from the first byte of the packet, so that they outlive the buffer's moves.

use super::{VarInt, Version, packet_type, read_varint};

/// A stretch of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset from the first byte of the packet.
    pub start: usize,
    /// Bytes.
    pub len: usize,
}

impl Span {
    /// The stretch itself; empty if `packet` is shorter than the packet it was found in.
    pub fn of<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        let rest = packet.get(self.start..).unwrap_or_default();
        rest.get(..self.len).unwrap_or_default()
    }
}

/// What only a PUBLISH has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publish {
    /// Topic name, not checked further.
    pub topic: Span,
    /// The properties without their length. `None` in MQTT 3.1.1, and if nothing follows the
    /// variable header.
    pub properties: Option<Span>,
    /// The message.
    pub payload: Span,
}

/// A packet that is all there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Packet type, see [`packet_type`].
    pub kind: u8,
    /// Bits 1 and 2 of the first byte, whatever the type.
    pub qos: u8,
    /// Bytes of the packet, fixed header included.
    pub len: usize,
    /// Packet identifier; 0 if packets of this type have none.
    pub id: u16,
    /// CONNACK: return or reason code.
    pub code: u8,
    /// PUBREC: reason code, if it is given.
    pub reason: u8,
    /// PUBLISH: the rest.
    pub publish: Option<Publish>,
}

/// What the front of the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A packet.
    Complete(Packet),
    /// The beginning of a packet, with the length of the whole once it is known.
    Partial(Option<usize>),
    /// Nothing that can be a packet.
    Malformed,
}

/// Packet type in the first byte of a packet.
pub fn kind_of(first: u8) -> u8 {
    first >> 4
}

/// Quality-of-service bits in the first byte of a PUBLISH.
pub fn qos_of(first: u8) -> u8 {
    first >> 1 & 3
}

/// Parses the packet at the front of `input`.
///
/// Malformed are a length of more than four bytes, a packet too short for the fields its type must
/// have, and a PUBLISH of QoS 3 (section 3.3.1.2). Reserved flags, UTF-8 and topic names are not
/// looked at.
pub fn parse(input: &[u8], version: Version) -> Parsed {
    let Some((&first, rest)) = input.split_first() else { return Parsed::Partial(None) };
    let (remaining, length_len) = match read_varint(rest) {
        VarInt::Value(value, len) => (value, len),
        VarInt::Partial => return Parsed::Partial(None),
        VarInt::Malformed => return Parsed::Malformed,
    };
    let header_len = 1 + length_len;
    let len = header_len + remaining;
    let Some(packet) = input.get(..len) else { return Parsed::Partial(Some(len)) };
    let mut cursor = Cursor { packet, at: header_len };
    fields(first, &mut cursor, version).map_or(Parsed::Malformed, Parsed::Complete)
}

/// The fields behind the fixed header.
fn fields(first: u8, cursor: &mut Cursor, version: Version) -> Option<Packet> {
    use packet_type::*;
    let (kind, qos, len) = (kind_of(first), qos_of(first), cursor.packet.len());
    let mut packet = Packet { kind, qos, len, ..Packet::default() };
    match kind {
        CONNACK => [_, packet.code] = cursor.bytes()?,
        PUBREC => {
            packet.id = cursor.number()?;
            packet.reason = cursor.bytes().map_or(0, |[reason]| reason);
        }
        PUBACK | PUBREL | PUBCOMP | SUBSCRIBE | SUBACK | UNSUBSCRIBE | UNSUBACK => {
            packet.id = cursor.number()?;
        }
        PUBLISH if qos == 3 => return None,
        PUBLISH => {
            let topic = cursor.string()?;
            if qos > 0 {
                packet.id = cursor.number()?;
            }
            let has_properties = version == Version::V5 && cursor.left() > 0;
            let properties = if has_properties { Some(cursor.section()?) } else { None };
            let payload = cursor.span(cursor.left())?;
            packet.publish = Some(Publish { topic, properties, payload });
        }
        _ => {}
    }
    Some(packet)
}

/// Reads a packet front to back.
struct Cursor<'a> {
    packet: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// Bytes not read yet.
    fn left(&self) -> usize {
        self.packet.len().saturating_sub(self.at)
    }

    fn span(&mut self, len: usize) -> Option<Span> {
        if len > self.left() {
            return None;
        }
        let span = Span { start: self.at, len };
        self.at += len;
        Some(span)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.span(N)?.of(self.packet).try_into().ok()
    }

    fn number(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    /// A string with its length in front.
    fn string(&mut self) -> Option<Span> {
        let len = self.number()?;
        self.span(usize::from(len))
    }

    /// Properties with their length in front.
    fn section(&mut self) -> Option<Span> {
        let VarInt::Value(len, length_len) = read_varint(self.packet.get(self.at..)?) else {
            return None;
        };
        self.span(length_len)?;
        self.span(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet of each type, with the version it is for.
    const EACH_TYPE: [(&[u8], Version); 16] = [
        (b"\x10\x0f\0\x04MQTT\x04\x02\0\x3c\0\x03cid", Version::V3),
        (b"\x20\x02\0\0", Version::V3),
        (b"\x20\x03\0\0\0", Version::V5),
        (b"\x30\x06\0\x01tbod", Version::V3),
        (b"\x32\x0e\0\x01t\0\x07\x07\x26\0\x01k\0\x01v!", Version::V5),
        (b"\x40\x02\0\x01", Version::V3),
        (b"\x50\x04\0\x01\x80\0", Version::V5),
        (b"\x62\x02\0\x01", Version::V3),
        (b"\x70\x02\0\x01", Version::V3),
        (b"\x82\x06\0\x01\0\x01t\x01", Version::V3),
        (b"\x90\x03\0\x01\x01", Version::V3),
        (b"\xa2\x05\0\x01\0\x01t", Version::V3),
        (b"\xb0\x02\0\x01", Version::V3),
        (b"\xc0\0", Version::V3),
        (b"\xe0\x02\0\0", Version::V5),
        (b"\xf0\x02\0\0", Version::V5),
    ];

    // History: CVE-2019-12951 | each packet cut at each byte is partial
    #[test]
    fn cve_2019_12951_every_truncation_of_every_type_is_partial() {
        for (packet, version) in EACH_TYPE {
            for cut in 0..packet.len() {
                let want = Parsed::Partial((cut >= 2).then_some(packet.len()));
                assert_eq!(parse(&packet[..cut], version), want, "{packet:?} {cut}");
            }
            let more = [packet, b"\xff\xff"].concat();
            assert_eq!(parse(packet, version), parse(&more, version), "{packet:?}");
            let Parsed::Complete(parsed) = parse(packet, version) else {
                panic!("{packet:?} is complete");
            };
            assert_eq!((parsed.kind, parsed.len), (packet[0] >> 4, packet.len()));
        }
    }

    /// The same packets with a shorter length in the header: fields end where the packet does.
    // History: CVE-2018-18764 | fields end where the packet does
    #[test]
    fn cve_2018_18764_fields_never_reach_behind_the_packet() {
        for (packet, version) in EACH_TYPE {
            for remaining in 0..packet[1] {
                let shorter = [&packet[..1], &[remaining], &packet[2..]].concat();
                let Parsed::Complete(parsed) = parse(&shorter, version) else { continue };
                assert_eq!(parsed.len, usize::from(remaining) + 2);
                let Some(publish) = parsed.publish else { continue };
                let properties = publish.properties.unwrap_or_default();
                for span in [publish.topic, properties, publish.payload] {
                    assert!(span.start + span.len <= parsed.len, "{shorter:?} {span:?}");
                }
            }
        }
    }

    // History: CVE-2023-2905 | topics and properties longer than the packet are malformed
    #[test]
    fn cve_2023_2905_lengths_beyond_the_packet_are_malformed() {
        let cases: &[(&[u8], Version)] = &[
            (b"\x30\x01\0", Version::V3),
            (b"\x30\x03\0\x02t", Version::V3),
            (b"\x30\x03\xff\xfft", Version::V5),
            (b"\x32\x04\0\x01t\0", Version::V3),
            (b"\x30\x05\0\x01t\x02x", Version::V5),
            (b"\x30\x04\0\x01t\x80", Version::V5),
            (b"\x30\x08\0\x01t\xff\xff\xff\x7fx", Version::V5),
            (b"\x30\x09\0\x01t\x80\x80\x80\x80\x01x", Version::V5),
            (b"\x20\x01\0", Version::V3),
            (b"\x62\x01\x01", Version::V3),
            (b"\x36\x06\0\x01t\0\x09m", Version::V3),
        ];
        for (packet, version) in cases {
            assert_eq!(parse(packet, *version), Parsed::Malformed, "{packet:?}");
            let more = [packet, &[0; 64][..]].concat();
            assert_eq!(parse(&more, *version), Parsed::Malformed, "{packet:?}");
        }
    }

    #[test]
    fn ch04_w15_properties_are_found_however_short_the_rest() {
        let cases: &[(&[u8], Option<usize>, &[u8])] = &[
            (b"\x30\x03\0\x01t", None, b""),
            (b"\x30\x04\0\x01t\0", Some(0), b""),
            (b"\x30\x05\0\x01t\0x", Some(0), b"x"),
            (b"\x30\x06\0\x01t\x02\x01\x01", Some(2), b""),
        ];
        for (packet, properties, payload) in cases {
            let Parsed::Complete(Packet { publish: Some(publish), .. }) =
                parse(packet, Version::V5)
            else {
                panic!("{packet:?} is a PUBLISH");
            };
            assert_eq!(publish.properties.map(|span| span.len), *properties, "{packet:?}");
            assert_eq!(publish.payload.of(packet), *payload, "{packet:?}");
        }
    }

    #[test]
    fn ch04_41_a_length_of_five_bytes_is_malformed() {
        assert_eq!(parse(b"", Version::V3), Parsed::Partial(None));
        assert_eq!(parse(b"\x30\xff\xff\xff\xff\x01", Version::V3), Parsed::Malformed);
        assert_eq!(parse(b"\x30\xff\xff\xff", Version::V3), Parsed::Partial(None));
    }
}
