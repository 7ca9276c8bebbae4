//! SNTP packets.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use mongoose::proto::sntp::{is_reply_to, parse, request, transmit_time};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    uptime_ms: u64,
    noise: u32,
    data: &'a [u8],
}

fn check(input: &Input) {
    let sent = transmit_time(&request(input.uptime_ms, input.noise));
    parse(input.data, input.uptime_ms);
    is_reply_to(input.data, sent);
    // The same packet as an answer to this request, in the way servers send back what they got.
    let mut reply = input.data.to_vec();
    if let Some(origin) = reply.get_mut(24..32) {
        origin.copy_from_slice(&sent);
        if is_reply_to(&reply, sent) {
            assert!(!is_reply_to(&reply, sent.map(|byte| !byte)));
            parse(&reply, input.uptime_ms);
        }
    }
}

fuzz_target!(|input: Input| {
    let copied = Memory { per_byte: 1, fixed: 0 };
    within(copied, input.data.len(), || check(&input))
});
