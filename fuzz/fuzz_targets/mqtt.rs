//! MQTT 3.1.1 and 5: packets of a stream and the properties in them, taken apart and built again.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use meerkat_fuzz::text::lines;
use mongoose::proto::mqtt::build::{self, acknowledgement, put_fixed_header};
use mongoose::proto::mqtt::parse::{Packet, Parsed, parse};
use mongoose::proto::mqtt::property::{self, Property};
use mongoose::proto::mqtt::{Version, packet_type};

/// A property of two bytes takes forty; then five packets with copies of what they are made of.
const BUILT: Memory = Memory { per_byte: 256, fixed: 4096 };

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

/// The packets that clients send, made of the lines of the input; all can be read.
fn check_built(data: &[u8], version: Version) {
    let [client_id, user, pass, topic, message, section] = lines(data);
    let properties = properties(section).unwrap_or_default();
    let properties: Option<&dyn build::Properties> =
        if version == Version::V5 { Some(&properties) } else { None };
    let level = if version == Version::V5 { 5 } else { 4 };
    let qos = data.len() as u8;
    let connect = build::Connect {
        level,
        client_id,
        user,
        pass,
        will_topic: topic,
        will_message: message,
        qos,
        retain: user.is_empty(),
        clean: pass.is_empty(),
        keepalive: data.len() as u16,
        properties,
        will_properties: properties,
    };
    let subscribe = build::Subscription { filter: topic, qos: Some(qos), id: 7, properties };
    let unsubscribe = build::Subscription { qos: None, ..subscribe };
    let disconnect = build::Disconnect { properties };
    for (packet, kind) in [
        (&connect as &dyn build::Packet, packet_type::CONNECT),
        (&subscribe, packet_type::SUBSCRIBE),
        (&unsubscribe, packet_type::UNSUBSCRIBE),
        (&disconnect, packet_type::DISCONNECT),
    ] {
        match packet.body_len() {
            Ok(_) => {
                let bytes = built(packet);
                let Parsed::Complete(read) = parse(&bytes, version) else { panic!("{bytes:?}") };
                assert_eq!((read.kind, read.len), (kind, bytes.len()));
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
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
    let version = Version::of_level(if input.is_v5 { 5 } else { 4 });
    let data = input.arrival.data;
    within(BUILT, data.len(), || check_built(data, version));
    stream::check(input.arrival, BUILT, || |buffer: &mut [u8]| step(buffer, version));
});
