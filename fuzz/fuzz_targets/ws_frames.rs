//! WebSocket frames of a connection, at either end, and the same frames built again.
#![no_main]

use std::ops::Range;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::ws::decode::{Decoder, Limits, Unit};
use mongoose::proto::ws::frame::{EncodedHeader, Header, Mask, Role, apply_mask};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_server: bool,
    max_message: u16,
    arrival: Arrival<'a>,
}

/// First byte and payload of a frame; of the message that it ends, if it ends one.
type Found = (u8, Vec<u8>, Option<(u8, Vec<u8>)>);

/// Most bytes that the buffer may hold.
const BUFFER: usize = 1 << 17;

fn step(decoder: &mut Decoder, buffer: &mut [u8], role: Role, limits: Limits) -> Step<Found> {
    let unit = match decoder.next(buffer, role, limits) {
        Ok(Some(unit)) => unit,
        Ok(None) => return Step::Waiting,
        Err(violation) => {
            assert!((1000..5000).contains(&violation.close_code()));
            assert!(!violation.text().is_empty());
            return Step::Refused;
        }
    };
    let of = |range: Range<usize>| buffer[range].to_vec();
    let found = match unit {
        Unit::Message { first, payload } => {
            (first, of(payload.clone()), Some((first, of(payload))))
        }
        Unit::Control { first, payload } => (first, of(payload), None),
        Unit::Fragment { first, payload, message } => {
            (first, of(payload), message.map(|(first, payload)| (first, of(payload))))
        }
    };
    if let Some((_, message)) = &found.2 {
        assert!(message.len() <= limits.message);
    }
    check_built(found.0, &found.1, (role == Role::Server).then_some([1, 2, 3, 4]));
    Step::Taken(decoder.take_consumed(), found)
}

/// A frame that was built can be read, and its payload is what it was.
fn check_built(first: u8, payload: &[u8], mask: Option<Mask>) {
    let mut frame = EncodedHeader::new(first, payload.len() as u64, mask).as_bytes().to_vec();
    let header = Header::parse(&frame).expect("a header");
    assert_eq!((header.first, header.mask, header.header_len), (first, mask, frame.len()));
    assert_eq!(header.payload_len, payload.len() as u64);
    assert!(header.is_minimal);
    frame.extend_from_slice(payload);
    let content = &mut frame[header.header_len..];
    for _ in 0..2 {
        let (front, back) = content.split_at_mut(content.len() / 3);
        apply_mask(front, mask.unwrap_or_default(), 0);
        apply_mask(back, mask.unwrap_or_default(), front.len());
    }
    assert_eq!(content, payload);
}

fuzz_target!(|input: Input| {
    let role = if input.is_server { Role::Server } else { Role::Client };
    let limits = Limits { buffer: BUFFER, message: usize::from(input.max_message) };
    stream::check(input.arrival, COPY, || {
        let mut decoder = Decoder::new();
        move |buffer: &mut [u8]| step(&mut decoder, buffer, role, limits)
    });
});
