//! Rates: token buckets, one per peer or one per connection.
//!
//! A bucket holds up to `burst` tokens and is full at first. Each event takes one; tokens come
//! back at the rate. All arithmetic is in millionths of a token, so that no fraction is lost: a
//! rate of one thousandth per second gives one millionth per millisecond.

use core::ffi::CStr;

use super::address::PeerKey;
use super::table::Table;

/// Most events per second, and largest burst, that can be asked for.
pub const MAX_RATE: u32 = 1_000_000;

/// Most peers of which [`Buckets`] knows how often they came.
pub const MAX_PEERS: usize = 16_384;

const TOKEN: u64 = 1_000_000;

/// How often something may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Thousandths of an event per second; 0 = as often as one likes.
    pub per_second_milli: u32,
    /// How many at once after a quiet time.
    pub burst: u32,
}

impl Rate {
    /// Reads `rate` or `rate/burst`: events per second with at most three decimals, and how many
    /// may come at once. Without `/burst` it is the rate rounded up. Rate `0` means no limit.
    pub fn parse(text: &[u8]) -> Result<Self, &'static CStr> {
        let text = text.trim_ascii();
        let (rate, burst) = match memchr::memchr(b'/', text) {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
            None => (text, None),
        };
        let per_second_milli = thousandths(rate)?;
        let burst = match burst {
            Some(digits) => number(digits).filter(|&n| n > 0).ok_or(c"rate: not a burst")?,
            None => per_second_milli.div_ceil(1000).max(1),
        };
        if per_second_milli > MAX_RATE * 1000 || burst > MAX_RATE {
            return Err(c"rate: more than 1000000");
        }
        Ok(if per_second_milli == 0 { Self::default() } else { Self { per_second_milli, burst } })
    }

    /// Whether there is no limit.
    pub fn is_off(&self) -> bool {
        self.per_second_milli == 0
    }
}

/// `digits` or `digits.digits` times 1000.
fn thousandths(text: &[u8]) -> Result<u32, &'static CStr> {
    const NOT_A_NUMBER: &CStr = c"rate: not a number";
    let (whole, decimals) = match memchr::memchr(b'.', text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let fraction = match decimals {
        None => 0,
        Some(digits) if digits.len() > 3 => return Err(c"rate: more than three decimals"),
        Some(digits) => {
            let missing = 3u32.saturating_sub(digits.len() as u32);
            number(digits).ok_or(NOT_A_NUMBER)? * 10u32.pow(missing)
        }
    };
    Ok(number(whole).ok_or(NOT_A_NUMBER)?.saturating_mul(1000).saturating_add(fraction))
}

/// A decimal number; very large ones saturate.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |n, &c| {
        c.is_ascii_digit().then(|| n.saturating_mul(10).saturating_add(u32::from(c - b'0')))
    })
}

/// A token bucket; a new one is full. It works with any rate, also one that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Millionths of a token that are missing.
    missing: u64,
    /// When `missing` was right, in ms.
    at_ms: u64,
}

const _: () = assert!(size_of::<Bucket>() <= 16);

impl Bucket {
    /// Takes a token. Without one nothing changes, and the error is the time in ms until there is
    /// one, at least 1.
    ///
    /// If the clock goes back, no time has passed: nothing is given, and counting goes on from
    /// there.
    pub fn take(&mut self, now_ms: u64, rate: &Rate) -> Result<(), u64> {
        if rate.is_off() {
            return Ok(());
        }
        let size = u64::from(rate.burst.max(1)) * TOKEN;
        // A burst that was lowered is no debt.
        self.missing = self.missing_at(now_ms, rate).min(size);
        self.at_ms = now_ms;
        match (self.missing + TOKEN).checked_sub(size) {
            None | Some(0) => {
                self.missing += TOKEN;
                Ok(())
            }
            Some(lacking) => Err(lacking.div_ceil(u64::from(rate.per_second_milli))),
        }
    }

    /// Whether the bucket is full again, so that forgetting it changes nothing.
    pub fn is_full(&self, now_ms: u64, rate: &Rate) -> bool {
        rate.is_off() || self.missing_at(now_ms, rate) == 0
    }

    /// A thousandth per second is a millionth per millisecond.
    fn missing_at(&self, now_ms: u64, rate: &Rate) -> u64 {
        let passed_ms = now_ms.saturating_sub(self.at_ms);
        self.missing.saturating_sub(passed_ms.saturating_mul(u64::from(rate.per_second_milli)))
    }
}

/// Token buckets of many peers, all with the same rate.
///
/// At most [`MAX_PEERS`] are kept. Each new peer makes the table look at a few others and forget
/// those whose bucket is full again. If the table is full and none of these few is, the one that
/// came longest ago is forgotten and starts afresh when it comes again.
pub struct Buckets(Table<PeerKey, Bucket>);

impl Default for Buckets {
    fn default() -> Self {
        Self(Table::new(MAX_PEERS))
    }
}

impl Buckets {
    /// Takes a token from the bucket of `key`; see [`Bucket::take`]. With the rate off nothing is
    /// looked up.
    pub fn take(&mut self, key: PeerKey, now_ms: u64, rate: &Rate) -> Result<(), u64> {
        if rate.is_off() {
            return Ok(());
        }
        if let Some(bucket) = self.0.get_mut(&key) {
            return bucket.take(now_ms, rate);
        }
        let mut bucket = Bucket::default();
        let answer = bucket.take(now_ms, rate);
        self.0.insert(key, bucket, |other| other.is_full(now_ms, rate), |other| other.at_ms);
        answer
    }

    /// Number of peers that are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        Rate::parse(text.as_bytes()).unwrap()
    }

    fn peer(n: usize) -> PeerKey {
        PeerKey::V4((n as u32).to_be_bytes())
    }

    #[test]
    fn ch08_10_rates() {
        for (text, per_second_milli, burst) in [
            ("10", 10_000, 10),
            (" 10/50 ", 10_000, 50),
            ("0.5", 500, 1),
            ("2.5", 2_500, 3),
            ("0.001/2", 1, 2),
            ("1.05", 1_050, 2),
            ("0", 0, 0),
            ("0.000/7", 0, 0),
            ("1000000/1000000", 1_000_000_000, 1_000_000),
        ] {
            assert_eq!(rate(text), Rate { per_second_milli, burst }, "{text}");
        }
        for (text, want) in [
            ("", c"rate: not a number"),
            ("x", c"rate: not a number"),
            ("-1", c"rate: not a number"),
            ("1.", c"rate: not a number"),
            (".5", c"rate: not a number"),
            ("1.5.5", c"rate: not a number"),
            ("1e3", c"rate: not a number"),
            ("/5", c"rate: not a number"),
            ("0.0001", c"rate: more than three decimals"),
            ("1/", c"rate: not a burst"),
            ("1/0", c"rate: not a burst"),
            ("1/0.5", c"rate: not a burst"),
            ("1/2/3", c"rate: not a burst"),
            ("1000001", c"rate: more than 1000000"),
            ("1000000.001", c"rate: more than 1000000"),
            ("1/1000001", c"rate: more than 1000000"),
            ("99999999999999999999", c"rate: more than 1000000"),
            ("1/99999999999999999999", c"rate: more than 1000000"),
        ] {
            assert_eq!(Rate::parse(text.as_bytes()), Err(want), "{text}");
        }
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_the_rate() {
        let rate = rate("0.5/3");
        let mut bucket = Bucket::default();
        for (now_ms, want) in [
            (1000, Ok(())),
            (1000, Ok(())),
            (1000, Ok(())),
            (1000, Err(2000)),
            (1001, Err(1999)),
            (2999, Err(1)),
            (3000, Ok(())),
            (3000, Err(2000)),
            (9_000, Ok(())),
            (1_000_000, Ok(())),
            (1_000_000, Ok(())),
            (1_000_000, Ok(())),
            (1_000_000, Err(2000)),
            (u64::MAX, Ok(())),
        ] {
            assert_eq!(bucket.take(now_ms, &rate), want, "{now_ms}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_and_locks_nobody_out() {
        let rate = rate("1");
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(u64::MAX, &rate), Ok(()));
        assert_eq!(bucket.take(0, &rate), Err(1000));
        assert_eq!(bucket.take(999, &rate), Err(1));
        assert_eq!(bucket.take(1000, &rate), Ok(()));
    }

    #[test]
    fn a_rate_may_change() {
        let mut bucket = Bucket::default();
        for _ in 0..100 {
            assert_eq!(bucket.take(0, &rate("1/100")), Ok(()));
        }
        assert_eq!(bucket.take(0, &rate("1/2")), Err(1000), "a lower burst is no debt");
        assert_eq!(bucket.take(0, &rate("0")), Ok(()));
        assert!(bucket.is_full(0, &rate("0")) && !bucket.is_full(1999, &rate("1/2")));
        assert!(bucket.is_full(2000, &rate("1/2")));
    }

    #[test]
    fn peers_have_buckets_of_their_own() {
        let mut buckets = Buckets::default();
        assert_eq!(buckets.take(peer(1), 5, &rate("1")), Ok(()));
        assert_eq!(buckets.take(peer(1), 5, &rate("1")), Err(1000));
        assert_eq!(buckets.take(peer(2), 5, &rate("1")), Ok(()));
        assert_eq!(buckets.len(), 2);
        assert_eq!(buckets.take(peer(3), 5, &rate("0")), Ok(()));
        assert_eq!(buckets.len(), 2, "rate 0 remembers nobody");
    }

    #[test]
    fn the_table_is_bounded() {
        let mut buckets = Buckets::default();
        assert!(buckets.is_empty());
        let slow = rate("0.001");
        for n in 0..3 * MAX_PEERS {
            assert_eq!(buckets.take(peer(n), n as u64, &slow), Ok(()));
            assert!(buckets.len() <= MAX_PEERS);
        }
        assert_eq!(buckets.len(), MAX_PEERS);
        let last = peer(3 * MAX_PEERS - 1);
        assert!(buckets.take(last, 3 * MAX_PEERS as u64, &slow).is_err(), "still remembered");
        // Long afterwards all are full again: newcomers make the table shrink.
        for n in 0..MAX_PEERS {
            assert_eq!(buckets.take(peer(n), 10_000_000 + n as u64, &rate("1000")), Ok(()));
        }
        assert!(buckets.len() < 10, "{}", buckets.len());
    }

    proptest! {
        /// However one asks: never more than burst + rate × time, and the promise of when to come
        /// again is kept.
        #[test]
        fn never_too_many(
            milli in 1u32..5_000_000,
            burst in 1u32..20,
            steps in proptest::collection::vec(0u64..700, 1..100),
        ) {
            let rate = Rate { per_second_milli: milli, burst };
            let mut bucket = Bucket::default();
            let (mut now, mut given) = (0, 0u64);
            for step in steps {
                now += step;
                match bucket.take(now, &rate) {
                    Ok(()) => given += 1,
                    Err(wait) => {
                        prop_assert!(wait > 0);
                        let mut early = bucket;
                        prop_assert!(early.take(now + wait - 1, &rate).is_err());
                        prop_assert_eq!(bucket.take(now + wait, &rate), Ok(()));
                        now += wait;
                        given += 1;
                    }
                }
                let most = u64::from(burst) * TOKEN + now * u64::from(milli);
                prop_assert!(given * TOKEN <= most);
            }
        }
    }
}
