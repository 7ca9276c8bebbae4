//! Lists of addresses and networks, and the key under which one peer is counted.

use core::ffi::CStr;
use core::net::IpAddr;
use core::str::FromStr;

/// Most entries of a list. A look-up walks the list.
pub const MAX_ENTRIES: usize = 4096;

/// Addresses and networks, each with a sign, in the order in which they were written.
///
/// ```text
/// -0.0.0.0/0,+10.0.0.0/8
/// 10.0.0.1, 192.168.0.0/16, ::1, 2001:db8::/32
/// ```
///
/// Entries are separated by commas; blanks around them are ignored, and one comma at the end is.
/// An entry without sign counts as `+`. Bits of an address behind its prefix don't count:
/// `10.1.2.3/8` is `10.0.0.0/8`. IPv4 numbers have no leading zeros, which some read as octal.
///
/// IPv4-mapped IPv6 addresses are IPv4 addresses, also in an entry: `::ffff:10.0.0.0/104` is
/// `10.0.0.0/8`. Apart from that an IPv6 network covers no IPv4 address and the other way round, but
/// for `0.0.0.0/0` and `::/0`, which both mean everybody: who writes `-0.0.0.0/0` wants nobody in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressList {
    entries: Vec<Entry>,
}

/// One address or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    inside: bool,
    network: IpAddr,
    prefix_bits: u32,
}

impl AddressList {
    /// Reads a list; empty or blank text is the empty list. The error says what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, &'static CStr> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut entries = Vec::new();
        for entry in text.strip_suffix(b",").unwrap_or(text).split(|&c| c == b',') {
            if entries.len() == MAX_ENTRIES {
                return Err(c"access list: more than 4096 entries");
            }
            entries.push(Entry::parse(entry.trim_ascii())?);
        }
        Ok(Self { entries })
    }

    /// Whether the list has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an access list lets `ip` in: the last entry that matches decides by its sign.
    ///
    /// The empty list lets everybody in. When no entry matches, the first entry tells what the
    /// list is about: one that begins with `-` names whom to refuse and lets all others in, one
    /// that begins with `+` names whom to let in and refuses all others.
    pub fn allows(&self, ip: &IpAddr) -> bool {
        self.verdict(ip).unwrap_or_else(|| self.entries.first().is_none_or(|entry| !entry.inside))
    }

    /// Whether a plain list names `ip`: the last entry that matches decides, `-` takes out. What
    /// no entry matches is not in it.
    pub fn contains(&self, ip: &IpAddr) -> bool {
        self.verdict(ip).unwrap_or(false)
    }

    /// Sign of the last entry that matches.
    fn verdict(&self, ip: &IpAddr) -> Option<bool> {
        let ip = ip.to_canonical();
        self.entries.iter().rev().find(|entry| entry.matches(ip)).map(|entry| entry.inside)
    }
}

impl Entry {
    fn parse(text: &[u8]) -> Result<Self, &'static CStr> {
        let (inside, text) = match text {
            [] => return Err(c"access list: an entry is empty"),
            [b'+', rest @ ..] => (true, rest),
            [b'-', rest @ ..] => (false, rest),
            _ => (true, text),
        };
        let (address, prefix) = match memchr::memchr(b'/', text) {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
            None => (text, None),
        };
        let address = parse_ip(address).ok_or(c"access list: not an address")?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match prefix {
            Some(digits) => prefix_bits(digits, most).ok_or(c"access list: not a prefix length")?,
            None => most,
        };
        Ok(match (address, address.to_canonical()) {
            (IpAddr::V6(_), mapped @ IpAddr::V4(_)) if bits >= 96 => {
                Self { inside, network: mapped, prefix_bits: bits - 96 }
            }
            _ => Self { inside, network: address, prefix_bits: bits },
        })
    }

    /// `ip` is canonical: no mapped address.
    fn matches(&self, ip: IpAddr) -> bool {
        if self.prefix_bits == 0 {
            return true;
        }
        match (self.network, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => (network.to_bits() ^ ip.to_bits())
                .checked_shr(32 - self.prefix_bits.min(32))
                .is_none_or(|rest| rest == 0),
            (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits() ^ ip.to_bits())
                .checked_shr(128 - self.prefix_bits.min(128))
                .is_none_or(|rest| rest == 0),
            _ => false,
        }
    }
}

/// An IPv4 or IPv6 address as text, without brackets, scope or port.
pub fn parse_ip(text: &[u8]) -> Option<IpAddr> {
    IpAddr::from_str(core::str::from_utf8(text).ok()?).ok()
}

/// A decimal number from 0 to `most` of at most three digits.
fn prefix_bits(digits: &[u8], most: u32) -> Option<u32> {
    if digits.is_empty() || digits.len() > 3 {
        return None;
    }
    let bits = digits
        .iter()
        .try_fold(0u32, |n, &c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))?;
    (bits <= most).then_some(bits)
}

/// Who counts as one peer: an IPv4 address, or the /64 of an IPv6 address, which is the least that
/// one customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeerKey {
    /// An IPv4 address, mapped ones included.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address.
    V6([u8; 8]),
}

const _: () = assert!(size_of::<PeerKey>() == 9);

/// The key under which `ip` is counted.
pub fn peer_key(ip: &IpAddr) -> PeerKey {
    match ip.to_canonical() {
        IpAddr::V4(ip) => PeerKey::V4(ip.octets()),
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, g, h, ..] = ip.octets();
            PeerKey::V6([a, b, c, d, e, f, g, h])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(text: &str) -> AddressList {
        AddressList::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ch08_access_list() {
        for (text, address, want) in [
            ("", "1.2.3.4", true),
            ("  ", "::1", true),
            ("-0.0.0.0/0,+10.0.0.0/8", "10.255.0.1", true),
            ("-0.0.0.0/0,+10.0.0.0/8", "11.0.0.1", false),
            ("+10.0.0.0/8,-0.0.0.0/0", "10.0.0.1", false),
            ("-0.0.0.0/0", "::1", false),
            ("-0.0.0.0/0,+10.0.0.0/8", "2001:db8::1", false),
            ("-0.0.0.0/0,-::/0", "::1", false),
            ("-0.0.0.0/0", "::ffff:1.2.3.4", false),
            ("+10.0.0.1", "10.0.0.1", true),
            ("+10.0.0.1", "10.0.0.2", false),
            ("10.0.0.1", "10.0.0.2", false),
            ("-10.0.0.1", "10.0.0.2", true),
            ("-10.0.0.1", "::ffff:10.0.0.1", false),
            ("-::ffff:10.0.0.0/104", "10.9.9.9", false),
            ("-::ffff:0:0/96", "10.9.9.9", false),
            ("+2001:db8::/32,-2001:db8:1::/48", "2001:db8:1::7", false),
            ("+2001:db8::/32,-2001:db8:1::/48", "2001:db8:2::7", true),
            ("+::/0", "2001:db8::", true),
            ("+::/0", "1.2.3.4", true),
            (" -10.0.0.0/8 ,\t+10.1.0.0/16 , ", "10.1.2.3", true),
            ("+10.1.2.3/8", "10.200.0.1", true),
            ("+10.1.2.2/31", "10.1.2.3", true),
            ("+10.1.2.2/31", "10.1.2.4", false),
        ] {
            assert_eq!(list(text).allows(&ip(address)), want, "{text:?} {address}");
        }
    }

    #[test]
    fn ch08_plain_list() {
        let lists = "10.0.0.1, 192.168.0.0/16, ::1, 2001:db8::/32";
        for (text, address, want) in [
            ("", "1.2.3.4", false),
            (lists, "10.0.0.1", true),
            (lists, "::ffff:10.0.0.1", true),
            (lists, "10.0.0.2", false),
            (lists, "192.168.77.1", true),
            (lists, "::1", true),
            (lists, "::2", false),
            (lists, "2001:db8:ffff::", true),
            ("-10.0.0.1", "10.0.0.2", false),
            ("+10.0.0.0/8,-10.0.0.1", "10.0.0.1", false),
            ("+10.0.0.0/8,-10.0.0.1", "10.0.0.2", true),
        ] {
            assert_eq!(list(text).contains(&ip(address)), want, "{text:?} {address}");
        }
        assert!(list(" ").is_empty() && !list("::").is_empty());
    }

    #[test]
    fn ch08_10_bad_lists_are_refused() {
        for (text, want) in [
            (",", c"access list: an entry is empty"),
            ("1.2.3.4,,", c"access list: an entry is empty"),
            ("1.2.3.4,,::1", c"access list: an entry is empty"),
            ("+", c"access list: not an address"),
            ("+ 1.2.3.4", c"access list: not an address"),
            ("1.2.3", c"access list: not an address"),
            ("010.1.2.3", c"access list: not an address"),
            ("256.1.2.3", c"access list: not an address"),
            ("localhost", c"access list: not an address"),
            ("[::1]", c"access list: not an address"),
            ("fe80::1%1", c"access list: not an address"),
            ("1.2.3.4 ::1", c"access list: not an address"),
            ("\u{e9}", c"access list: not an address"),
            ("1.2.3.4/", c"access list: not a prefix length"),
            ("1.2.3.4/33", c"access list: not a prefix length"),
            ("1.2.3.4/-1", c"access list: not a prefix length"),
            ("1.2.3.4/8/8", c"access list: not a prefix length"),
            ("1.2.3.4/0008", c"access list: not a prefix length"),
            ("::/129", c"access list: not a prefix length"),
            ("::/x", c"access list: not a prefix length"),
        ] {
            assert_eq!(AddressList::parse(text.as_bytes()), Err(want), "{text}");
        }
        assert!(AddressList::parse(b"\xff").is_err());
        assert!(AddressList::parse("::1,".repeat(MAX_ENTRIES).as_bytes()).is_ok());
        assert!(AddressList::parse("::1,".repeat(MAX_ENTRIES + 1).as_bytes()).is_err());
    }

    #[test]
    fn ch08_peers_are_counted_by_address_or_64() {
        let same = |a, b| peer_key(&ip(a)) == peer_key(&ip(b));
        assert!(same("10.0.0.1", "::ffff:10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
        assert!(same("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
    }

    proptest! {
        /// The last entry whose masked address equals the masked peer decides.
        #[test]
        fn agrees_with_masks(
            entries in proptest::collection::vec((any::<bool>(), 0u32..16, 0u32..=32), 0..6),
            peer in 0u32..16,
            shift in prop_oneof![Just(0u32), Just(28)],
        ) {
            let spread = |n: u32| n << shift;
            let mut text = String::new();
            let mut verdict = None;
            for &(inside, network, bits) in &entries {
                let network = spread(network);
                let sign = if inside { '+' } else { '-' };
                text += &format!("{sign}{}/{bits},", core::net::Ipv4Addr::from(network));
                let mask = !((1u64 << (32 - bits)) - 1) as u32;
                if network & mask == spread(peer) & mask {
                    verdict = Some(inside);
                }
            }
            let list = list(&text);
            let peer = IpAddr::V4(spread(peer).into());
            prop_assert_eq!(list.contains(&peer), verdict == Some(true));
            let otherwise = entries.first().is_none_or(|first| !first.0);
            prop_assert_eq!(list.allows(&peer), verdict.unwrap_or(otherwise));
        }

        #[test]
        fn agrees_with_masks_v6(network: u128, noise: u128, bits in 0u32..=128) {
            prop_assume!(network >> 32 != 0xffff);
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            let text = format!("{}/{bits}", core::net::Ipv6Addr::from(network));
            let inside = (network & mask) | (noise & !mask);
            prop_assert!(list(&text).contains(&IpAddr::V6(inside.into())));
            if bits > 0 {
                let outside = inside ^ 1 << (128 - bits);
                prop_assert!(!list(&text).contains(&IpAddr::V6(outside.into())));
            }
        }

        #[test]
        fn parse_is_total(text in "[-+,./:0-9a-f ]{0,40}") {
            let _ = AddressList::parse(text.as_bytes());
        }
    }
}
