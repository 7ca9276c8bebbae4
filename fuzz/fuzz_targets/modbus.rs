//! Modbus TCP requests of a stream, and the answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::COPY;
use meerkat_fuzz::cuts::Arrival;
use meerkat_fuzz::stream::{self, Step};
use mongoose::proto::modbus::{
    Answer, DEVICE_FAILURE, Values, frame_len, function, has_bits, parse,
};

/// The frame and its answer.
fn step(buffer: &[u8]) -> Step<[Vec<u8>; 2]> {
    let len = match frame_len(buffer) {
        Ok(Some(len)) => len,
        Ok(None) => return Step::Waiting,
        Err(_) => return Step::Refused,
    };
    let frame = &buffer[..len];
    let answer = answer(frame);
    let bytes = answer.as_bytes();
    assert_eq!(usize::from(u16::from_be_bytes([bytes[4], bytes[5]])), bytes.len() - 6);
    Step::Taken(0..len, [frame.to_vec(), bytes.to_vec()])
}

fn answer(frame: &[u8]) -> Answer {
    let func = function(frame);
    let request = match parse(frame) {
        Ok(request) => request,
        Err(code) => return Answer::exception(frame, func, code),
    };
    let len = usize::from(request.len);
    assert!((1..=2000).contains(&len));
    let answer = if has_bits(func) {
        let bits: Vec<u8> = (0..len).map(|i| u8::from(request.bit(i))).collect();
        Answer::new(frame, func, request.addr, Values::Bits(&bits))
    } else {
        let registers: Vec<u16> = (0..len).map(|i| request.register(i)).collect();
        Answer::new(frame, func, request.addr, Values::Registers(&registers))
    };
    answer.unwrap_or_else(|| Answer::exception(frame, func, DEVICE_FAILURE))
}

fuzz_target!(|arrival: Arrival| {
    stream::check(arrival, COPY, || |buffer: &mut [u8]| step(buffer));
});
