//! Digits of numbers, without an allocation.

/// A number in digits.
pub struct Digits {
    text: [u8; 20],
    start: usize,
}

impl Digits {
    /// The digits of `n`.
    pub fn unsigned(mut n: u64) -> Digits {
        let mut digits = Digits { text: [0; 20], start: 20 };
        for place in digits.text.iter_mut().rev() {
            *place = b'0' + (n % 10) as u8;
            digits.start -= 1;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        digits
    }

    /// The digits of `n`, behind a `-` if it is negative.
    pub fn signed(n: i64) -> Digits {
        let mut digits = Digits::unsigned(n.unsigned_abs());
        // The longest has nineteen digits.
        if n < 0 {
            digits.start = digits.start.saturating_sub(1);
            if let Some(place) = digits.text.get_mut(digits.start) {
                *place = b'-';
            }
        }
        digits
    }

    /// The hexadecimal digits of `n`, in lower case.
    pub fn hex(mut n: u64) -> Digits {
        let mut digits = Digits { text: [0; 20], start: 20 };
        for place in digits.text.iter_mut().rev() {
            *place = hex_digit((n & 15) as u8);
            digits.start -= 1;
            n >>= 4;
            if n == 0 {
                break;
            }
        }
        digits
    }

    /// As text.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }
}

/// Lower-case hex digit of the low four bits.
pub fn hex_digit(n: u8) -> u8 {
    match n & 15 {
        n @ 0..=9 => b'0' + n,
        n => b'a' + n - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_lengths() {
        let mut n = 0u64;
        for digit in [1, 9, 0, 5, 7, 3, 8, 2, 4, 6, 1, 0, 9, 8, 7, 6, 5, 4, 3] {
            n = n * 10 + digit;
            assert_eq!(Digits::unsigned(n).as_bytes(), n.to_string().as_bytes());
            assert_eq!(Digits::hex(n).as_bytes(), format!("{n:x}").as_bytes());
            assert_eq!(Digits::signed(-(n as i64)).as_bytes(), format!("-{n}").as_bytes());
        }
        assert_eq!(Digits::unsigned(0).as_bytes(), b"0");
        assert_eq!(Digits::unsigned(u64::MAX).as_bytes(), u64::MAX.to_string().as_bytes());
        assert_eq!(Digits::signed(i64::MIN).as_bytes(), i64::MIN.to_string().as_bytes());
        assert_eq!(Digits::hex(u64::MAX).as_bytes(), b"ffffffffffffffff");
        assert_eq!(Digits::hex(0).as_bytes(), b"0");
        assert_eq!(Digits::signed(42).as_bytes(), b"42");
    }
}
