//! The networks that this host is on.

use core::ptr::null_mut;

use super::cvt;

/// An IPv4 network of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: u32,
    mask: u32,
}

impl Network {
    /// True if `ip` is in this network.
    pub(crate) fn contains(self, ip: [u8; 4]) -> bool {
        (u32::from_be_bytes(ip) ^ self.address) & self.mask == 0
    }
}

/// The networks of all interfaces that are up. Without memory: none.
pub(crate) fn networks() -> Vec<Network> {
    let mut list = null_mut();
    let mut found = Vec::new();
    // SAFETY: `list` is a writable pointer.
    if cvt(unsafe { libc::getifaddrs(&mut list) }).is_err() {
        return found;
    }
    let mut entry = list;
    // SAFETY: getifaddrs made a list that ends with NULL; it is freed below.
    while let Some(interface) = unsafe { entry.as_ref() } {
        found.extend(network(interface));
        entry = interface.ifa_next;
    }
    // SAFETY: the list came from getifaddrs.
    unsafe { libc::freeifaddrs(list) };
    found
}

fn network(interface: &libc::ifaddrs) -> Option<Network> {
    let flags = interface.ifa_flags as libc::c_int;
    if flags & libc::IFF_UP == 0 {
        return None;
    }
    if flags & libc::IFF_POINTOPOINT != 0 {
        // The network is the other end.
        let address = ip(interface.ifa_ifu)?;
        return Some(Network { address, mask: u32::MAX });
    }
    Some(Network { address: ip(interface.ifa_addr)?, mask: ip(interface.ifa_netmask)? })
}

/// The IPv4 address that `sa` holds.
fn ip(sa: *const libc::sockaddr) -> Option<u32> {
    // SAFETY: addresses of getifaddrs are NULL or complete.
    let family = unsafe { sa.as_ref() }?.sa_family;
    if libc::c_int::from(family) != libc::AF_INET {
        return None;
    }
    // SAFETY: the family says that it is a `sockaddr_in`.
    let sin = unsafe { sa.cast::<libc::sockaddr_in>().read_unaligned() };
    Some(u32::from_be(sin.sin_addr.s_addr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_goes_by_the_mask() {
        let net = Network { address: 0x0a01_0203, mask: 0xffff_0000 };
        for (ip, want) in [([10, 1, 255, 1], true), ([10, 2, 2, 3], false), ([0, 0, 0, 0], false)] {
            assert_eq!(net.contains(ip), want, "{ip:?}");
        }
    }

    #[test]
    fn loopback_is_one_of_ours() {
        assert!(networks().iter().any(|net| net.contains([127, 5, 6, 7])));
    }
}
