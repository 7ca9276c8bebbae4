//! Sixteen bytes at a time: marks the bytes of a block that are of some kind.
//!
//! On x86-64 by SSE2, which every such processor has; elsewhere by arithmetic on words.

/// Bytes of a block.
pub(crate) const WIDTH: usize = 16;

#[cfg(target_arch = "x86_64")]
pub(crate) use self::sse2::{Block, Lanes};
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use self::words::{Block, Lanes};

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use core::arch::x86_64::{
        __m128i, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8,
        _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    /// Sixteen bytes.
    #[derive(Clone, Copy)]
    pub(crate) struct Block(__m128i);

    /// A mark for each byte of a block.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(__m128i);

    impl Block {
        #[inline]
        pub(crate) fn new(bytes: &[u8; 16]) -> Block {
            // SAFETY: sixteen bytes are there; SSE2 is part of x86-64.
            Block(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
        }

        /// Marks the bytes that are `byte`.
        #[inline]
        pub(crate) fn is(self, byte: u8) -> Lanes {
            // SAFETY: SSE2 is part of x86-64.
            Lanes(unsafe { _mm_cmpeq_epi8(self.0, _mm_set1_epi8(byte as i8)) })
        }

        /// Marks the bytes up to `most`.
        #[inline]
        pub(crate) fn up_to(self, most: u8) -> Lanes {
            // SAFETY: as above.
            Lanes(unsafe {
                _mm_cmpeq_epi8(_mm_min_epu8(self.0, _mm_set1_epi8(most as i8)), self.0)
            })
        }

        /// Marks the bytes from `least` on.
        #[inline]
        pub(crate) fn at_least(self, least: u8) -> Lanes {
            // SAFETY: as above.
            Lanes(unsafe {
                let least = _mm_set1_epi8(least as i8);
                _mm_cmpeq_epi8(_mm_min_epu8(self.0, least), least)
            })
        }
    }

    impl core::ops::BitOr for Lanes {
        type Output = Lanes;

        #[inline]
        fn bitor(self, other: Lanes) -> Lanes {
            // SAFETY: as above.
            Lanes(unsafe { _mm_or_si128(self.0, other.0) })
        }
    }

    impl Lanes {
        /// The marks that `other` has not.
        #[inline]
        pub(crate) fn without(self, other: Lanes) -> Lanes {
            // SAFETY: as above.
            Lanes(unsafe { _mm_andnot_si128(other.0, self.0) })
        }

        /// Bit i is the mark of byte i.
        #[inline]
        pub(crate) fn bits(self) -> u32 {
            // SAFETY: as above.
            unsafe { _mm_movemask_epi8(self.0) as u32 }
        }
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod words {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;

    /// Sixteen bytes, the first eight in the first word.
    #[derive(Clone, Copy)]
    pub(crate) struct Block([u64; 2]);

    /// A mark for each byte of a block: its high bit.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u64; 2]);

    impl Block {
        #[inline]
        pub(crate) fn new(bytes: &[u8; 16]) -> Block {
            let all = u128::from_le_bytes(*bytes);
            Block([all as u64, (all >> 64) as u64])
        }

        /// Marks the bytes that are `byte`.
        #[inline]
        pub(crate) fn is(self, byte: u8) -> Lanes {
            // Nothing is carried from byte to byte, so that each mark is exact.
            Lanes(self.0.map(|word| {
                let differs = word ^ (EACH * u64::from(byte));
                !(((differs & !HIGH) + !HIGH) | differs) & HIGH
            }))
        }

        /// Marks the bytes up to `most`.
        #[inline]
        pub(crate) fn up_to(self, most: u8) -> Lanes {
            let beyond = most.checked_add(1).map_or(Lanes([0; 2]), |least| self.at_least(least));
            Lanes(beyond.0.map(|marks| !marks & HIGH))
        }

        /// Marks the bytes from `least` on.
        #[inline]
        pub(crate) fn at_least(self, least: u8) -> Lanes {
            Lanes(self.0.map(|word| {
                // Bit 7 of a sum says that the low bits reach those of `least`.
                let low = (word & !HIGH) + EACH * u64::from(0x80 - (least & 0x7f));
                if least < 0x80 { (low | word) & HIGH } else { low & word & HIGH }
            }))
        }
    }

    impl core::ops::BitOr for Lanes {
        type Output = Lanes;

        #[inline]
        fn bitor(self, other: Lanes) -> Lanes {
            Lanes([self.0[0] | other.0[0], self.0[1] | other.0[1]])
        }
    }

    impl Lanes {
        /// The marks that `other` has not.
        #[inline]
        pub(crate) fn without(self, other: Lanes) -> Lanes {
            Lanes([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
        }

        /// Bit i is the mark of byte i.
        #[inline]
        pub(crate) fn bits(self) -> u32 {
            // The product collects the marks in its highest byte.
            let [low, high] =
                self.0.map(|marks| (marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56);
            (low | high << 8) as u32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(marks: impl Iterator<Item = bool>) -> u32 {
        marks.enumerate().map(|(i, mark)| u32::from(mark) << i).sum()
    }

    /// Both ways of marking, for every byte and every limit.
    #[test]
    fn lanes_say_what_bytes_are() {
        for limit in 0..=255u8 {
            for start in 0..=255u8 {
                let block: [u8; WIDTH] =
                    core::array::from_fn(|i| start.wrapping_add((i as u8).wrapping_mul(67)));
                let (a, b) = (Block::new(&block), words::Block::new(&block));
                let is = bits(block.iter().map(|&byte| byte == limit));
                assert_eq!((a.is(limit).bits(), b.is(limit).bits()), (is, is));
                let up_to = bits(block.iter().map(|&byte| byte <= limit));
                assert_eq!((a.up_to(limit).bits(), b.up_to(limit).bits()), (up_to, up_to));
                let from = bits(block.iter().map(|&byte| byte >= limit));
                assert_eq!((a.at_least(limit).bits(), b.at_least(limit).bits()), (from, from));
                let either = is | bits(block.iter().map(|&byte| byte == start));
                assert_eq!((a.is(limit) | a.is(start)).bits(), either);
                assert_eq!((b.is(limit) | b.is(start)).bits(), either);
                let other = up_to & !bits(block.iter().map(|&byte| byte == start));
                assert_eq!(a.up_to(limit).without(a.is(start)).bits(), other);
                assert_eq!(b.up_to(limit).without(b.is(start)).bits(), other);
            }
        }
    }
}
