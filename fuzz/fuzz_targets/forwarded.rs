//! `Forwarded` and `X-Forwarded-For`: who the client is.
#![no_main]

use std::cell::Cell;
use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::proto::http::forwarded::{MAX_HOPS, client_address};

/// The proxies are those of 10.0.0.0/8.
fn is_trusted(ip: &IpAddr) -> bool {
    assert_eq!(*ip, ip.to_canonical());
    matches!(ip, IpAddr::V4(ip) if ip.octets()[0] == 10)
}

fn check(data: &[u8]) {
    let [forwarded, x_forwarded_for] = lines(data);
    let (proxy, stranger) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([192, 0, 2, 1]));
    for first in [None, Some(forwarded)] {
        for second in [None, Some(x_forwarded_for)] {
            assert_eq!(client_address(first, second, stranger, is_trusted), stranger);
            let asked = Cell::new(0);
            client_address(first, second, proxy, |ip| {
                asked.set(asked.get() + 1);
                is_trusted(ip)
            });
            assert!(asked.get() <= MAX_HOPS + 1);
        }
    }
    // What a client writes in front never changes what a proxy appended.
    let proxied = [x_forwarded_for, b", 192.0.2.7, 10.0.0.2"].concat();
    let client = client_address(None, Some(&proxied), proxy, is_trusted);
    assert_eq!(client, IpAddr::from([192, 0, 2, 7]));
}

fuzz_target!(|data: &[u8]| {
    let copied = Memory { per_byte: 1, fixed: 64 };
    within(copied, data.len(), || check(data))
});
