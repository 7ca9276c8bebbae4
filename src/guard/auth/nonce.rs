//! Nonces for Digest that the server need not remember, and the count of their use.

use sha2::{Digest, Sha256};

use super::super::table::Table;
use super::{hex, same_bytes, unhex};

/// How long a nonce may be used, in ms.
pub const LIFE_MS: u64 = 300_000;

/// Most nonces whose use is counted.
pub const MAX_COUNTED: usize = 16_384;

/// Bytes of time and serial number, and of the keyed hash behind them.
const FACTS: usize = 16;
const HASH: usize = 16;

/// What a nonce that comes back is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceState {
    /// Ours and fresh.
    Good,
    /// Ours, but too old: a new one with `stale=true` is due.
    Stale,
    /// Not made with this key, or not a nonce at all.
    Bad,
}

/// Makes and checks nonces, and sees to it that no answer counts twice (RFC 7616 §3.4, `nc`).
///
/// A nonce is the time it was made, a serial number, and a hash of both under a secret key, in
/// hexadecimal. So nothing is kept for challenges that nobody answers. Only of nonces that were
/// used with a right password, at most [`MAX_COUNTED`], it is known which counts there were.
/// When one must be forgotten before its time, no nonce as old as that is accepted for the first
/// time any more, so that nothing can be replayed then either.
pub struct Nonces {
    serial: u64,
    counts: Table<[u8; FACTS], Counts>,
    /// Nonces made until then, in ms, count as used up if nothing is known of them.
    forgotten_ms: Option<u64>,
}

/// Which counts there were of one nonce.
struct Counts {
    made_ms: u64,
    used_ms: u64,
    highest: u32,
    /// Bit `n` stands for `highest - n`. Browsers send several requests at once, which may
    /// overtake each other.
    seen: u64,
}

impl Default for Nonces {
    fn default() -> Self {
        Self { serial: 0, counts: Table::new(MAX_COUNTED), forgotten_ms: None }
    }
}

impl Nonces {
    /// A new nonce: 64 hexadecimal digits.
    pub fn make(&mut self, now_ms: u64, key: &[u8; 32]) -> String {
        self.serial = self.serial.wrapping_add(1);
        let mut facts = [0; FACTS];
        let (time, serial) = facts.split_at_mut(8);
        time.copy_from_slice(&now_ms.to_be_bytes());
        serial.copy_from_slice(&self.serial.to_be_bytes());
        hex(&facts) + &hex(&keyed_hash(key, &facts))
    }

    /// What a client's nonce is worth. It is also stale if it seems to be from the future.
    pub fn check(&self, nonce: &[u8], now_ms: u64, key: &[u8; 32]) -> NonceState {
        let Some((facts, hash)) = split(nonce) else { return NonceState::Bad };
        if !same_bytes(&keyed_hash(key, &facts), &hash) {
            return NonceState::Bad;
        }
        match now_ms.checked_sub(made_ms(&facts)) {
            Some(age) if age < LIFE_MS => NonceState::Good,
            _ => NonceState::Stale,
        }
    }

    /// Counts one use of a nonce that was [`NonceState::Good`], by credentials that were right.
    ///
    /// False if this count was there before, is 0, or is so far behind the highest (64) that
    /// nobody knows: the request must be answered with a new nonce and `stale=true`.
    pub fn count(&mut self, nonce: &[u8], nc: u32, now_ms: u64) -> bool {
        let Some((facts, _)) = split(nonce).filter(|_| nc > 0) else { return false };
        if let Some(counts) = self.counts.get_mut(&facts) {
            counts.used_ms = now_ms;
            return counts.note(nc);
        }
        let made_ms = made_ms(&facts);
        if self.forgotten_ms.is_some_and(|forgotten| made_ms <= forgotten) {
            return false;
        }
        let fresh = Counts { made_ms, used_ms: now_ms, highest: nc, seen: 1 };
        let over = |other: &Counts| now_ms.saturating_sub(other.made_ms) >= LIFE_MS;
        if let Some(lost) = self.counts.insert(facts, fresh, over, |other| other.used_ms) {
            self.forgotten_ms = self.forgotten_ms.max(Some(lost.made_ms));
        }
        true
    }
}

impl Counts {
    /// Whether `nc` is new; it is not any more afterwards.
    fn note(&mut self, nc: u32) -> bool {
        if let Some(ahead) = nc.checked_sub(self.highest).filter(|&ahead| ahead > 0) {
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = nc;
            return true;
        }
        let Some(bit) = 1u64.checked_shl(self.highest - nc) else { return false };
        let new = self.seen & bit == 0;
        self.seen |= bit;
        new
    }
}

/// Facts and hash of a nonce; upper case is not what we sent.
fn split(nonce: &[u8]) -> Option<([u8; FACTS], [u8; HASH])> {
    if nonce.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let (facts, hash) = nonce.split_at_checked(2 * FACTS)?;
    Some((unhex(facts)?, unhex(hash)?))
}

fn made_ms(facts: &[u8; FACTS]) -> u64 {
    facts.first_chunk().map_or(0, |time| u64::from_be_bytes(*time))
}

/// The first half of [`hmac_sha256`].
fn keyed_hash(key: &[u8; 32], facts: &[u8]) -> [u8; HASH] {
    let mut out = [0; HASH];
    out.iter_mut().zip(hmac_sha256(key, facts)).for_each(|(place, byte)| *place = byte);
    out
}

/// HMAC-SHA-256 (RFC 2104) with a key of 32 bytes.
fn hmac_sha256(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place ^= byte);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(data).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    /// RFC 4231, with the keys of cases 1 and 2 filled up with zeros, as HMAC does.
    #[test]
    fn hmac_vectors() {
        let key = |start: &[u8]| {
            let mut key = [0; 32];
            key[..start.len()].copy_from_slice(start);
            key
        };
        for (start, data, want) in [
            (
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ] {
            assert_eq!(hex(&hmac_sha256(&key(start), data)), want);
        }
    }

    #[test]
    fn ch08_nonces_live_five_minutes() {
        let mut nonces = Nonces::default();
        let nonce = nonces.make(1000, &KEY);
        assert_eq!(nonce.len(), 64);
        assert_ne!(nonce, nonces.make(1000, &KEY), "two clients at once have one each");
        for (now_ms, want) in [
            (1000, NonceState::Good),
            (1000 + LIFE_MS - 1, NonceState::Good),
            (1000 + LIFE_MS, NonceState::Stale),
            (u64::MAX, NonceState::Stale),
            (999, NonceState::Stale),
        ] {
            assert_eq!(nonces.check(nonce.as_bytes(), now_ms, &KEY), want, "{now_ms}");
        }
        assert_eq!(nonces.check(nonce.as_bytes(), 1000, &[8; 32]), NonceState::Bad);
        for n in 0..64 {
            let mut other = nonce.clone().into_bytes();
            other[n] = if other[n] == b'0' { b'1' } else { b'0' };
            assert_eq!(nonces.check(&other, 1000, &KEY), NonceState::Bad, "{n}");
        }
        for text in ["", "0", &nonce[1..], &format!("{nonce}0"), &nonce.to_uppercase(), "\u{e9}"] {
            assert_eq!(nonces.check(text.as_bytes(), 1000, &KEY), NonceState::Bad, "{text}");
        }
    }

    #[test]
    fn ch08_no_count_counts_twice() {
        let mut nonces = Nonces::default();
        let (a, b) = (nonces.make(0, &KEY), nonces.make(0, &KEY));
        for (nonce, nc, want) in [
            (&a, 0, false),
            (&a, 1, true),
            (&a, 1, false),
            (&b, 1, true),
            (&a, 4, true),
            (&a, 3, true),
            (&a, 3, false),
            (&a, 4, false),
            (&a, 2, true),
            (&a, 68, true),
            (&a, 5, true),
            (&a, 4, false),
            (&a, u32::MAX, true),
            (&a, u32::MAX, false),
            (&a, 69, false),
            (&b, 2, true),
        ] {
            assert_eq!(nonces.count(nonce.as_bytes(), nc, 1), want, "{nc}");
        }
        assert!(!nonces.count(b"xyz", 1, 1));
    }

    #[test]
    fn ch08_what_is_forgotten_cannot_be_replayed() {
        let mut nonces = Nonces::default();
        let all: Vec<_> = (0..MAX_COUNTED as u64 + 50).map(|n| nonces.make(n, &KEY)).collect();
        let now_ms = all.len() as u64;
        for nonce in &all {
            nonces.count(nonce.as_bytes(), 1, now_ms);
        }
        assert_eq!(nonces.counts.len(), MAX_COUNTED);
        for nonce in &all {
            assert!(!nonces.count(nonce.as_bytes(), 1, now_ms), "{nonce}");
        }
        // When their time is over, the table has room again, and new ones are fine.
        let now_ms = now_ms + LIFE_MS;
        let fresh = nonces.make(now_ms, &KEY);
        assert!(nonces.count(fresh.as_bytes(), 1, now_ms));
        assert!(!nonces.count(fresh.as_bytes(), 1, now_ms));
        assert!(nonces.counts.len() < MAX_COUNTED);
    }

    proptest! {
        #[test]
        fn no_count_is_accepted_twice(all in proptest::collection::vec(0u32..200, 0..200)) {
            let mut nonces = Nonces::default();
            let nonce = nonces.make(0, &KEY);
            let mut seen = std::collections::HashSet::new();
            let mut highest = 0;
            for nc in all {
                let accepted = nonces.count(nonce.as_bytes(), nc, 0);
                let new = seen.insert(nc);
                prop_assert!(!accepted || new);
                prop_assert!(accepted || nc <= highest, "higher counts always go");
                highest = highest.max(nc);
            }
        }
    }
}
