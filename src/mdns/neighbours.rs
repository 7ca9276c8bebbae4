//! Who is listened to, and how often somebody is answered.

use crate::abi::types::mg_addr;
use crate::sys::interfaces::{Network, networks};

/// How long the list of networks is good for, in milliseconds.
const NETWORKS_MS: u64 = 1000;

/// Most replies at once, and replies per second in the long run. More is somebody using us to flood
/// somebody else.
const REPLIES: u64 = 50;

/// What one reply costs, in units that come back one per millisecond and reply allowed per second.
const REPLY_COST: u64 = 1000;

/// What a manager's mDNS listeners know of their surroundings.
#[derive(Default)]
pub(crate) struct Neighbours {
    networks: Vec<Network>,
    /// When the networks were determined; `None` = never.
    networks_at: Option<u64>,
    /// What the replies sent lately cost; it decays.
    spent: u64,
    spent_at: u64,
}

impl Neighbours {
    /// True if `from` is on a network of ours (RFC 6762 section 11), or is of those that routers don't
    /// forward: link-local, or of a host that has no address yet (RFC 3927 section 7, RFC 1812 section
    /// 5.3.7).
    pub(crate) fn includes(&mut self, from: &mg_addr, now: u64) -> bool {
        if from.is_ip6 {
            return false;
        }
        if self.networks_at.is_none_or(|at| now.saturating_sub(at) >= NETWORKS_MS) {
            self.networks = networks();
            self.networks_at = Some(now);
        }
        // SAFETY: every member of the union is plain bytes.
        let [a, b, c, d, ..] = unsafe { from.addr.ip };
        let ip = [a, b, c, d];
        ip == [0; 4] || [a, b] == [169, 254] || self.networks.iter().any(|net| net.contains(ip))
    }

    /// Counts a reply; false if there were too many lately.
    pub(crate) fn may_reply(&mut self, now: u64) -> bool {
        let back = now.saturating_sub(self.spent_at).saturating_mul(REPLIES);
        self.spent = self.spent.saturating_sub(back);
        self.spent_at = now;
        if self.spent + REPLY_COST > REPLIES * REPLY_COST {
            return false;
        }
        self.spent += REPLY_COST;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::types::mg_addr_bytes;

    fn address(ip: [u8; 4]) -> mg_addr {
        let mut all = [0; 16];
        all[..4].copy_from_slice(&ip);
        mg_addr { addr: mg_addr_bytes { ip: all }, port: 0, scope_id: 0, is_ip6: false }
    }

    #[test]
    fn w33_only_neighbours_are_heard() {
        let mut neighbours = Neighbours::default();
        assert!(neighbours.includes(&address([127, 0, 0, 9]), 5));
        assert!(neighbours.includes(&address([169, 254, 3, 4]), 5));
        assert!(neighbours.includes(&address([0, 0, 0, 0]), 5));
        assert!(!neighbours.includes(&address([198, 51, 100, 1]), 5), "TEST-NET-2");
        assert!(!neighbours.includes(&mg_addr { is_ip6: true, ..address([127, 0, 0, 1]) }, 5));
    }

    #[test]
    fn w33_replies_are_rationed() {
        let mut neighbours = Neighbours::default();
        let mut burst = |now| (0..200).filter(|_| neighbours.may_reply(now)).count() as u64;
        assert_eq!(burst(10_000), REPLIES);
        assert_eq!(burst(10_000), 0);
        assert_eq!(burst(10_100), REPLIES / 10);
        assert_eq!(burst(99_000), REPLIES);
    }
}
