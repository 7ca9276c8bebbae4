//! Searches for kinds of bytes in short texts, sixteen bytes at a time.
//!
//! A call of a search function costs more than looking through a header field does; this is
//! inlined instead.

use core::num::NonZeroU32;

use crate::lanes::WIDTH;
pub(crate) use crate::lanes::{Block, Lanes};

/// Offset of the first byte of `text`, from `from` on, that `class` marks.
#[inline(always)]
pub(crate) fn position(text: &[u8], from: usize, class: impl Fn(Block) -> Lanes) -> Option<usize> {
    // Most searches end in the first block.
    let block = text.get(from..).and_then(<[u8]>::first_chunk);
    match block.and_then(|block| NonZeroU32::new(class(Block::new(block)).bits())) {
        Some(marks) => Some(from + marks.trailing_zeros() as usize),
        None => positions(text, from, class).next(),
    }
}

/// Offsets of all such bytes, in order.
#[inline]
pub(crate) fn positions<C: Fn(Block) -> Lanes>(
    text: &[u8],
    from: usize,
    class: C,
) -> Positions<'_, C> {
    let rest = text.get(from..).unwrap_or_default();
    Positions { text, rest, class, base: 0, marks: 0 }
}

/// See [`positions`].
pub(crate) struct Positions<'a, C> {
    text: &'a [u8],
    /// The end of `text`, which was not looked at yet.
    rest: &'a [u8],
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
        // Where there is a mark for sure, it is found by one instruction.
        let marks = loop {
            if let Some(marks) = NonZeroU32::new(self.marks) {
                break marks;
            }
            self.base = self.text.len() - self.rest.len();
            if let Some((block, rest)) = self.rest.split_first_chunk() {
                self.rest = rest;
                self.marks = (self.class)(Block::new(block)).bits();
            } else if self.rest.is_empty() {
                return None;
            } else {
                self.marks = last_marks(self.text, self.rest, &self.class);
                self.rest = &[];
            }
        };
        self.marks &= self.marks - 1;
        Some(self.base + marks.trailing_zeros() as usize)
    }
}

/// Marks of `rest`, the end of `text`, which is shorter than a block.
#[inline(always)]
fn last_marks(text: &[u8], rest: &[u8], class: impl Fn(Block) -> Lanes) -> u32 {
    match text.last_chunk() {
        Some(block) => class(Block::new(block)).bits() >> (WIDTH - rest.len()),
        None => marks_of_short(rest, class),
    }
}

/// Marks of a text without a whole block.
fn marks_of_short(text: &[u8], class: impl Fn(Block) -> Lanes) -> u32 {
    class(Block::new(&padded(text))).bits() & ((1 << text.len()) - 1)
}

/// Less than a block, with anything behind. It is put together in registers: a load of what was just
/// stored in pieces would have to wait for the stores.
fn padded(text: &[u8]) -> [u8; WIDTH] {
    let len = text.len();
    let bytes = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            let last = u128::from(u64::from_le_bytes(*last));
            u128::from(u64::from_le_bytes(*first)) | last << (8 * (len - 8))
        }
        _ => match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => {
                let last = u128::from(u32::from_le_bytes(*last));
                u128::from(u32::from_le_bytes(*first)) | last << (8 * (len - 4))
            }
            _ => text.iter().rev().fold(0, |bytes, &byte| bytes << 8 | u128::from(byte)),
        },
    };
    bytes.to_le_bytes()
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
            let first = position(text, from, |block| block.at_least(b'b'));
            prop_assert_eq!(first, found.first().copied());
        }
    }
}
