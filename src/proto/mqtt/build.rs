//! Putting packets together.
//!
//! A packet writes its pieces to a function, twice: first only to be measured, when everything
//! that can't be sent is found, then into the output. Nothing is copied in between.

use core::fmt;

use super::property::Property;
use super::{MAX_REMAINING, MAX_STRING, Version, packet_type};

/// Where the pieces of a packet go.
pub type Out<'a> = dyn FnMut(&[u8]) + 'a;

/// Why a packet can't be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A string of more than 65 535 bytes.
    StringTooLong,
    /// More than 268 435 455 bytes.
    PacketTooLong,
    /// A variable byte integer over 268 435 455.
    NumberTooLarge,
    /// A property that MQTT 5 does not have.
    UnknownProperty,
    /// Quality of service 3.
    InvalidQos,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Refusal::StringTooLong => "MQTT string over 65535 bytes",
            Refusal::PacketTooLong => "MQTT packet too long",
            Refusal::NumberTooLarge => "MQTT property value too large",
            Refusal::UnknownProperty => "unknown MQTT property",
            Refusal::InvalidQos => "invalid MQTT QoS",
        })
    }
}

/// The properties of a packet.
pub trait Properties {
    /// Hands them to `f` in order, until it refuses one.
    fn each(&self, f: &mut dyn FnMut(Property) -> Result<(), Refusal>) -> Result<(), Refusal>;
}

impl Properties for Vec<Property<'_>> {
    fn each(&self, f: &mut dyn FnMut(Property) -> Result<(), Refusal>) -> Result<(), Refusal> {
        self.iter().copied().try_for_each(f)
    }
}

/// A packet to be sent.
pub trait Packet {
    /// Packet type and flags.
    fn first_byte(&self) -> u8;

    /// Writes what follows the fixed header.
    fn put_body(&self, out: &mut Out) -> Result<(), Refusal>;

    /// Number of bytes that follow the fixed header, if the packet can be sent.
    fn body_len(&self) -> Result<usize, Refusal> {
        measure(|out| self.put_body(out))
    }
}

/// The fixed header: packet type with flags, and the number of bytes that follow.
pub fn put_fixed_header(out: &mut Out, first: u8, remaining: usize) -> Result<(), Refusal> {
    if remaining > MAX_REMAINING {
        return Err(Refusal::PacketTooLong);
    }
    out(&[first]);
    put_varint(out, remaining);
    Ok(())
}

/// Most bytes of a fixed header.
pub const MAX_FIXED_HEADER: usize = 5;

/// How many bytes `write` writes, at most as many as a packet may have.
fn measure(write: impl FnOnce(&mut Out) -> Result<(), Refusal>) -> Result<usize, Refusal> {
    let mut len = 0usize;
    write(&mut |piece| len = len.saturating_add(piece.len()))?;
    if len > MAX_REMAINING { Err(Refusal::PacketTooLong) } else { Ok(len) }
}

/// Writes `n`, which must not be over [`MAX_REMAINING`], as a variable byte integer.
pub(super) fn put_varint(out: &mut Out, mut n: usize) {
    while n > 0x7f {
        out(&[n as u8 | 0x80]);
        n >>= 7;
    }
    out(&[n as u8]);
}

/// Writes a string with its 16-bit length in front.
pub(super) fn put_string(out: &mut Out, text: &[u8]) -> Result<(), Refusal> {
    if text.len() > MAX_STRING {
        return Err(Refusal::StringTooLong);
    }
    out(&(text.len() as u16).to_be_bytes());
    out(text);
    Ok(())
}

/// Writes a property section with its length in front; nothing if there is none.
fn put_properties(out: &mut Out, properties: Option<&dyn Properties>) -> Result<(), Refusal> {
    let Some(properties) = properties else { return Ok(()) };
    let put_all = |out: &mut Out| properties.each(&mut |property| property.put(out));
    let len = measure(put_all)?;
    put_varint(out, len);
    put_all(out)
}

/// The two low bits of a quality of service, of which 3 is not allowed.
pub fn valid_qos(qos: u8) -> Result<u8, Refusal> {
    match qos & 3 {
        3 => Err(Refusal::InvalidQos),
        qos => Ok(qos),
    }
}

/// A CONNECT packet (section 3.1). Empty strings stand for fields that are left out.
pub struct Connect<'a> {
    /// Protocol level, sent as it is; 5 needs properties.
    pub level: u8,
    /// Client identifier.
    pub client_id: &'a [u8],
    /// User name.
    pub user: &'a [u8],
    /// Password.
    pub pass: &'a [u8],
    /// Topic of the will; without it there is no will.
    pub will_topic: &'a [u8],
    /// Message of the will.
    pub will_message: &'a [u8],
    /// Quality of service of the will; its bits are sent even without a will.
    pub qos: u8,
    /// Retain flag of the will, likewise.
    pub retain: bool,
    /// Start without the state of an earlier session.
    pub clean: bool,
    /// Seconds.
    pub keepalive: u16,
    /// MQTT 5 only.
    pub properties: Option<&'a dyn Properties>,
    /// MQTT 5 only.
    pub will_properties: Option<&'a dyn Properties>,
}

impl Connect<'_> {
    fn flags(&self) -> u8 {
        u8::from(!self.user.is_empty()) << 7
            | u8::from(!self.pass.is_empty()) << 6
            | u8::from(self.retain) << 5
            | (self.qos & 3) << 3
            | u8::from(!self.will_topic.is_empty()) << 2
            | u8::from(self.clean) << 1
    }
}

impl Packet for Connect<'_> {
    fn first_byte(&self) -> u8 {
        packet_type::CONNECT << 4
    }

    fn put_body(&self, out: &mut Out) -> Result<(), Refusal> {
        valid_qos(self.qos)?;
        put_string(out, b"MQTT")?;
        out(&[self.level, self.flags()]);
        out(&self.keepalive.to_be_bytes());
        put_properties(out, self.properties)?;
        put_string(out, self.client_id)?;
        if !self.will_topic.is_empty() {
            put_properties(out, self.will_properties)?;
            put_string(out, self.will_topic)?;
            put_string(out, self.will_message)?;
        }
        for text in [self.user, self.pass].into_iter().filter(|text| !text.is_empty()) {
            put_string(out, text)?;
        }
        Ok(())
    }
}

/// A PUBLISH packet (section 3.3).
pub struct Publish<'a> {
    /// Topic name.
    pub topic: &'a [u8],
    /// The message.
    pub message: &'a [u8],
    /// Quality of service, see [`valid_qos`].
    pub qos: u8,
    /// Ask the broker to keep the message.
    pub retain: bool,
    /// Sent before; only QoS 1 and 2 can say so.
    pub dup: bool,
    /// Packet identifier, left out with QoS 0.
    pub id: u16,
    /// MQTT 5 only.
    pub properties: Option<&'a dyn Properties>,
}

impl Packet for Publish<'_> {
    fn first_byte(&self) -> u8 {
        let qos = self.qos & 3;
        let dup = u8::from(self.dup && qos > 0);
        packet_type::PUBLISH << 4 | dup << 3 | qos << 1 | u8::from(self.retain)
    }

    fn put_body(&self, out: &mut Out) -> Result<(), Refusal> {
        let qos = valid_qos(self.qos)?;
        put_string(out, self.topic)?;
        if qos > 0 {
            out(&self.id.to_be_bytes());
        }
        put_properties(out, self.properties)?;
        out(self.message);
        Ok(())
    }
}

/// A SUBSCRIBE packet (section 3.8) for one topic filter, or an UNSUBSCRIBE packet (section 3.10).
pub struct Subscription<'a> {
    /// Topic filter.
    pub filter: &'a [u8],
    /// Quality of service to subscribe with; `None` = unsubscribe.
    pub qos: Option<u8>,
    /// Packet identifier.
    pub id: u16,
    /// MQTT 5 only.
    pub properties: Option<&'a dyn Properties>,
}

impl Packet for Subscription<'_> {
    fn first_byte(&self) -> u8 {
        let kind =
            if self.qos.is_some() { packet_type::SUBSCRIBE } else { packet_type::UNSUBSCRIBE };
        kind << 4 | 2
    }

    fn put_body(&self, out: &mut Out) -> Result<(), Refusal> {
        let qos = self.qos.map(valid_qos).transpose()?;
        out(&self.id.to_be_bytes());
        put_properties(out, self.properties)?;
        put_string(out, self.filter)?;
        if let Some(qos) = qos {
            out(&[qos]);
        }
        Ok(())
    }
}

/// A DISCONNECT packet (section 3.14) for a normal end.
pub struct Disconnect<'a> {
    /// MQTT 5 only.
    pub properties: Option<&'a dyn Properties>,
}

impl Packet for Disconnect<'_> {
    fn first_byte(&self) -> u8 {
        packet_type::DISCONNECT << 4
    }

    fn put_body(&self, out: &mut Out) -> Result<(), Refusal> {
        if self.properties.is_some() {
            out(&[0]); // Reason code: normal disconnection.
        }
        put_properties(out, self.properties)
    }
}

/// The packet that a received packet is answered with, whatever the program does.
///
/// A PUBREC that reports an error ends the exchange (MQTT 5 section 4.3.3) and has no answer.
pub fn acknowledgement(packet: &super::parse::Packet, version: Version) -> Option<Acknowledgement> {
    use packet_type::*;
    let first = match (packet.kind, packet.qos) {
        (PUBLISH, 1) => PUBACK << 4,
        (PUBLISH, 2) => PUBREC << 4,
        (PUBREC, _) if version == Version::V5 && packet.reason >= 0x80 => return None,
        (PUBREC, _) => PUBREL << 4 | 2,
        (PUBREL, _) => PUBCOMP << 4,
        _ => return None,
    };
    // MQTT 5 form of PUBACK and PUBREC: reason code 0 and no properties.
    let len = if version == Version::V5 && packet.kind == PUBLISH { 4 } else { 2 };
    let [high, low] = packet.id.to_be_bytes();
    Some(Acknowledgement { bytes: [first, len, high, low, 0, 0], len: 2 + usize::from(len) })
}

/// An automatic answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    bytes: [u8; 6],
    len: usize,
}

impl Acknowledgement {
    /// The packet.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::{Parsed, parse};
    use super::super::property::Value;
    use super::*;

    fn built(packet: &impl Packet) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        let mut out = |piece: &[u8]| bytes.extend_from_slice(piece);
        put_fixed_header(&mut out, packet.first_byte(), packet.body_len()?)?;
        packet.put_body(&mut out)?;
        Ok(bytes)
    }

    fn connect<'a>() -> Connect<'a> {
        Connect {
            level: 4,
            client_id: b"cid",
            user: b"",
            pass: b"",
            will_topic: b"",
            will_message: b"",
            qos: 0,
            retain: false,
            clean: false,
            keepalive: 0,
            properties: None,
            will_properties: None,
        }
    }

    fn publish<'a>(topic: &'a [u8], message: &'a [u8]) -> Publish<'a> {
        Publish { topic, message, qos: 0, retain: false, dup: false, id: 0, properties: None }
    }

    #[test]
    fn ch04_28_the_example_of_the_chapter() {
        let packet = Connect {
            user: b"U",
            pass: b"PW",
            will_topic: b"t",
            will_message: b"mm",
            qos: 2,
            retain: true,
            clean: true,
            keepalive: 0x1234,
            ..connect()
        };
        let want = b"\x10\x1d\0\x04MQTT\x04\xf6\x12\x34\0\x03cid\0\x01t\0\x02mm\0\x01U\0\x02PW";
        assert_eq!(built(&packet).as_deref(), Ok(&want[..]));
    }

    #[test]
    fn ch04_28_flags_of_all_options() {
        for bits in 0..64u8 {
            let text = |bit: u8| if bits & bit != 0 { &b"x"[..] } else { b"" };
            let packet = Connect {
                user: text(1),
                pass: text(2),
                will_topic: text(4),
                retain: bits & 8 != 0,
                clean: bits & 16 != 0,
                qos: bits >> 5,
                ..connect()
            };
            let bytes = built(&packet).expect("valid");
            let flag = |bit: u8, place: u8| u8::from(bits & bit != 0) << place;
            let want =
                flag(1, 7) | flag(2, 6) | flag(8, 5) | flag(32, 3) | flag(4, 2) | flag(16, 1);
            assert_eq!(bytes[9], want, "{bits:#x}");
            let will = if bits & 4 != 0 { 3 + 2 } else { 0 };
            assert_eq!(bytes.len(), 17 + will + 3 * (bits & 3).count_ones() as usize);
        }
    }

    #[test]
    fn ch04_29_version_5_has_empty_properties_in_two_places() {
        let packet = Connect {
            level: 5,
            will_topic: b"t",
            properties: Some(&Vec::new()),
            will_properties: Some(&Vec::new()),
            ..connect()
        };
        let want = b"\x10\x16\0\x04MQTT\x05\x04\0\0\0\0\x03cid\0\0\x01t\0\0";
        assert_eq!(built(&packet).as_deref(), Ok(&want[..]));
    }

    #[test]
    fn ch04_34_length_boundaries() {
        let cases: &[(usize, &[u8])] = &[
            (0, b"\x30\0"),
            (127, b"\x30\x7f"),
            (128, b"\x30\x80\x01"),
            (16_383, b"\x30\xff\x7f"),
            (16_384, b"\x30\x80\x80\x01"),
            (2_097_151, b"\x30\xff\xff\x7f"),
            (2_097_152, b"\x30\x80\x80\x80\x01"),
            (268_435_455, b"\x30\xff\xff\xff\x7f"),
        ];
        for (len, want) in cases {
            let mut bytes = Vec::new();
            let done = put_fixed_header(&mut |p| bytes.extend_from_slice(p), 0x30, *len);
            assert_eq!((done, &bytes[..]), (Ok(()), *want));
        }
        let done = put_fixed_header(&mut |_| panic!("nothing is written"), 0x30, 268_435_456);
        assert_eq!(done, Err(Refusal::PacketTooLong));
    }

    #[test]
    fn ch04_w16_w17_what_cannot_be_sent_is_refused() {
        let long = vec![b'x'; MAX_STRING + 1];
        let connects = [
            (Connect { client_id: &long, ..connect() }, Refusal::StringTooLong),
            (Connect { user: &long, ..connect() }, Refusal::StringTooLong),
            (Connect { pass: &long, ..connect() }, Refusal::StringTooLong),
            (Connect { will_topic: &long, ..connect() }, Refusal::StringTooLong),
            (
                Connect { will_topic: b"t", will_message: &long, ..connect() },
                Refusal::StringTooLong,
            ),
            (Connect { qos: 3, ..connect() }, Refusal::InvalidQos),
        ];
        for (packet, refusal) in connects {
            assert_eq!(built(&packet), Err(refusal));
        }
        assert_eq!(built(&publish(&long, b"")), Err(Refusal::StringTooLong));
        assert_eq!(built(&Publish { qos: 7, ..publish(b"t", b"") }), Err(Refusal::InvalidQos));
        let subscription = Subscription { filter: &long, qos: None, id: 1, properties: None };
        assert_eq!(built(&subscription), Err(Refusal::StringTooLong));
        let text = Property { id: 0x1f, value: Value::Bytes(&long[1..]) };
        // 4 097 times 65 538 bytes are too many.
        let many = vec![text; 4_097];
        let packet = Disconnect { properties: Some(&many) };
        assert_eq!(packet.body_len(), Err(Refusal::PacketTooLong));
    }

    #[test]
    fn ch04_w17_other_bits_of_the_qos_are_ignored_throughout() {
        let id = 7;
        assert_eq!(
            built(&Publish { qos: 4, id, ..publish(b"t", b"m") }).as_deref(),
            Ok(&b"\x30\x04\0\x01tm"[..])
        );
        assert_eq!(
            built(&Publish { qos: 5, id, ..publish(b"t", b"m") }).as_deref(),
            Ok(&b"\x32\x06\0\x01t\0\x07m"[..])
        );
    }

    #[test]
    fn ch04_37_38_automatic_answers() {
        let cases: &[(&[u8], Version, &[u8])] = &[
            (b"\x30\x03\0\x01t", Version::V3, b""),
            (b"\x32\x05\0\x01t\x12\x34", Version::V3, b"\x40\x02\x12\x34"),
            (b"\x34\x05\0\x01t\x12\x34", Version::V3, b"\x50\x02\x12\x34"),
            (b"\x32\x05\0\x01t\x12\x34", Version::V5, b"\x40\x04\x12\x34\0\0"),
            (b"\x34\x05\0\x01t\x12\x34", Version::V5, b"\x50\x04\x12\x34\0\0"),
            (b"\x50\x02\x12\x34", Version::V3, b"\x62\x02\x12\x34"),
            (b"\x50\x02\x12\x34", Version::V5, b"\x62\x02\x12\x34"),
            (b"\x50\x03\x12\x34\x10", Version::V5, b"\x62\x02\x12\x34"),
            (b"\x50\x03\x12\x34\x80", Version::V5, b""),
            (b"\x50\x03\x12\x34\x80", Version::V3, b"\x62\x02\x12\x34"),
            (b"\x62\x02\x12\x34", Version::V5, b"\x70\x02\x12\x34"),
            (b"\x40\x02\x12\x34", Version::V3, b""),
            (b"\x70\x02\x12\x34", Version::V3, b""),
            (b"\xc0\0", Version::V3, b""),
        ];
        for (packet, version, want) in cases {
            let Parsed::Complete(parsed) = parse(packet, *version) else {
                panic!("{packet:?} is complete");
            };
            let answer = acknowledgement(&parsed, *version);
            let bytes = answer.as_ref().map_or(&b""[..], Acknowledgement::as_bytes);
            assert_eq!(bytes, *want, "{packet:?}");
        }
    }
}
