//! Access lists: `+` or `-` and an IPv4 network, separated by commas.

use super::addr::dotted_quad;

/// Why a list could not be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An entry does not start with `+` or `-`.
    Sign,
    /// An entry is no `a.b.c.d` or `a.b.c.d/bits`.
    Network,
}

/// Whether `ip` (host byte order) is allowed. The last matching entry decides; an empty list
/// allows, a list without a match denies. The first bad entry ends the evaluation.
pub fn check(list: &[u8], ip: u32) -> Result<bool, Error> {
    if list.is_empty() {
        return Ok(true);
    }
    let mut allowed = false;
    // A trailing comma does not start another entry.
    let list = list.strip_suffix(b",").filter(|rest| !rest.is_empty()).unwrap_or(list);
    for entry in list.split(|&c| c == b',') {
        let (&sign, text) = entry.split_first().ok_or(Error::Sign)?;
        if sign != b'+' && sign != b'-' {
            return Err(Error::Sign);
        }
        let (network, mask) = parse_network(text).ok_or(Error::Network)?;
        if ip & mask == network {
            allowed = sign == b'+';
        }
    }
    Ok(allowed)
}

/// `a.b.c.d` or `a.b.c.d/bits` as network and mask.
fn parse_network(text: &[u8]) -> Option<(u32, u32)> {
    let (quad, bits) = match memchr::memchr(b'/', text) {
        Some(at) => (text.get(..at)?, prefix_bits(text.get(at + 1..)?)?),
        None => (text, 32),
    };
    let mask = if bits == 0 { 0 } else { u32::MAX << (32 - bits) };
    Some((u32::from_be_bytes(dotted_quad(quad)?), mask))
}

/// A decimal number from 0 to 32.
fn prefix_bits(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let bits =
        digits.iter().fold(0u32, |n, c| n.saturating_mul(10).saturating_add(u32::from(c - b'0')));
    (bits <= 32).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch02_56_table() {
        use Error::{Network, Sign};
        let ip = u32::from_be_bytes([10, 1, 2, 3]);
        for (list, want) in [
            ("", Ok(true)),
            ("+10.1.2.3", Ok(true)),
            ("-10.1.2.3", Ok(false)),
            ("+10.1.2.4", Ok(false)),
            ("-0.0.0.0/0,+10.0.0.0/8", Ok(true)),
            ("+10.0.0.0/8,-0.0.0.0/0", Ok(false)),
            ("+10.1.2.3/8", Ok(false)),
            ("+10.1.2.2/31", Ok(true)),
            ("+10.1.2.3/32", Ok(true)),
            ("+10.1.2.3,", Ok(true)),
            ("+010.001.2.3", Ok(true)),
            ("+0.0.0.0/000", Ok(true)),
            ("+10.1.2.3,,", Err(Sign)),
            (",", Err(Sign)),
            ("+10.1.2.3, -10.0.0.0/8", Err(Sign)),
            ("10.1.2.3", Err(Sign)),
            ("+", Err(Network)),
            ("+256.1.2.3", Err(Network)),
            ("+10.1.2", Err(Network)),
            ("+10.1.2.3/33", Err(Network)),
            ("+10.1.2.3/-1", Err(Network)),
            ("+10.1.2.3/99999999999", Err(Network)),
        ] {
            assert_eq!(check(list.as_bytes(), ip), want, "{list}");
        }
    }

    #[test]
    fn ch02_weak_22_garbage_behind_an_address_is_an_error() {
        for list in ["+ 10.1.2.3", "+10.1.2.3xyz", "+10.1.2.3/", "+10.1.2.3/x"] {
            assert_eq!(check(list.as_bytes(), 0x0a010203), Err(Error::Network), "{list}");
        }
    }
}
