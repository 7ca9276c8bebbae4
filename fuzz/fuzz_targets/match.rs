//! Globs, routes, comparisons and access lists.
#![no_main]

use std::net::IpAddr;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::guard::address::{AddressList, parse_ip, peer_key};
use mongoose::guard::routes::{Pattern, Route, Routes};
use mongoose::text::{acl, glob, str};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    ip: u32,
    /// Lines: pattern, list, method; then the text.
    data: &'a [u8],
}

/// Patterns come from the program. With `?` in it, one costs its length times that of the text.
const MAX_PATTERN: usize = 256;

/// Entries of an address list take ten times their shortest text, in a vector that grows by
/// doubling.
const MEMORY: Memory = Memory { per_byte: 64, fixed: 8192 };

fn check(input: &Input) {
    let [pattern, list, method, text] = lines(input.data);
    if pattern.len() > MAX_PATTERN {
        return;
    }
    captures(pattern, text);
    let _ = acl::check(list, input.ip);
    addresses(list, text, IpAddr::V4(input.ip.into()));
    routes(pattern, list, method, text);
    assert_eq!(str::compare(pattern, text), str::compare(text, pattern).reverse());
    let folded = str::compare_ignore_case(pattern, text);
    assert_eq!(folded.is_eq(), pattern.eq_ignore_ascii_case(text));
    assert_eq!(str::casecmp(pattern, text).signum(), -str::casecmp(text, pattern).signum());
    numbers(text);
}

/// Captures lie in the text, one behind the other, and are all that the pattern leaves open.
fn captures(pattern: &[u8], text: &[u8]) {
    let (mut count, mut end) = (0, 0);
    glob::matches(text, pattern, &mut |index, capture| {
        assert!(index <= pattern.len());
        if let Some((start, len)) = capture {
            assert!(end <= start && start + len <= text.len());
            assert_eq!(index, count);
            (count, end) = (count + 1, start + len);
        }
    });
    assert!(glob::matches(text, b"#", &mut |_, _| {}));
}

fn addresses(list: &[u8], text: &[u8], ip: IpAddr) {
    let Ok(list) = AddressList::parse(list) else { return };
    assert!(!list.is_empty() || list.allows(&ip) && !list.contains(&ip));
    if let Some(ip) = parse_ip(text) {
        peer_key(&ip);
        assert_eq!(list.allows(&ip), list.allows(&ip.to_canonical()));
    }
}

fn routes(pattern: &[u8], other: &[u8], method: &[u8], text: &[u8]) {
    let mut routes = Routes::default();
    for (pattern, value) in [(pattern, 1), (&other[..other.len().min(MAX_PATTERN)], 2)] {
        if let Some(pattern) = Pattern::parse(pattern) {
            assert!(routes.set(pattern, Some(value)));
        }
    }
    let found = routes.find(method, text);
    assert_eq!(routes.matches(method, text), matches!(found, Route::Found(_)));
    if let Some(pattern) = Pattern::parse(pattern) {
        routes.set(pattern, None);
    }
}

fn numbers(text: &[u8]) {
    for base in [0, 2, 10, 16, 7] {
        assert!(str::to_num(text, base, 0xff).is_none_or(|n| n <= 0xff));
        assert!(str::to_num(text, base, u64::MAX).is_none() || text.len() > 0);
    }
    str::to_size(text);
    if let Some((first, rest)) = str::span(text, b',') {
        assert!(first.len() + rest.len() <= text.len() && !first.contains(&b','));
    }
}

fuzz_target!(|input: Input| within(MEMORY, input.data.len(), || check(&input)));
