//! Numeric network addresses: the host part that `mg_aton` reads.

/// An address, bytes in network order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ip {
    /// IPv4.
    V4([u8; 4]),
    /// IPv6.
    V6([u8; 16]),
}

/// What a host text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The empty text: any address.
    Any,
    /// An IPv4 address, or `localhost`.
    V4([u8; 4]),
    /// An IPv6 address and its scope.
    V6([u8; 16], u8),
}

/// Reads a host without port: empty, `localhost`, a dotted quad, or IPv6 with optional brackets and
/// numeric scope (RFC 4291 §2.2, RFC 4007 §11). `None` for anything else.
pub fn parse(text: &[u8]) -> Option<Host> {
    if text.is_empty() {
        return Some(Host::Any);
    }
    if text.eq_ignore_ascii_case(b"localhost") {
        return Some(Host::V4([127, 0, 0, 1]));
    }
    if let Some(quad) = dotted_quad(text) {
        return Some(Host::V4(quad));
    }
    let inner = match text {
        [b'[', inner @ .., b']'] => inner,
        [b'[', ..] => return None,
        _ => text,
    };
    let (address, scope) = match memchr::memchr(b'%', inner) {
        Some(at) => (inner.get(..at)?, decimal_byte(inner.get(at + 1..)?)?),
        None => (inner, 0),
    };
    Some(Host::V6(groups(address)?, scope))
}

/// A decimal number from 0 to 255, leading zeros allowed.
fn decimal_byte(digits: &[u8]) -> Option<u8> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u8, |n, &c| {
        let digit = char::from(c).to_digit(10)?;
        n.checked_mul(10)?.checked_add(digit as u8)
    })
}

/// Four decimal numbers with single dots between.
pub fn dotted_quad(text: &[u8]) -> Option<[u8; 4]> {
    let mut parts = text.split(|&c| c == b'.');
    let mut quad = [0; 4];
    for place in &mut quad {
        *place = decimal_byte(parts.next()?)?;
    }
    parts.next().is_none().then_some(quad)
}

/// The 16 bytes of an IPv6 address: eight groups, or fewer with one `::`; or a mapped IPv4 one.
fn groups(text: &[u8]) -> Option<[u8; 16]> {
    const MAPPED: &[u8] = b"::ffff:";
    if let Some((head, tail)) = text.split_at_checked(MAPPED.len())
        && head.eq_ignore_ascii_case(MAPPED)
        && let Some(quad) = dotted_quad(tail)
    {
        let mut ip = [0; 16];
        ip[10..12].fill(0xff);
        ip[12..].copy_from_slice(&quad);
        return Some(ip);
    }
    let mut words = [0u16; 8];
    let Some(gap) = memchr::memmem::find(text, b"::") else {
        return (group_list(text, &mut words)? == 8).then_some(to_bytes(words));
    };
    let mut tail = [0u16; 8];
    let before = group_list(text.get(..gap)?, &mut words)?;
    let after = group_list(text.get(gap + 2..)?, &mut tail)?;
    if before + after > 8 {
        return None;
    }
    words.get_mut(8 - after..)?.copy_from_slice(tail.get(..after)?);
    Some(to_bytes(words))
}

/// Groups of 1-4 hex digits with single colons between; returns how many. Empty text has none.
fn group_list(text: &[u8], words: &mut [u16; 8]) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut n = 0;
    for part in text.split(|&c| c == b':') {
        if part.is_empty() || part.len() > 4 {
            return None;
        }
        let word = part
            .iter()
            .try_fold(0u16, |w, &c| Some(w << 4 | char::from(c).to_digit(16)? as u16))?;
        *words.get_mut(n)? = word;
        n += 1;
    }
    Some(n)
}

fn to_bytes(words: [u16; 8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (place, word) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(words) {
        *place = word.to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v6(words: [u16; 8], scope: u8) -> Option<Host> {
        Some(Host::V6(to_bytes(words), scope))
    }

    #[test]
    fn ch01_43_44_table() {
        let doc = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7];
        for (text, want) in [
            ("", Some(Host::Any)),
            ("localhost", Some(Host::V4([127, 0, 0, 1]))),
            ("LocalHOST", Some(Host::V4([127, 0, 0, 1]))),
            ("localhost.", None),
            ("10.20.30.40", Some(Host::V4([10, 20, 30, 40]))),
            ("010.020.030.040", Some(Host::V4([10, 20, 30, 40]))),
            ("10.20.30", None),
            ("10..30.40", None),
            ("10.20.30.400", None),
            ("10.20.30.40 ", None),
            ("10.20.30.40.50", None),
            ("2001:db8::7", v6(doc, 0)),
            ("[2001:db8::7]", v6(doc, 0)),
            ("::", v6([0; 8], 0)),
            ("::FFFF:192.0.2.9", v6([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0209], 0)),
            ("::192.0.2.9", None),
            ("[192.0.2.9]", None),
            ("a:b:c:d:1:2:3", None),
            ("fe80:0:0:0:0:0:0:a%3", v6([0xfe80, 0, 0, 0, 0, 0, 0, 10], 3)),
            ("fe80::a%3", v6([0xfe80, 0, 0, 0, 0, 0, 0, 10], 3)),
            ("fe80::a%255", v6([0xfe80, 0, 0, 0, 0, 0, 0, 10], 255)),
            ("fe80::a%256", None),
            ("fe80::a%", None),
            ("fe80::a%eth0", None),
            ("12345::", None),
        ] {
            assert_eq!(parse(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn ch01_weak_15_irregular_forms_are_refused() {
        for text in ["[::1", "::1::", "1::2::3", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "%5", ":::"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
