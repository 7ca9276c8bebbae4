//! What the digest functions share: cutting messages into blocks, and padding the last one.

/// A hash with blocks of `N` bytes: an update feeds its compression function.
pub trait Blocks<const N: usize> {
    /// Works complete blocks into the state and counts them.
    fn compress(&mut self, blocks: &[[u8; N]]);
    /// The block that waits to be complete.
    fn pending(&mut self) -> &mut [u8; N];
}

/// Feeds `data` to a hash with `used` bytes pending; returns how many are pending afterwards.
pub fn update<const N: usize>(hash: &mut impl Blocks<N>, used: usize, data: &[u8]) -> usize {
    // A caller may have overwritten its context.
    let used = used % N;
    let (fill, rest) = data.split_at(data.len().min(N - used));
    if let Some(place) = hash.pending().get_mut(used..used + fill.len()) {
        place.copy_from_slice(fill);
    }
    if used + fill.len() < N {
        return used + fill.len();
    }
    let block = *hash.pending();
    hash.compress(&[block]);
    let (blocks, tail) = rest.as_chunks::<N>();
    hash.compress(blocks);
    if let Some(place) = hash.pending().get_mut(..tail.len()) {
        place.copy_from_slice(tail);
    }
    tail.len()
}

/// Ends the message: a 1 bit, zeros, and `length`, the encoded number of bits (RFC 1321 §3.1-3.2,
/// FIPS 180-4 §5.1).
pub fn pad<const N: usize>(hash: &mut impl Blocks<N>, used: usize, length: &[u8]) {
    let used = used % N;
    let mut block = *hash.pending();
    if let Some(rest) = block.get_mut(used..) {
        rest.fill(0);
    }
    if let Some(place) = block.get_mut(used) {
        *place = 0x80;
    }
    if used + 1 + length.len() > N {
        hash.compress(&[block]);
        block = [0; N];
    }
    if let Some(place) = block.get_mut(N - length.len()..) {
        place.copy_from_slice(length);
    }
    hash.compress(&[block]);
}
