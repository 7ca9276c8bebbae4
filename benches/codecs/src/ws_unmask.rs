//! Payload of WebSocket frames; the peer is the loop of RFC 6455 section 5.3.

use core::hint::black_box;

use divan::Bencher;
use mongoose::proto::ws::frame::{Mask, apply_mask};

const LENGTHS: [usize; 3] = [125, 16 << 10, 1 << 20];
const MASK: Mask = [0x37, 0xfa, 0x21, 0x3d];

#[divan::bench(args = LENGTHS)]
fn ours(bencher: Bencher, len: usize) {
    let mut payload = vec![0xa5; len];
    bencher.bench_local(|| apply_mask(black_box(&mut payload), black_box(MASK), 0));
}

#[divan::bench(args = LENGTHS)]
fn plain_loop(bencher: Bencher, len: usize) {
    let mut payload = vec![0xa5; len];
    bencher.bench_local(|| {
        let mask = black_box(MASK);
        for (i, byte) in black_box(&mut payload).iter_mut().enumerate() {
            *byte ^= mask[i % 4];
        }
    });
}
