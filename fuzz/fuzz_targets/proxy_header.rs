//! Headers of the PROXY protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::NONE;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::proxy::{Endpoint, MAX_V1, MAX_V2_REST, Parsed, V2_FIXED, parse};

/// Most bytes after which there is a verdict.
const MAX: usize = if MAX_V1 > MAX_V2_REST + V2_FIXED { MAX_V1 } else { MAX_V2_REST + V2_FIXED };

fn step(buffer: &[u8]) -> Step<Option<(Endpoint, Endpoint)>> {
    match parse(buffer) {
        Parsed::Partial => {
            assert!(buffer.len() < MAX, "{} bytes are enough", buffer.len());
            Step::Waiting
        }
        Parsed::Invalid => Step::Refused,
        Parsed::Header { len, peer, local } => {
            assert!(len <= MAX);
            assert_eq!(peer.is_some(), local.is_some());
            Step::Taken(0..len, peer.zip(local))
        }
    }
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, NONE, || |buffer: &mut [u8]| step(buffer));
});
