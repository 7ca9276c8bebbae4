//! Passwords: who may log in, what is asked of a client, and how often it may guess.
//!
//! ```text
//! password file ─→ Users ─┐
//! Authorization: Basic ───┤ check_basic
//! Authorization: Digest ──┤ DigestCredentials, Nonces::check, check_digest, Nonces::count
//! no or wrong ────────────┴ Failures::note_failure, Nonces::make, challenge_lines
//! ```

pub mod digest;
pub mod failures;
pub mod nonce;
pub mod users;

pub use digest::{Algorithm, DigestCredentials, challenge_lines};
pub use failures::Failures;
pub use nonce::{NonceState, Nonces};
pub use users::Users;

/// Whether two texts of bytes are the same. The time depends on the lengths only.
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    // The barrier keeps the compiler from leaving the loop early.
    let differ = a.iter().zip(b).fold(0u8, |sum, (a, b)| core::hint::black_box(sum | (a ^ b)));
    a.len() == b.len() && core::hint::black_box(differ) == 0
}

/// The bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    bytes.iter().flat_map(|&b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// What `N` bytes of hexadecimal text stand for; upper case is fine.
fn unhex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    if pairs.len() != N {
        return None;
    }
    let mut out = [0; N];
    for (place, [high, low]) in out.iter_mut().zip(pairs) {
        let value = char::from(*high).to_digit(16)? << 4 | char::from(*low).to_digit(16)?;
        *place = u8::try_from(value).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_and_hex() {
        for (a, b, same) in [
            ("", "", true),
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("xbc", "abc", false),
            ("abc", "ab", false),
            ("", "a", false),
        ] {
            assert_eq!(same_bytes(a.as_bytes(), b.as_bytes()), same, "{a} {b}");
        }
        assert_eq!(hex(&[0, 0x1f, 0xa0]), "001fa0");
        assert_eq!(unhex::<3>(b"001FaA"), Some([0, 0x1f, 0xaa]));
        for bad in ["", "00", "001fa", "001fa0ff", "001fag", "+01fa0"] {
            assert_eq!(unhex::<3>(bad.as_bytes()), None, "{bad}");
        }
    }
}
