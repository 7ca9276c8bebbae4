//! Responses, as clients read them, and the answer to a WebSocket handshake.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::http::Reader;
use meerkat_fuzz::stream;
use mongoose::proto::http::head::Head;
use mongoose::proto::http::status;
use mongoose::proto::ws::handshake;
use mongoose::text::str::to_num;

fn look(head: &Head, buffer: &[u8]) {
    let key = handshake::key(b"the sample nonce");
    handshake::is_accepted(head, buffer, &handshake::accept(&key));
    let code = to_num(head.uri.of(buffer), 10, 999).unwrap_or(0);
    assert!(status::reason(code as i32).is_ascii());
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || {
        let mut reader = Reader::default();
        move |buffer: &mut [u8]| reader.step(buffer, look)
    });
});
