//! What the event loop needs to know of a URL.

use crate::abi::types::{mg_addr, mg_addr_bytes};
use crate::text::addr::{self, Host};
use crate::text::url::Url;

/// True if `url` asks for UDP: only the lower-case prefix does.
pub(crate) fn is_udp(url: &[u8]) -> bool {
    url.starts_with(b"udp:")
}

/// True if the scheme of `url` is one of those that mean TLS.
pub(crate) fn is_tls(url: &[u8]) -> bool {
    Url::parse(url).is_tls()
}

/// Host part, with the brackets of an IPv6 literal.
pub(crate) fn host(url: &[u8]) -> &[u8] {
    Url::parse(url).host
}

/// Port of `url` in host order, by its scheme if none is given; `None` if what stands there is not
/// a number up to 65535.
pub(crate) fn port(url: &[u8]) -> Option<u16> {
    let url = Url::parse(url);
    match url.port {
        None | Some([]) => Some(url.port_number()),
        Some(digits) if digits.iter().all(u8::is_ascii_digit) => {
            core::str::from_utf8(digits).ok()?.parse().ok()
        }
        Some(_) => None,
    }
}

/// Address and port of a URL whose host is empty, `localhost` or numeric.
pub(crate) fn literal_address(url: &[u8]) -> Option<mg_addr> {
    let mut address = mg_addr {
        addr: mg_addr_bytes { ip: [0; 16] },
        port: port(url)?.to_be(),
        scope_id: 0,
        is_ip6: false,
    };
    parse_host(host(url), &mut address).then_some(address)
}

/// Parses a host into `address` by the rules of `mg_aton`; the port is not touched.
pub(crate) fn parse_host(host: &[u8], address: &mut mg_addr) -> bool {
    // The bytes of an IPv4 address that are not used stay zero, for programs that compare all 16.
    let mut ip = [0; 16];
    let (is_ip6, scope_id) = match addr::parse(host) {
        None => return false,
        Some(Host::Any) => (false, 0),
        Some(Host::V4(quad)) => {
            ip[..4].copy_from_slice(&quad);
            (false, 0)
        }
        Some(Host::V6(bytes, scope_id)) => {
            ip = bytes;
            (true, scope_id)
        }
    };
    *address = mg_addr { addr: mg_addr_bytes { ip }, port: address.port, scope_id, is_ip6 };
    true
}
