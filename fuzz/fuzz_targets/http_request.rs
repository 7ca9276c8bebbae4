//! Requests, one after the other on a connection.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::http::Reader;
use meerkat_fuzz::stream;

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || {
        let mut reader = Reader::default();
        move |buffer: &mut [u8]| reader.step(buffer, |_, _| {})
    });
});
