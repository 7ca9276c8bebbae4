//! The parts of a multipart body.
#![no_main]

use std::ops::Range;

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::http::multipart::next_part;

/// Name, file name and content.
type Found = [Option<Vec<u8>>; 3];

fn step(buffer: &[u8]) -> Step<Found> {
    let Some(part) = next_part(buffer, 0) else { return Step::Waiting };
    assert!(part.body.end <= part.next && part.next < buffer.len());
    let of = |range: Range<usize>| buffer[range].to_vec();
    let found = [part.name.map(of), part.filename.map(of), Some(of(part.body))];
    Step::Taken(0..part.next, found)
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || |buffer: &mut [u8]| step(buffer));
});
