//! Searches for kinds of bytes in short texts, sixteen bytes at a time.
//!
//! A call of a search function costs more than looking through a header field does; this is
//! inlined instead. It has no branches within a block, so that the compiler uses vectors.

/// Bytes of a block.
const WIDTH: usize = 16;

/// Offsets from `from` on, in order, of the bytes of `text` that `class` marks.
#[inline]
pub(crate) fn positions<C: Fn(Block) -> Lanes>(
    text: &[u8],
    from: usize,
    class: C,
) -> Positions<'_, C> {
    Positions { text, next: from, class, base: 0, marks: 0 }
}

/// The first of [`positions`].
#[inline]
pub(crate) fn position(text: &[u8], from: usize, class: impl Fn(Block) -> Lanes) -> Option<usize> {
    positions(text, from, class).next()
}

/// See [`positions`].
pub(crate) struct Positions<'a, C> {
    text: &'a [u8],
    /// Where the next block starts.
    next: usize,
    class: C,
    /// Where the present block starts.
    base: usize,
    /// What is left of its marks; bit 8 × i belongs to byte `base + i`.
    marks: u128,
}

impl<C: Fn(Block) -> Lanes> Iterator for Positions<'_, C> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.marks == 0 {
            let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
            self.base = self.next;
            self.marks = match rest.first_chunk() {
                Some(block) => {
                    self.next += WIDTH;
                    (self.class)(Block(*block)).bits()
                }
                None => {
                    self.next = self.text.len();
                    last_marks(self.text, rest, &self.class)
                }
            };
        }
        let at = self.base + self.marks.trailing_zeros() as usize / 8;
        self.marks &= self.marks - 1;
        Some(at)
    }
}

/// Marks of the last bytes, `rest`, which are less than a block.
#[inline]
fn last_marks(text: &[u8], rest: &[u8], class: impl Fn(Block) -> Lanes) -> u128 {
    if let Some(block) = text.last_chunk() {
        // The end of the block is what was not looked at.
        return class(Block(*block)).bits() >> (8 * (WIDTH - rest.len()));
    }
    let mut block = [0; WIDTH];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    class(Block(block)).bits() & ((1 << (8 * rest.len())) - 1)
}

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub(crate) struct Block([u8; WIDTH]);

/// A mark for each byte of a block: 0 or 1.
#[derive(Clone, Copy)]
pub(crate) struct Lanes([u8; WIDTH]);

impl Block {
    #[inline]
    fn lanes(self, is_marked: impl Fn(u8) -> bool) -> Lanes {
        Lanes(self.0.map(|byte| u8::from(is_marked(byte))))
    }

    /// Marks the bytes that are `byte`.
    #[inline]
    pub(crate) fn is(self, byte: u8) -> Lanes {
        self.lanes(|b| b == byte)
    }

    /// Marks the bytes up to `most`.
    #[inline]
    pub(crate) fn up_to(self, most: u8) -> Lanes {
        self.lanes(|b| b <= most)
    }

    /// Marks the bytes from `least` on.
    #[inline]
    pub(crate) fn at_least(self, least: u8) -> Lanes {
        self.lanes(|b| b >= least)
    }
}

impl core::ops::BitOr for Lanes {
    type Output = Lanes;

    #[inline]
    fn bitor(self, other: Lanes) -> Lanes {
        Lanes(core::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}

impl Lanes {
    /// Bit 8 × i is the mark of byte i.
    #[inline]
    fn bits(self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lanes_say_what_bytes_are() {
        let bytes: [u8; WIDTH] = core::array::from_fn(|i| (i as u8).wrapping_mul(17));
        for limit in 0..=255u8 {
            let block = Block(bytes);
            assert_eq!(block.is(limit).0, bytes.map(|b| u8::from(b == limit)));
            assert_eq!(block.up_to(limit).0, bytes.map(|b| u8::from(b <= limit)));
            assert_eq!(block.at_least(limit).0, bytes.map(|b| u8::from(b >= limit)));
        }
    }

    proptest! {
        /// Against a search byte by byte, whatever the length and the start.
        #[test]
        fn finds_what_a_plain_search_finds(text in "[a-c]{0,70}", from in 0..80usize) {
            let text = text.as_bytes();
            let found: Vec<_> = positions(text, from, |block| block.is(b'b') | block.is(b'c')).collect();
            let expected: Vec<_> =
                (from..text.len()).filter(|&i| matches!(text[i], b'b' | b'c')).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(position(text, from, |block| block.at_least(b'b')), found.first().copied());
        }
    }
}
