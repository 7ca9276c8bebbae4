//! Who is the client, when proxies stand between: `Forwarded` (RFC 7239) and `X-Forwarded-For`.
//!
//! Each proxy appends the address of whom it received the request from. So the rightmost entry was
//! written by the peer itself, and each entry can be believed as far as the one who wrote it can:
//! the walk starts with the peer and goes left as long as addresses are those of trusted proxies.
//! The first other address is the client. What stands further left may be invented and is not
//! even looked at: nothing that a client sends can make what a proxy appended unreadable.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// Most proxies that are walked through; the one reached then counts as the client.
pub const MAX_HOPS: usize = 32;

/// Longest text of an address and port, in bytes behind unquoting.
const MAX_NODE: usize = 64;

/// The address of the client of a request that came from `peer`.
///
/// The values are those of the fields `Forwarded` and `X-Forwarded-For`; if a field has several
/// lines, that is the last line, or all of them joined by commas in order. `trusted` says whether
/// an address is that of a proxy whose word counts.
///
/// - If `peer` is not trusted, it is the client, whatever it says.
/// - `Forwarded` counts if it is there, unless its last element can't be parsed; then
///   `X-Forwarded-For` does. A proxy that sets one of them must therefore remove the other.
/// - An entry that is malformed or hides the address (`unknown`, `_name`, no `for`) ends the walk
///   at the trusted proxy that wrote it.
///
/// IPv4-mapped addresses are turned into IPv4 ones, before `trusted` sees them too.
pub fn client_address(
    forwarded: Option<&[u8]>,
    x_forwarded_for: Option<&[u8]>,
    peer: IpAddr,
    trusted: impl Fn(&IpAddr) -> bool,
) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted(&peer) {
        return peer;
    }
    let readable = |value: &&[u8]| Elements(value).next().is_some_and(|e| element(e).is_some());
    if let Some(value) = forwarded.filter(readable) {
        walk(Elements(value).map(|e| element(e).flatten()), peer, trusted)
    } else if let Some(value) = x_forwarded_for {
        let entries = value.rsplit(|&c| c == b',').map(|e| e.trim_ascii());
        walk(entries.filter(|e| !e.is_empty()).map(bare_node), peer, trusted)
    } else {
        peer
    }
}

/// Goes from entry to entry, last one first, while they are trusted. `None` is an entry without
/// a usable address.
fn walk(
    entries: impl Iterator<Item = Option<IpAddr>>,
    peer: IpAddr,
    trusted: impl Fn(&IpAddr) -> bool,
) -> IpAddr {
    let mut client = peer;
    for entry in entries.take(MAX_HOPS) {
        let Some(address) = entry else { break };
        client = address.to_canonical();
        if !trusted(&client) {
            break;
        }
    }
    client
}

/// Elements of a comma-separated list with quoted strings, from the last to the first; empty ones
/// are left out (RFC 9110 §5.6.1, §5.6.4). What remains is to the left.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    /// Looks at each byte at most twice.
    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.0.is_empty() {
            let comma = last_comma(self.0);
            let start = comma.map_or(0, |at| at + 1);
            let element = self.0.get(start..).unwrap_or_default().trim_ascii();
            self.0 = self.0.get(..comma.unwrap_or(0)).unwrap_or_default();
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

/// The last comma outside of quoted strings.
fn last_comma(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut end = text.len();
    while let Some(at) = memchr::memrchr2(b',', b'"', text.get(..end)?) {
        let before = text.get(..at)?;
        if text.get(at) == Some(&b',') {
            if !quoted {
                return Some(at);
            }
            end = at;
            continue;
        }
        // Inside a quoted string, an odd number of backslashes escapes the quote.
        let slashes = before.iter().rev().take_while(|&&c| c == b'\\').count();
        if !(quoted && slashes % 2 == 1) {
            quoted = !quoted;
        }
        end = at - slashes;
    }
    None
}

/// One element of `Forwarded`: pairs separated by semicolons (RFC 7239 §4).
///
/// `None` if malformed, `Some(None)` if it tells no address.
fn element(text: &[u8]) -> Option<Option<IpAddr>> {
    let mut rest = text;
    let mut found = None;
    while !rest.is_empty() {
        if let Some((b';', behind)) = rest.split_first() {
            rest = behind.trim_ascii_start();
            continue;
        }
        let (name, behind) = rest.split_at_checked(memchr::memchr(b'=', rest)?)?;
        if !is_token(name) {
            return None;
        }
        let (value, behind) = value(behind.get(1..)?)?;
        rest = behind.trim_ascii_start();
        if !matches!(rest.first(), None | Some(b';')) {
            return None;
        }
        // Each parameter stands at most once; only `for` matters here.
        if name.eq_ignore_ascii_case(b"for") && found.replace(node(value.as_slice())?).is_some() {
            return None;
        }
    }
    Some(found.flatten())
}

/// A token or quoted string at the start of `text`, without quotes, cut to one byte more than an
/// address can have; and what follows.
fn value(text: &[u8]) -> Option<(Node, &[u8])> {
    let mut out = Node::default();
    let Some((b'"', mut rest)) = text.split_first() else {
        let len = text.iter().position(|&c| !is_tchar(c)).unwrap_or(text.len());
        let (token, rest) = text.split_at_checked(len).filter(|_| len > 0)?;
        token.iter().for_each(|&c| out.push(c));
        return Some((out, rest));
    };
    loop {
        let (&c, behind) = rest.split_first()?;
        let (c, behind) = match c {
            b'"' => return Some((out, behind)),
            b'\\' => behind.split_first().map(|(&c, rest)| (c, rest))?,
            _ => (c, behind),
        };
        if c == 0x7f || c < b' ' && c != b'\t' {
            return None;
        }
        out.push(c);
        rest = behind;
    }
}

/// The text of a node; what is too long is cut.
struct Node {
    bytes: [u8; MAX_NODE + 1],
    len: usize,
}

impl Default for Node {
    fn default() -> Self {
        Self { bytes: [0; MAX_NODE + 1], len: 0 }
    }
}

impl Node {
    fn push(&mut self, c: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = c;
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// A node identifier (RFC 7239 §6): IPv4, `[IPv6]`, `unknown` or `_name`, with an optional port.
///
/// `None` if malformed, `Some(None)` if it hides the address.
fn node(text: &[u8]) -> Option<Option<IpAddr>> {
    if text.len() > MAX_NODE {
        // Names may be longer than any address.
        return text.starts_with(b"_").then_some(None);
    }
    let (name, port) = match text {
        [b'[', ..] => text.split_at_checked(memchr::memchr(b']', text)? + 1)?,
        _ => text.split_at_checked(memchr::memchr(b':', text).unwrap_or(text.len()))?,
    };
    if !is_port(port) {
        return None;
    }
    match name {
        [b'_', rest @ ..] => (!rest.is_empty() && rest.iter().all(is_obfuscated)).then_some(None),
        [b'[', v6 @ .., b']'] => Some(Some(IpAddr::V6(from_text::<Ipv6Addr>(v6)?))),
        _ if name.eq_ignore_ascii_case(b"unknown") => Some(None),
        _ => Some(Some(IpAddr::V4(from_text::<Ipv4Addr>(name)?))),
    }
}

/// An entry of `X-Forwarded-For`: as [`node`], or IPv6 without brackets and port. `None` if
/// there is no address in it.
fn bare_node(text: &[u8]) -> Option<IpAddr> {
    node(text).flatten().or_else(|| from_text::<Ipv6Addr>(text).map(IpAddr::V6))
}

fn from_text<T: FromStr>(text: &[u8]) -> Option<T> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Nothing, or a colon and a port: up to five digits, or `_` and a name.
fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', b'_', rest @ ..] => !rest.is_empty() && rest.iter().all(is_obfuscated),
        [b':', rest @ ..] => (1..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn is_obfuscated(c: &u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-')
}

/// RFC 9110 §5.6.2.
fn is_tchar(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c)
}

fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&c| is_tchar(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Proxies are 10.x.x.x and fd00::x; the peer is 10.0.0.1.
    fn client(forwarded: Option<&str>, x_forwarded_for: Option<&str>) -> String {
        let trusted = |ip: &IpAddr| match ip {
            IpAddr::V4(ip) => ip.octets()[0] == 10,
            IpAddr::V6(ip) => ip.octets()[0] == 0xfd,
        };
        let forwarded = forwarded.map(str::as_bytes);
        let x_forwarded_for = x_forwarded_for.map(str::as_bytes);
        client_address(forwarded, x_forwarded_for, ip("10.0.0.1"), trusted).to_string()
    }

    #[test]
    fn ch08_who_is_not_trusted_is_the_client() {
        for peer in ["192.0.2.1", "::ffff:192.0.2.1"] {
            let got =
                client_address(Some(b"for=1.2.3.4"), Some(b"1.2.3.4"), ip(peer), |_: &IpAddr| {
                    false
                });
            assert_eq!(got, ip("192.0.2.1"));
        }
        assert_eq!(client(None, None), "10.0.0.1");
    }

    #[test]
    fn ch08_forwarded() {
        for (value, want) in [
            // RFC 7239 §4, §6, §7.1.
            (r#"for="_gazonk""#, "10.0.0.1"),
            (r#"For="[2001:db8:cafe::17]:4711""#, "2001:db8:cafe::17"),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=_hidden, for=_SEVKISEK", "10.0.0.1"),
            (r#"for="192.0.2.43:47011""#, "192.0.2.43"),
            (r#"for=192.0.2.43, for="[2001:db8:cafe::17]""#, "2001:db8:cafe::17"),
            ("for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown", "10.0.0.1"),
            ("for=192.0.2.43, for=10.0.0.2;by=203.0.113.60;proto=http;host=a", "192.0.2.43"),
            // The walk.
            ("for=1.1.1.1, for=2.2.2.2, for=10.9.9.9, for=10.8.8.8", "2.2.2.2"),
            ("for=10.2.2.2, for=10.3.3.3", "10.2.2.2"),
            ("for=1.1.1.1, for=unknown, for=10.3.3.3", "10.3.3.3"),
            ("for=1.1.1.1, for=_x, for=10.3.3.3", "10.3.3.3"),
            ("for=1.1.1.1, proto=http, for=10.3.3.3", "10.3.3.3"),
            ("for=1.1.1.1, for=300.0.0.1, for=10.3.3.3", "10.3.3.3"),
            (r#"for=1.1.1.1, for="[fd00::1]:_p""#, "1.1.1.1"),
            (r#"for="[::ffff:1.1.1.1]""#, "1.1.1.1"),
            (r#"for=1.1.1.1, for="[::ffff:10.1.1.1]""#, "1.1.1.1"),
            // Syntax.
            ("FOR=1.1.1.1", "1.1.1.1"),
            (", ,for=1.1.1.1 , ,", "1.1.1.1"),
            (";for=1.1.1.1;;proto=x;", "1.1.1.1"),
            ("proto=x; for=1.1.1.1 ; by=y", "1.1.1.1"),
            (r#"for="1.1.1\.1""#, "1.1.1.1"),
            (r#"for=1.1.1.1;ext="a,b;c=\"d\",for=2.2.2.2""#, "1.1.1.1"),
            (r#"for=1.1.1.1;ext="\\""#, "1.1.1.1"),
            (r#"for=2.2.2.2, for=1.1.1.1;ext="\\\",""#, "1.1.1.1"),
            // What a client sent before can't hide what the proxy appended.
            (r#"for=", for=1.1.1.1"#, "1.1.1.1"),
            (r#"for="\, for=1.1.1.1"#, "1.1.1.1"),
            (r#"x="y\", for=1.1.1.1;host="a,b""#, "1.1.1.1"),
            ("\0\"\\\",;=, for=1.1.1.1", "1.1.1.1"),
        ] {
            assert_eq!(client(Some(value), None), want, "{value}");
            let other = Some("9.9.9.9");
            assert_eq!(client(Some(value), other), want, "X-Forwarded-For loses: {value}");
        }
    }

    #[test]
    fn ch08_malformed_forwarded() {
        let long = format!("for={}", "1".repeat(100));
        let longer = format!("for=\"[2001:db8::1]:{}\"", "1".repeat(100));
        for value in [
            "",
            ",",
            "1.1.1.1",
            "for",
            "for=",
            "=1.1.1.1",
            "for =1.1.1.1",
            "for= 1.1.1.1",
            "for=1.1.1.1:80",
            "for=[2001:db8::1]",
            r#"for="2001:db8::1""#,
            r#"for="[2001:db8::1""#,
            r#"for="[1.1.1.1]""#,
            r#"for="1.1.1.1:""#,
            r#"for="1.1.1.1:123456""#,
            r#"for="1.1.1.1:-1""#,
            r#"for="1.1.1.1:_""#,
            r#"for="1.1.1.1"#,
            r#"for="1.1.1.1"x"#,
            r#"for="1.1.1.1\"#,
            "for=1.1.1.1;for=1.1.1.1",
            "for=1.1.1.1 proto=http",
            "for=1.1.1.1;proto",
            "for=_",
            "for=_a!b",
            "for=01.1.1.1",
            "for=\"1.1.1.1\0\"",
            &long,
            &longer,
        ] {
            assert_eq!(client(Some(value), None), "10.0.0.1", "{value:?}");
            assert_eq!(client(Some(value), Some("9.9.9.9")), "9.9.9.9", "{value:?}");
        }
        let hidden = format!("for=_{}", "a".repeat(100));
        assert_eq!(client(Some(&hidden), Some("9.9.9.9")), "10.0.0.1");
    }

    #[test]
    fn ch08_x_forwarded_for() {
        for (value, want) in [
            ("", "10.0.0.1"),
            ("1.1.1.1", "1.1.1.1"),
            ("  1.1.1.1\t", "1.1.1.1"),
            ("1.1.1.1:80", "1.1.1.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("::ffff:1.1.1.1", "1.1.1.1"),
            ("3.3.3.3, 1.1.1.1, 10.2.2.2,10.3.3.3", "1.1.1.1"),
            ("1.1.1.1,,10.2.2.2,", "1.1.1.1"),
            ("10.2.2.2, 10.3.3.3", "10.2.2.2"),
            ("1.1.1.1, unknown, 10.3.3.3", "10.3.3.3"),
            ("1.1.1.1, _x, 10.3.3.3", "10.3.3.3"),
            ("1.1.1.1, \"1.1.1.1\", 10.3.3.3", "10.3.3.3"),
            ("1.1.1.1, 1.1.1.1 2.2.2.2, fd00::1", "fd00::1"),
            ("1.1.1.1, 1.1.1, 10.3.3.3", "10.3.3.3"),
            ("\"\\, 1.1.1.1", "1.1.1.1"),
        ] {
            assert_eq!(client(None, Some(value)), want, "{value:?}");
        }
    }

    #[test]
    fn the_walk_is_bounded() {
        let hop = |n: usize| format!("10.0.1.{n}");
        let hops: Vec<_> = (0..MAX_HOPS + 5).map(hop).collect();
        let want = hop(5);
        assert_eq!(client(None, Some(&hops.join(","))), want);
        let forwarded: Vec<_> = hops.iter().map(|h| format!("for={h}")).collect();
        assert_eq!(client(Some(&forwarded.join(",")), None), want);
    }

    /// Quadratic work on these would take minutes.
    #[test]
    fn long_values_cost_little() {
        for unit in
            ["\"", "\\", "\\\"", ",", "\",", ";", "a=1;", "for=", "for=10.0.0.2,", " ", "\", "]
        {
            for own in ["", ", for=10.0.0.2", "=\"", "x=\""] {
                let value = unit.repeat(300_000) + own;
                client(Some(&value), Some(&value));
            }
        }
    }

    proptest! {
        /// Whatever a client sends, what the proxy appends counts.
        #[test]
        fn what_was_appended_counts(sent in "[\"\\\\,;=a-z0-9. \\[\\]:]{0,60}") {
            for own in ["for=1.1.1.1", "by=\"x,y\";for=\"1.1.1.1:80\""] {
                let value = format!("{sent}, {own}");
                prop_assert_eq!(client(Some(&value), None), "1.1.1.1");
            }
            prop_assert_eq!(client(None, Some(&format!("{sent}, 1.1.1.1"))), "1.1.1.1");
            client(Some(&sent), Some(&sent));
        }

        /// From the right or from the left: well-formed lists have the same elements.
        #[test]
        fn elements_are_those_of_a_scan_from_the_left(
            values in proptest::collection::vec("[a,\"\\\\]{0,6}", 1..5),
        ) {
            let quote = |v: &String| {
                let escaped = v.replace('\\', "\\\\").replace('"', "\\\"");
                format!("x=\"{escaped}\"")
            };
            let want: Vec<String> = values.iter().map(quote).collect();
            let text = want.join(", ");
            let mut got: Vec<_> = Elements(text.as_bytes()).map(|e| e.to_vec()).collect();
            got.reverse();
            prop_assert_eq!(got, want.iter().map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>());
        }
    }
}
