//! What programs and their users give for TLS: certificates, keys, names, pins and cipher suites.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use mongoose::fuzzing::tls;

/// PEM is decoded line by line, and what is found is taken apart into tables several times its
/// size.
const MEMORY: Memory = Memory { per_byte: 512, fixed: 1 << 16 };

fn check(data: &[u8]) {
    let count = tls::certificates(data);
    assert!(count <= data.len());
    tls::private_key(data);
    tls::server_name(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let pins = tls::pins(text);
        assert!(44 * pins <= text.len());
        tls::suites(text);
    }
}

fuzz_target!(|data: &[u8]| within(MEMORY, data.len(), || check(data)));
