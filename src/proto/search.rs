//! Searches for kinds of bytes in short texts, sixteen bytes at a time.
//!
//! A call of a search function costs more than looking through a header field does; this is
//! inlined instead.

use crate::lanes::WIDTH;
pub(crate) use crate::lanes::{Block, Lanes};

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
    /// What is left of its marks; bit i belongs to byte `base + i`.
    marks: u32,
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
                    (self.class)(Block::new(block)).bits()
                }
                None => {
                    self.next = self.text.len();
                    last_marks(self.text, rest, &self.class)
                }
            };
        }
        let at = self.base + self.marks.trailing_zeros() as usize;
        self.marks &= self.marks - 1;
        Some(at)
    }
}

/// Marks of the last bytes, `rest`, which are less than a block.
#[inline]
fn last_marks(text: &[u8], rest: &[u8], class: impl Fn(Block) -> Lanes) -> u32 {
    if let Some(block) = text.last_chunk() {
        // The end of the block is what was not looked at.
        return class(Block::new(block)).bits() >> (WIDTH - rest.len());
    }
    let mut block = [0; WIDTH];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    class(Block::new(&block)).bits() & ((1 << rest.len()) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
