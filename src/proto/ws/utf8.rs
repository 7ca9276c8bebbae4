//! UTF-8 that arrives in pieces (RFC 6455 section 8.1, RFC 3629).

/// Checks text piece by piece; every byte is looked at once.
///
/// INVARIANT: `partial[..len]` is the start of a sequence that can still become valid.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8 {
    partial: [u8; 4],
    len: usize,
}

impl Utf8 {
    /// The start of a text.
    pub const fn new() -> Utf8 {
        Utf8 { partial: [0; 4], len: 0 }
    }

    /// Takes the next piece. False as soon as the text can't become valid any more.
    pub fn feed(&mut self, piece: &[u8]) -> bool {
        let mut rest = piece;
        while self.len > 0 {
            let Some((&byte, behind)) = rest.split_first() else { return true };
            rest = behind;
            if !self.push(byte) {
                return false;
            }
        }
        match core::str::from_utf8(rest) {
            Ok(_) => true,
            Err(error) if error.error_len().is_some() => false,
            Err(error) => {
                let cut = rest.get(error.valid_up_to()..).unwrap_or_default();
                cut.iter().all(|&byte| self.push(byte))
            }
        }
    }

    /// True if the text does not end within a character.
    pub fn is_complete(&self) -> bool {
        self.len == 0
    }

    /// One byte of a character that came in pieces.
    fn push(&mut self, byte: u8) -> bool {
        let Some(place) = self.partial.get_mut(self.len) else { return false };
        *place = byte;
        self.len += 1;
        match core::str::from_utf8(self.partial.get(..self.len).unwrap_or_default()) {
            Ok(_) => {
                self.len = 0;
                true
            }
            Err(error) => error.error_len().is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, valid as a whole, and how many bytes may arrive before it is refused.
    const TEXTS: [(&[u8], bool, usize); 14] = [
        (b"", true, 0),
        (b"Hello", true, 5),
        ("κόσμε ✓ 😀".as_bytes(), true, 19),
        (b"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", true, 10),
        (b"\xc0\xaf", false, 0),         // overlong
        (b"\xe0\x80\xaf", false, 1),     // overlong, seen at the second byte
        (b"\xf0\x80\x80\xaf", false, 1), // overlong
        (b"\xed\xa0\x80", false, 1),     // surrogate
        (b"\xf4\x90\x80\x80", false, 1), // above U+10FFFF
        (b"\xf8\x88\x80\x80\x80", false, 0),
        (b"ab\xff", false, 2),
        (b"\x80", false, 0),
        (b"\xce", false, 1), // cut
        (b"\xf0\x9f\x98", false, 3),
    ];

    #[test]
    fn refuses_at_the_earliest_byte_however_the_text_is_cut() {
        for (text, valid, accepted) in TEXTS {
            let mut check = Utf8::default();
            let taken = text.iter().take_while(|&&byte| check.feed(&[byte])).count();
            assert_eq!(taken, accepted, "{text:02x?}");
            assert_eq!(taken == text.len() && check.is_complete(), valid, "{text:02x?}");
            for cut in 0..=text.len() {
                let mut check = Utf8::default();
                let (a, b) = text.split_at(cut);
                let fed = check.feed(a) && check.feed(b);
                assert_eq!(fed && check.is_complete(), valid, "{text:02x?} cut at {cut}");
            }
        }
    }
}
