//! The chunked transfer coding (RFC 9112 §7.1), without extensions and trailers.

/// Most hex digits of a chunk size.
const MAX_DIGITS: usize = 8;

/// First chunk size that is too large.
const SIZE_LIMIT: usize = 0x8000_0000;

/// With fewer bytes than this behind the last chunk, nothing is decided yet.
const MIN_SIZE_LINE: usize = 3;

/// What a chunked body looks like so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunks {
    /// Valid so far, the last chunk is not here yet.
    Partial,
    /// Not the chunked coding, or with an extension or a trailer.
    Invalid,
    /// All there.
    Complete {
        /// Bytes from the start of the body to the end of the coding.
        encoded_len: usize,
        /// Bytes of content.
        decoded_len: usize,
    },
}

/// Resumable walk over the chunks of a body: a chunk that has arrived is looked at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChunkScanner {
    /// INVARIANT: everything before this offset is complete, valid, non-empty chunks.
    at: usize,
    /// Content in the chunks before `at`.
    decoded: usize,
}

impl ChunkScanner {
    /// A scanner for a body of which nothing has been seen.
    pub const fn new() -> Self {
        Self { at: 0, decoded: 0 }
    }

    /// Bytes of content in the first `body_len` bytes, chunk headers of the last chunk included.
    pub fn content_len(&self, body_len: usize) -> usize {
        self.decoded.saturating_add(body_len.saturating_sub(self.at))
    }

    /// Goes on with `body`: all bytes behind the head that have arrived.
    ///
    /// The bytes seen by earlier calls must still be there, in front. The answer is that of a
    /// fresh scan of the whole `body`.
    pub fn scan(&mut self, body: &[u8]) -> Chunks {
        loop {
            match next_chunk(body, self.at) {
                Chunk::Partial => return Chunks::Partial,
                Chunk::Invalid => return Chunks::Invalid,
                Chunk::Data { data, end } if data.is_empty() => {
                    return Chunks::Complete { encoded_len: end, decoded_len: self.decoded };
                }
                Chunk::Data { data, end } => {
                    self.at = end;
                    self.decoded += data.len();
                }
            }
        }
    }
}

/// The chunk at some offset.
enum Chunk {
    Partial,
    Invalid,
    /// Content and where the next chunk starts, both as offsets. No content: the last chunk.
    Data {
        data: core::ops::Range<usize>,
        end: usize,
    },
}

/// Reads the chunk at offset `at`: size line, data, CRLF.
fn next_chunk(body: &[u8], at: usize) -> Chunk {
    let line = body.get(at..).unwrap_or_default();
    if line.len() < MIN_SIZE_LINE {
        return Chunk::Partial;
    }
    let digits = line.iter().take(MAX_DIGITS).take_while(|b| b.is_ascii_hexdigit()).count();
    if digits == 0 {
        return Chunk::Invalid;
    }
    match line.get(digits..).unwrap_or_default() {
        [] | [b'\r'] => return Chunk::Partial,
        [b'\r', b'\n', ..] => {}
        _ => return Chunk::Invalid,
    }
    let size = line.iter().take(digits).fold(0usize, |sum, &byte| {
        sum << 4 | char::from(byte).to_digit(16).unwrap_or_default() as usize
    });
    if size >= SIZE_LIMIT {
        return Chunk::Invalid;
    }
    let start = at + digits + 2;
    let Some(end) = start.checked_add(size) else {
        return Chunk::Invalid;
    };
    match body.get(end..).unwrap_or_default() {
        [] | [_] => Chunk::Partial,
        [b'\r', b'\n', ..] => Chunk::Data { data: start..end, end: end + 2 },
        _ => Chunk::Invalid,
    }
}

/// Moves the content of a complete body of `encoded_len` bytes to the front of `buf`.
///
/// Returns the length of the content; the bytes behind it are leftovers.
pub fn decode_in_place(buf: &mut [u8], encoded_len: usize) -> usize {
    let (mut read, mut written) = (0, 0);
    while read < encoded_len {
        match next_chunk(buf, read) {
            Chunk::Data { data, end } if !data.is_empty() => {
                let len = data.len();
                buf.copy_within(data, written);
                written += len;
                read = end;
            }
            _ => break,
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(body: &[u8]) -> Chunks {
        ChunkScanner::new().scan(body)
    }

    /// ch03_30 and 31: what is accepted and what is not.
    #[test]
    fn ch03_30_31_grammar() {
        let complete = |encoded_len, decoded_len| Chunks::Complete { encoded_len, decoded_len };
        let cases: &[(&[u8], Chunks)] = &[
            (b"0\r\n\r\n", complete(5, 0)),
            (b"00000000\r\n\r\n", complete(12, 0)),
            (b"3\r\nabc\r\n0\r\n\r\nGET", complete(13, 3)),
            (b"0000000a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", complete(33, 11)),
            (b"A\r\n0123456789\r\n0\r\n\r\n", complete(20, 10)),
            (b"7fffffff\r\n", Chunks::Partial),
            (b"", Chunks::Partial),
            (b"zz", Chunks::Partial),
            (b"3\r", Chunks::Partial),
            (b"003", Chunks::Partial),
            (b"00000003", Chunks::Partial),
            (b"0003\r", Chunks::Partial),
            (b"3\r\nabc", Chunks::Partial),
            (b"3\r\nabcx", Chunks::Partial),
            (b"0\r\n", Chunks::Partial),
            (b"zzz", Chunks::Invalid),
            (b"\r\n\r\n", Chunks::Invalid),
            (b"3\nabc\n0\n\n", Chunks::Invalid),
            (b"3 \r\nabc\r\n", Chunks::Invalid),
            (b"3;x\r\nabc\r\n", Chunks::Invalid),
            (b"+3\r\nabc\r\n", Chunks::Invalid),
            (b"3\rabc", Chunks::Invalid),
            (b"000000003\r\nabc\r\n0\r\n\r\n", Chunks::Invalid),
            (b"80000000\r\n", Chunks::Invalid),
            (b"ffffffff\r\n", Chunks::Invalid),
            (b"3\r\nabcd\r\n", Chunks::Invalid),
            (b"3\r\nabc\n\n", Chunks::Invalid),
            (b"0\r\nX: trailer\r\n\r\n", Chunks::Invalid),
        ];
        for &(body, expected) in cases {
            assert_eq!(scan(body), expected, "{:?}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn decoding_joins_the_chunks() {
        let mut body = *b"3\r\nabc\r\n02\r\nde\r\n0\r\n\r\nrest";
        assert_eq!(scan(&body), Chunks::Complete { encoded_len: 21, decoded_len: 5 });
        assert_eq!(decode_in_place(&mut body, 21), 5);
        assert_eq!(&body[..5], b"abcde");
        assert_eq!(&body[21..], b"rest");
    }

    proptest! {
        /// Hardening 12.13 and 12.15: the verdict does not depend on where the input is cut.
        #[test]
        fn split_does_not_matter(
            body in proptest::collection::vec(
                prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'0'), Just(b'1'), Just(b'2'), Just(b'x')],
                0..60,
            ),
            cuts in proptest::collection::vec(0usize..60, 0..8),
        ) {
            check_splits(&body, cuts)?;
        }

        /// The same with valid bodies, and decoding gives back what was encoded.
        #[test]
        fn round_trip(
            chunks in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 1..40), 0..6),
            pad in 0usize..6,
            cuts in proptest::collection::vec(0usize..300, 0..8),
        ) {
            let mut body = Vec::new();
            for chunk in &chunks {
                body.extend(format!("{}{:x}\r\n", "0".repeat(pad), chunk.len()).bytes());
                body.extend(chunk);
                body.extend(b"\r\n");
            }
            body.extend(b"0\r\n\r\n");
            let content = chunks.concat();
            let expected =
                Chunks::Complete { encoded_len: body.len(), decoded_len: content.len() };
            prop_assert_eq!(scan(&body), expected);
            check_splits(&body, cuts)?;
            let len = body.len();
            prop_assert_eq!(decode_in_place(&mut body, len), content.len());
            prop_assert_eq!(&body[..content.len()], &content[..]);
        }
    }

    fn check_splits(body: &[u8], mut cuts: Vec<usize>) -> Result<(), TestCaseError> {
        cuts.sort_unstable();
        let mut scanner = ChunkScanner::new();
        for cut in cuts.into_iter().filter(|&cut| cut < body.len()).chain([body.len()]) {
            prop_assert_eq!(scanner.scan(&body[..cut]), scan(&body[..cut]));
        }
        Ok(())
    }
}
