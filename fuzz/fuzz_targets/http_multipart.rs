//! The parts of a multipart body, which is there as a whole when it is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{NONE, within};
use mongoose::proto::http::multipart::next_part;

/// Each part lies behind the one before, and name, file name and content lie in it, in that order.
fn check(body: &[u8]) {
    let mut ofs = 0;
    while let Some(part) = next_part(body, ofs) {
        assert!(ofs < part.body.start && part.body.start <= part.body.end);
        assert!(part.body.end < part.next && part.next <= body.len());
        for range in [part.name, part.filename].into_iter().flatten() {
            assert!(ofs < range.start && range.start <= range.end && range.end <= part.body.start);
        }
        assert_eq!(&body[part.body.end..part.next], b"\r\n");
        ofs = part.next;
    }
}

fuzz_target!(|data: &[u8]| within(NONE, data.len(), || check(data)));
