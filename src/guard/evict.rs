//! Whom to close when there is no room for a new peer.
//!
//! A walk over the connections offers candidates; the best of them are kept, so that one walk serves
//! many evictions and nothing has to be kept up to date while there is room.

/// How expendable a connection is; the first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Never completed a request head or a handshake.
    NoHead,
    /// Is still sending the body of its first request.
    FirstBody,
    /// Sits in the tarpit.
    Tarpitted,
    /// Idle between two requests.
    KeepAlive,
    /// Raw TCP without traffic for `io_timeout_ms`.
    Quiet,
    /// HTTP whose peer takes next to nothing of the response.
    Stalled,
}

/// Connections younger than this, in milliseconds, are not expendable for being incomplete.
pub const MIN_AGE_MS: u64 = 1000;

/// The same while such connections hold half of all slots.
pub const MIN_AGE_CROWDED_MS: u64 = 100;

/// How long a peer must have been behind with taking a response to count as stalled, in milliseconds.
pub const STALLED_MS: u64 = 5000;

/// How many bytes per second it must take on average not to.
pub const STALLED_RATE: u64 = 1000;

/// How many candidates one walk finds.
const KEPT: usize = 256;

/// A connection that may be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// How expendable it is.
    pub class: Class,
    /// Since when it is so, in milliseconds.
    pub since_ms: u64,
    /// Which one it is.
    pub id: u64,
}

/// The most expendable connections of a walk.
#[derive(Debug, Default)]
pub struct Candidates {
    /// While collecting a max-heap by expendability, later sorted with the first to go at the end.
    best: Vec<Candidate>,
}

impl Candidates {
    /// Starts a walk: forgets all candidates.
    pub fn clear(&mut self) {
        self.best.clear();
    }

    /// Offers a connection. Without memory it is passed over.
    pub fn offer(&mut self, candidate: Candidate) {
        if self.best.len() >= 2 * KEPT {
            self.best.sort_unstable();
            self.best.truncate(KEPT);
        }
        if self.best.try_reserve(1).is_ok() {
            self.best.push(candidate);
        }
    }

    /// Ends a walk: puts the candidates in order.
    pub fn finish(&mut self) {
        self.best.sort_unstable_by(|a, b| b.cmp(a));
        let surplus = self.best.len().saturating_sub(KEPT);
        self.best.drain(..surplus);
    }

    /// Gives back what was taken last: it stays the next one to go.
    pub fn put_back(&mut self, candidate: Candidate) {
        // `take` left the room.
        self.best.push(candidate);
    }

    /// Takes the next one to go. Whether it still is what it was must be checked.
    pub fn take(&mut self) -> Option<Candidate> {
        self.best.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_class_then_age() {
        let mut candidates = Candidates::default();
        let classes = [Class::KeepAlive, Class::Quiet, Class::NoHead, Class::Tarpitted];
        for n in 0..4000u64 {
            let since_ms = (n * 7919) % 4000;
            candidates.offer(Candidate { class: classes[n as usize % 4], since_ms, id: n });
        }
        candidates.finish();
        let mut taken = Vec::new();
        while let Some(candidate) = candidates.take() {
            taken.push(candidate);
        }
        assert_eq!(taken.len(), KEPT);
        assert!(taken.iter().all(|candidate| candidate.class == Class::NoHead));
        assert!(taken.windows(2).all(|pair| pair[0].since_ms <= pair[1].since_ms));
        let oldest = (0..4000u64).filter(|n| n % 4 == 2).map(|n| (n * 7919) % 4000).min();
        assert_eq!(taken.first().map(|candidate| candidate.since_ms), oldest);
    }

    #[test]
    fn a_new_walk_forgets_the_old_one() {
        let mut candidates = Candidates::default();
        candidates.offer(Candidate { class: Class::NoHead, since_ms: 1, id: 1 });
        candidates.clear();
        candidates.finish();
        assert_eq!(candidates.take(), None);
    }
}
