//! What the event loop needs to know of a URL.

use crate::abi::types::{mg_addr, mg_addr_bytes};
use crate::text::{addr, url};

/// True if `url` asks for UDP: only the lower-case prefix does.
pub(crate) fn is_udp(url: &[u8]) -> bool {
    url.starts_with(b"udp:")
}

/// True if the scheme of `url` is one of those that mean TLS.
pub(crate) fn is_tls(url: &[u8]) -> bool {
    url::is_ssl(url)
}

/// Host part, with the brackets of an IPv6 literal.
pub(crate) fn host(url: &[u8]) -> &[u8] {
    url::host(url)
}

/// Port of `url` in host order, by its scheme if none is given; `None` if what stands there is not
/// a number up to 65535.
pub(crate) fn port(url: &[u8]) -> Option<u16> {
    match url::explicit_port(url) {
        None | Some([]) => Some(url::port(url)),
        Some(digits) => core::str::from_utf8(digits).ok()?.parse().ok(),
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
    let Some(parsed) = addr::parse(host) else { return false };
    parsed.store(address);
    true
}
