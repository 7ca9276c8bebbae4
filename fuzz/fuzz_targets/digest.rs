//! What the digest functions share: blocks and padding, however the message arrives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{COPY, within};
use meerkat_fuzz::cuts::Arrival;
use mongoose::text::digest::{Blocks, pad, update};

/// Keeps what it is fed.
#[derive(Debug, PartialEq)]
struct Kept<const N: usize> {
    blocks: Vec<u8>,
    pending: [u8; N],
}

impl<const N: usize> Blocks<N> for Kept<N> {
    fn compress(&mut self, blocks: &[[u8; N]]) {
        self.blocks.extend_from_slice(blocks.as_flattened());
    }
    fn pending(&mut self) -> &mut [u8; N] {
        &mut self.pending
    }
}

fn fed<const N: usize>(data: &[u8], ends: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let mut hash = Kept { blocks: Vec::new(), pending: [0; N] };
    let (mut used, mut arrived) = (0, 0);
    for end in ends {
        used = update(&mut hash, used, &data[arrived..end]);
        arrived = end;
    }
    pad(&mut hash, used, &[0xaa; 8]);
    hash.blocks
}

fn check<const N: usize>(arrival: Arrival) {
    let data = arrival.data;
    let whole = fed::<N>(data, [data.len()]);
    assert_eq!(whole, fed::<N>(data, arrival.cuts.ends(data.len())));
    let (message, padding) = whole.split_at(data.len());
    assert_eq!(message, data);
    assert!(padding.len() <= N + 9 && whole.len() % N == 0);
    let (zeros, length) = padding[1..].split_at(padding.len() - 9);
    assert!(padding[0] == 0x80 && zeros.iter().all(|&byte| byte == 0) && length == [0xaa; 8]);
}

fuzz_target!(|arrival: Arrival| {
    within(COPY, 4 * arrival.data.len() + 1024, || {
        check::<64>(arrival);
        check::<128>(arrival);
    });
});
