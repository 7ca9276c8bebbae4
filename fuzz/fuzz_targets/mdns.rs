//! Multicast DNS: what datagrams ask and tell, and the replies to them.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::proto::dns::message::parse_message;
use mongoose::proto::mdns::reply::{Facts, Service, build};
use mongoose::proto::mdns::{Kind, answers, kind, questions};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    address: Option<[u8; 4]>,
    port: u16,
    /// Lines: host, service, TXT data; then the datagram.
    data: &'a [u8],
}

/// A question takes five bytes and is answered by a reply of up to 282 bytes and an owner's name,
/// which is built in a vector of twice that size; at most 64 questions are looked at.
const MEMORY: Memory = Memory { per_byte: 4, fixed: 64 * 4096 };

fn check(input: &Input) {
    let [name, service, txt, message] = lines(input.data);
    match kind(message) {
        Some(Kind::Query) => {}
        Some(Kind::Response) => return answers(message).for_each(drop),
        None => return,
    }
    let service = Service { name: service, txt, port: input.port };
    for service in [Some(service), None] {
        let facts = Facts { name, service, address: input.address };
        for question in questions(message) {
            assert!(!question.name().is_empty());
            let Some(reply) = build(message, &question, 7, &facts) else { continue };
            let read = parse_message(&reply);
            assert!(read.is_valid && read.id == 7, "{reply:?}");
        }
    }
}

fuzz_target!(|input: Input| within(MEMORY, input.data.len(), || check(&input)));
