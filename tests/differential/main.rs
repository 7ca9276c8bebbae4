//! The text functions compared with other implementations, on random input: digests, checksums,
//! base64 and JSON with other crates, the rest with oracles that are too simple to be wrong.

mod acl;
mod base64;
mod digest;
mod glob;
mod json;
mod percent;
mod url;

use proptest::test_runner::Config;

/// How a property is tested: more often than by default, PROPTEST_CASES counts eightfold.
fn often() -> Config {
    let usual = Config::default();
    Config { cases: usual.cases * 8, failure_persistence: None, ..usual }
}
