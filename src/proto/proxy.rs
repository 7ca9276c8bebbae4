//! The PROXY protocol, versions 1 and 2: the header in which a proxy tells who connected to it
//! (HAProxy's proxy-protocol.txt).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// Longest header of version 1 in bytes, line end included (§2.1).
pub const MAX_V1: usize = 107;

/// Longest header of version 2 that is accepted, in bytes behind the first [`V2_FIXED`]: the
/// largest address block (216) and 320 bytes of extensions.
pub const MAX_V2_REST: usize = 536;

/// Bytes of version 2's signature, version, family and length.
pub const V2_FIXED: usize = 16;

const V1_START: &[u8] = b"PROXY ";
const V2_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// An address and its port.
pub type Endpoint = (IpAddr, u16);

/// What the beginning of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// More bytes are needed.
    Partial,
    /// No header, or one that breaks the rules: the connection must be closed.
    Invalid,
    /// A complete header.
    Header {
        /// Its length in bytes; what follows is the connection's own data.
        len: usize,
        /// Who connected to the proxy. `None` if the proxy speaks for itself (`LOCAL`, as health
        /// checks do), does not know (`UNKNOWN`), or names something that is no TCP endpoint: the
        /// addresses of the connection itself count then.
        peer: Option<Endpoint>,
        /// What it connected to; there exactly if `peer` is.
        local: Option<Endpoint>,
    },
}

impl Parsed {
    fn header(len: usize, ends: Option<(Endpoint, Endpoint)>) -> Self {
        Self::Header { len, peer: ends.map(|e| e.0), local: ends.map(|e| e.1) }
    }
}

/// Reads the header at the start of `input`.
pub fn parse(input: &[u8]) -> Parsed {
    if input.starts_with(V1_START) {
        v1(input)
    } else if input.starts_with(V2_SIGNATURE) {
        v2(input).unwrap_or(Parsed::Partial)
    } else if V1_START.starts_with(input) || V2_SIGNATURE.starts_with(input) {
        Parsed::Partial
    } else {
        Parsed::Invalid
    }
}

/// Version 1: one line of text (§2.1).
fn v1(input: &[u8]) -> Parsed {
    let input = input.get(..MAX_V1).unwrap_or(input);
    // Nothing but printable characters stands before the line end.
    let Some(end) = input.iter().position(|c| !matches!(c, b' '..=b'~')) else {
        return if input.len() < MAX_V1 { Parsed::Partial } else { Parsed::Invalid };
    };
    match input.get(end..).unwrap_or_default() {
        [b'\r'] if input.len() < MAX_V1 => return Parsed::Partial,
        [b'\r', b'\n', ..] => {}
        _ => return Parsed::Invalid,
    }
    let rest = input.get(V1_START.len()..end).unwrap_or_default();
    // What follows UNKNOWN is to be ignored.
    if rest == b"UNKNOWN" || rest.starts_with(b"UNKNOWN ") {
        return Parsed::header(end + 2, None);
    }
    match v1_endpoints(rest) {
        Some(ends) => Parsed::header(end + 2, Some(ends)),
        None => Parsed::Invalid,
    }
}

/// `TCP4 source destination source-port destination-port`, single blanks between.
fn v1_endpoints(text: &[u8]) -> Option<(Endpoint, Endpoint)> {
    let mut words = core::str::from_utf8(text).ok()?.split(' ');
    let address: fn(&str) -> Option<IpAddr> = match words.next()? {
        "TCP4" => |word| Ipv4Addr::from_str(word).ok().map(IpAddr::V4),
        "TCP6" => |word| Ipv6Addr::from_str(word).ok().map(IpAddr::V6),
        _ => return None,
    };
    let (source, destination) = (address(words.next()?)?, address(words.next()?)?);
    let (source_port, destination_port) = (port(words.next()?)?, port(words.next()?)?);
    words.next().is_none().then_some(((source, source_port), (destination, destination_port)))
}

/// A decimal number from 0 to 65535 without sign or leading zeros.
fn port(word: &str) -> Option<u16> {
    let plain = word.bytes().all(|c| c.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
    word.parse().ok().filter(|_| plain)
}

/// Version 2: binary (§2.2). `None` while bytes are missing.
fn v2(input: &[u8]) -> Option<Parsed> {
    const LOCAL: u8 = 0x20;
    const PROXY: u8 = 0x21;
    let command = *input.get(12)?;
    if command != LOCAL && command != PROXY {
        return Some(Parsed::Invalid);
    }
    let family = *input.get(13)?;
    // Length of the address block, by address family and transport. The family of a LOCAL header
    // is to be ignored.
    let needed = match family {
        _ if command == LOCAL => 0,
        0x00 => 0,
        0x11 | 0x12 => 12,
        0x21 | 0x22 => 36,
        0x31 | 0x32 => 216,
        _ => return Some(Parsed::Invalid),
    };
    let rest_len = usize::from(u16::from_be_bytes(*input.get(14..)?.first_chunk()?));
    if rest_len < needed || rest_len > MAX_V2_REST {
        return Some(Parsed::Invalid);
    }
    let len = V2_FIXED + rest_len;
    let block = input.get(V2_FIXED..len)?;
    // Datagrams and Unix sockets are no TCP peers: the rules let a receiver that can't use a
    // family treat it as unknown.
    let ends = match (command, family) {
        (PROXY, 0x11) => v2_endpoints::<4, 12>(block),
        (PROXY, 0x21) => v2_endpoints::<16, 36>(block),
        _ => None,
    };
    Some(Parsed::header(len, ends))
}

/// Two addresses of `A` bytes and two ports, `N` bytes in all; what follows are extensions.
fn v2_endpoints<const A: usize, const N: usize>(block: &[u8]) -> Option<(Endpoint, Endpoint)>
where
    IpAddr: From<[u8; A]>,
{
    let (source, rest) = block.get(..N)?.split_first_chunk::<A>()?;
    let (destination, rest) = rest.split_first_chunk::<A>()?;
    let (source_port, rest) = rest.split_first_chunk::<2>()?;
    let destination_port = rest.first_chunk::<2>()?;
    Some((
        (IpAddr::from(*source), u16::from_be_bytes(*source_port)),
        (IpAddr::from(*destination), u16::from_be_bytes(*destination_port)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(text: &str, port: u16) -> Option<Endpoint> {
        Some((text.parse().unwrap(), port))
    }

    fn binary(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
        let len = (block.len() as u16).to_be_bytes();
        [V2_SIGNATURE, &[command, family], &len, block].concat()
    }

    /// Complete with and without data behind; every prefix is partial.
    fn whole(header: &[u8], peer: Option<Endpoint>, local: Option<Endpoint>) {
        let want = Parsed::Header { len: header.len(), peer, local };
        assert_eq!(parse(header), want, "{}", header.escape_ascii());
        assert_eq!(parse(&[header, b"GET / HTTP/1.1\r\n\r\n"].concat()), want);
        for n in 0..header.len() {
            assert_eq!(parse(&header[..n]), Parsed::Partial, "{n} {}", header.escape_ascii());
        }
    }

    #[test]
    fn ch08_proxy_v1() {
        let all = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        for (line, peer, local) in [
            ("TCP4 1.2.3.4 10.0.0.1 0 443", end("1.2.3.4", 0), end("10.0.0.1", 443)),
            (
                "TCP4 255.255.255.255 255.255.255.255 65535 65535",
                end("255.255.255.255", 65535),
                end("255.255.255.255", 65535),
            ),
            ("TCP6 2001:DB8::1 ::1 1 2", end("2001:db8::1", 1), end("::1", 2)),
            ("TCP6 ::ffff:1.2.3.4 :: 1 2", end("::ffff:1.2.3.4", 1), end("::", 2)),
            (&format!("TCP6 {all} {all} 65535 65535"), end(all, 65535), end(all, 65535)),
            ("UNKNOWN", None, None),
            ("UNKNOWN ", None, None),
            ("UNKNOWN anything at all", None, None),
            (&format!("UNKNOWN {all} {all} 65535 65535"), None, None),
        ] {
            whole(format!("PROXY {line}\r\n").as_bytes(), peer, local);
        }
        let longest = format!("PROXY UNKNOWN {all} {all} 65535 65535\r\n");
        assert_eq!(longest.len(), MAX_V1);
    }

    #[test]
    fn ch08_proxy_v1_is_strict() {
        for text in [
            "GET / HTTP/1.1\r\n",
            "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY\r\n",
            "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
            "PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 00 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
            "PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n",
            "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP6 [::1] ::1 1 2\r\n",
            "PROXY TCP6 fe80::1%1 ::1 1 2\r\n",
            "PROXY TCP5 ::1 ::1 1 2\r\n",
            "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY UNKNOWNS\r\n",
            "PROXY unknown\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r ",
            "PROXY TCP4\t1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY UNKNOWN \0\r\n",
            "PROXY UNKNOWN \u{e9}\r\n",
        ] {
            assert_eq!(parse(text.as_bytes()), Parsed::Invalid, "{text:?}");
        }
        let long = [&b"PROXY UNKNOWN "[..], &[b'x'; 100]].concat();
        assert_eq!(parse(&long[..MAX_V1 - 1]), Parsed::Partial);
        assert_eq!(parse(&long[..MAX_V1]), Parsed::Invalid);
        let mut late = long[..MAX_V1 - 1].to_vec();
        late.extend(b"\r\n");
        assert_eq!(parse(&late), Parsed::Invalid, "one byte too long");
        assert_eq!(parse(&late[..MAX_V1]), Parsed::Invalid);
    }

    #[test]
    fn ch08_proxy_v2() {
        let v4 = [&[1, 2, 3, 4, 10, 0, 0, 1][..], &[0x12, 0x34, 0, 80]].concat();
        let mut v6 = vec![0; 36];
        (v6[0], v6[15], v6[31], v6[33], v6[35]) = (0x20, 9, 7, 5, 6);
        let extended = [&v4[..], &[3, 0, 4, 1, 2, 3, 4]].concat();
        let (peer, local) = (end("1.2.3.4", 0x1234), end("10.0.0.1", 80));
        whole(&binary(0x21, 0x11, &v4), peer, local);
        whole(&binary(0x21, 0x11, &extended), peer, local);
        whole(&binary(0x21, 0x11, &[&v4[..], &[0; MAX_V2_REST - 12]].concat()), peer, local);
        whole(&binary(0x21, 0x21, &v6), end("2000::9", 5), end("::7", 6));
        for (command, family, len) in [
            (0x20, 0x00, 0),
            (0x20, 0x11, 12),
            (0x20, 0x11, 3),
            (0x20, 0xff, 40),
            (0x21, 0x00, 0),
            (0x21, 0x00, 99),
            (0x21, 0x12, 12),
            (0x21, 0x22, 36),
            (0x21, 0x31, 216),
            (0x21, 0x32, 216),
        ] {
            whole(&binary(command, family, &vec![1; len]), None, None);
        }
    }

    #[test]
    fn ch08_proxy_v2_is_strict() {
        for (command, family, len) in [
            (0x11, 0x11, 12),
            (0x22, 0x11, 12),
            (0x01, 0x11, 12),
            (0x21, 0x01, 12),
            (0x21, 0x10, 12),
            (0x21, 0x13, 12),
            (0x21, 0x41, 216),
            (0x21, 0x11, 11),
            (0x21, 0x21, 35),
            (0x21, 0x31, 215),
            (0x21, 0x11, MAX_V2_REST + 1),
            (0x20, 0x00, MAX_V2_REST + 1),
            (0x20, 0x00, 65535),
        ] {
            let header = binary(command, family, &vec![1; len]);
            assert_eq!(parse(&header), Parsed::Invalid, "{command:x} {family:x} {len}");
            assert_eq!(parse(&header[..V2_FIXED]), Parsed::Invalid, "known from the start");
        }
        let mut header = binary(0x21, 0x11, &[0; 12]);
        header[11] = b'X';
        for n in [12, 28] {
            assert_eq!(parse(&header[..n]), Parsed::Invalid);
        }
    }

    proptest! {
        #[test]
        fn every_prefix_of_a_header_is_partial(
            a: u32, b: u32, c: u128, d: u128, p: u16, q: u16,
            extensions in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let (v4a, v4b) = (Ipv4Addr::from(a), Ipv4Addr::from(b));
            let (v6a, v6b) = (Ipv6Addr::from(c), Ipv6Addr::from(d));
            let v4 = (Some((v4a.into(), p)), Some((v4b.into(), q)));
            let v6 = (Some((v6a.into(), p)), Some((v6b.into(), q)));
            whole(format!("PROXY TCP4 {v4a} {v4b} {p} {q}\r\n").as_bytes(), v4.0, v4.1);
            whole(format!("PROXY TCP6 {v6a} {v6b} {p} {q}\r\n").as_bytes(), v6.0, v6.1);
            let ports = [p.to_be_bytes(), q.to_be_bytes()].concat();
            let block = [&v4a.octets()[..], &v4b.octets(), &ports, &extensions].concat();
            whole(&binary(0x21, 0x11, &block), v4.0, v4.1);
            let block = [&v6a.octets()[..], &v6b.octets(), &ports, &extensions].concat();
            whole(&binary(0x21, 0x21, &block), v6.0, v6.1);
        }

        #[test]
        fn parse_is_total(
            start in prop_oneof![Just(&b""[..]), Just(V1_START), Just(V2_SIGNATURE)],
            rest in proptest::collection::vec(any::<u8>(), 0..700),
        ) {
            let input = [start, &rest].concat();
            if let Parsed::Header { len, .. } = parse(&input) {
                prop_assert!(len <= input.len());
            }
        }
    }
}
