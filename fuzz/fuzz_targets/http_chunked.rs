//! The chunked transfer coding alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::http::chunked::{ChunkScanner, Chunks, decode_in_place};

/// One body after the other.
fn step(scanner: &mut ChunkScanner, buffer: &[u8]) -> Step<Vec<u8>> {
    let found = scanner.scan(buffer);
    assert_eq!(found, ChunkScanner::new().scan(buffer), "scanned afresh");
    assert!(scanner.content_len(buffer.len()) <= buffer.len());
    match found {
        Chunks::Partial => Step::Waiting,
        Chunks::Invalid => Step::Refused,
        Chunks::Complete { encoded_len, decoded_len } => {
            let mut body = buffer[..encoded_len].to_vec();
            assert_eq!(decode_in_place(&mut body, encoded_len), decoded_len);
            body.truncate(decoded_len);
            *scanner = ChunkScanner::new();
            Step::Taken(0..encoded_len, body)
        }
    }
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || {
        let mut scanner = ChunkScanner::new();
        move |buffer: &mut [u8]| step(&mut scanner, buffer)
    });
});
