//! JSON-RPC frames and the fixed parts of the answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::{Printed, is_within};
use mongoose::proto::rpc::{self, Frame};
use mongoose::text::json;

/// Three answers that repeat the frame, escaped, in vectors that grow by doubling.
const MEMORY: Memory = Memory { per_byte: 32, fixed: 4096 };

fn check(frame: &[u8]) {
    let mut answer = Printed::default();
    match rpc::classify(frame) {
        Frame::Request(method) => {
            assert!(is_within(method, frame));
            rpc::not_found(&mut answer, frame, method);
            assert_eq!(json::get(&answer.0, b"$.error.code"), code_at(&answer.0));
        }
        Frame::Response => {}
        Frame::Other => {
            rpc::malformed(&mut answer, frame);
            assert_eq!(json::get(&answer.0, b"$.error.code"), code_at(&answer.0));
        }
    }
    let mut answer = Printed::default();
    if rpc::begin_result(&mut answer, frame) {
        answer.0.extend_from_slice(b"true}");
        assert_eq!(rpc::id(&answer.0), rpc::id(frame));
        assert_eq!(rpc::classify(&answer.0), Frame::Response);
    }
}

/// Where the code of an error stands: behind the first `"code":` outside the id.
fn code_at(answer: &[u8]) -> Result<std::ops::Range<usize>, json::Error> {
    let id_end =
        rpc::id(answer).map_or(0, |id| id.as_ptr() as usize - answer.as_ptr() as usize + id.len());
    let rest = &answer[id_end..];
    let start = rest.windows(7).position(|w| w == b"\"code\":").expect("a code") + 7;
    Ok(id_end + start..id_end + start + 6)
}

fuzz_target!(|data: &[u8]| within(MEMORY, data.len(), || check(data)));
