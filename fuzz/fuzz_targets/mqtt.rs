//! MQTT 3.1.1 and 5: packets of a stream and the properties in them, taken apart and built again.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::mqtt::Version;
use mongoose::proto::mqtt::build::{self, acknowledgement, put_fixed_header};
use mongoose::proto::mqtt::parse::{Packet, Parsed, parse};
use mongoose::proto::mqtt::property::{self, Property};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_v5: bool,
    arrival: Arrival<'a>,
}

/// The next packet, with all its bytes.
fn step(buffer: &[u8], version: Version) -> Step<(Packet, Vec<u8>)> {
    match parse(buffer, version) {
        Parsed::Malformed => Step::Refused,
        Parsed::Partial(len) => {
            assert!(len.is_none_or(|len| len > buffer.len()), "{len:?} bytes are here");
            Step::Waiting
        }
        Parsed::Complete(packet) => {
            let bytes = &buffer[..packet.len];
            check_publish(&packet, bytes, version);
            if let Some(answer) = acknowledgement(&packet, version) {
                assert!(matches!(parse(answer.as_bytes(), version), Parsed::Complete(_)));
            }
            Step::Taken(0..packet.len, (packet, bytes.to_vec()))
        }
    }
}

/// A PUBLISH with properties that can be read becomes the same packet again when it is built.
fn check_publish(packet: &Packet, bytes: &[u8], version: Version) {
    let Some(publish) = packet.publish else { return };
    let section = publish.properties.map(|span| span.of(bytes)).unwrap_or_default();
    let Some(properties) = properties(section) else { return };
    let message = build::Publish {
        topic: publish.topic.of(bytes),
        message: publish.payload.of(bytes),
        qos: packet.qos,
        retain: bytes[0] & 1 != 0,
        dup: bytes[0] & 8 != 0,
        id: packet.id,
        properties: (version == Version::V5).then_some(&properties),
    };
    let built = built(&message);
    let Parsed::Complete(again) = parse(&built, version) else { panic!("can't be read") };
    assert_eq!((again.qos, again.id), (packet.qos, packet.id));
    let publish_again = again.publish.expect("a PUBLISH");
    assert_eq!(publish_again.topic.of(&built), message.topic);
    assert_eq!(publish_again.payload.of(&built), message.message);
    let section = publish_again.properties.map(|span| span.of(&built)).unwrap_or_default();
    assert_eq!(self::properties(section).as_ref(), Some(&properties));
}

/// All properties of a section; `None` if not all of it can be read.
fn properties(mut section: &[u8]) -> Option<Vec<Property<'_>>> {
    let mut found = Vec::new();
    while !section.is_empty() {
        let (property, len) = property::read(section)?;
        assert!((2..=section.len()).contains(&len), "{len} bytes of {}", section.len());
        section = &section[len..];
        found.push(property);
    }
    Some(found)
}

fn built(packet: &dyn build::Packet) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = |piece: &[u8]| bytes.extend_from_slice(piece);
    let len = packet.body_len().expect("fits");
    put_fixed_header(&mut out, packet.first_byte(), len).expect("fits");
    packet.put_body(&mut out).expect("fits");
    bytes
}

fuzz_target!(|input: Input| {
    let version = if input.is_v5 { Version::V5 } else { Version::V3 };
    stream::check(input.arrival, COPY, || |buffer: &mut [u8]| step(buffer, version));
});
