//! Access lists against a comparison bit by bit.

use mongoose::text::acl::check;
use proptest::prelude::*;

use super::often;

/// Addresses that have much in common.
fn address() -> impl Strategy<Value = u32> {
    prop_oneof![
        any::<u32>(),
        (0u32..32).prop_map(|bit| 0x0a01_0203 ^ 1 << bit),
        (0u32..=32).prop_map(|bits| 0x0a01_0203u32.checked_shr(bits).unwrap_or(0) << (bits & 31)),
        Just(0x0a01_0203),
        Just(0),
    ]
}

/// The first `bits` bits are those of the network, and the network has no others.
fn is_in(ip: u32, network: u32, bits: u32) -> bool {
    (0..32).all(|i| {
        let bit = |number: u32| number >> (31 - i) & 1;
        if i < bits { bit(ip) == bit(network) } else { bit(network) == 0 }
    })
}

proptest! {
    #![proptest_config(often())]

    #[test]
    fn last_match_decides(
        ip in address(),
        entries in prop::collection::vec((any::<bool>(), address(), 0u32..=32), 0..6),
    ) {
        let (mut list, mut allowed) = (Vec::new(), entries.is_empty());
        for &(plus, network, bits) in &entries {
            let [a, b, c, d] = network.to_be_bytes();
            let suffix = if bits == 32 { String::new() } else { format!("/{bits}") };
            list.push(format!("{}{a}.{b}.{c}.{d}{suffix}", if plus { '+' } else { '-' }));
            if is_in(ip, network, bits) {
                allowed = plus;
            }
        }
        prop_assert_eq!(check(list.join(",").as_bytes(), ip), Ok(allowed), "{:?}", list);
    }
}
