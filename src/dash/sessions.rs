//! The sessions of one dashboard. Time and randomness come from outside.

#![forbid(unsafe_code)]

/// Most sessions of a dashboard; another login ends the least privileged, least recently used one.
pub(crate) const MAX_SESSIONS: usize = 10;

/// Characters of a token.
pub(crate) const TOKEN_LEN: usize = 20;

/// How long a session lasts when the program does not say, in seconds.
const DEFAULT_LIFE_S: u64 = 3600;

/// A token, of `a-z`, `A-Z` and `0-9`.
pub(crate) type Token = [u8; TOKEN_LEN];

/// A session. `T` is what the owner of the table ties to it.
struct Session<T> {
    name: Vec<u8>,
    token: Token,
    level: i32,
    expires_ms: u64,
    handle: T,
}

/// The sessions, oldest first.
pub(crate) struct Sessions<T>(Vec<Session<T>>);

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// When a session that is used at `now_ms` ends. `seconds` as in `struct mg_dash`: 0 stands for an
/// hour, and so does a negative number.
pub(crate) fn end_of_life(now_ms: u64, seconds: i32) -> u64 {
    let life = u64::try_from(seconds).ok().filter(|&life| life > 0).unwrap_or(DEFAULT_LIFE_S);
    now_ms.saturating_add(life * 1000)
}

/// Compares a token in a time that does not depend on where it differs.
fn same_token(token: &Token, given: &[u8]) -> bool {
    given.len() == TOKEN_LEN
        && core::hint::black_box(token.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b))) == 0
}

/// A token made of random bytes that `random` fills in; `None` if there are none.
pub(crate) fn new_token(mut random: impl FnMut(&mut [u8]) -> bool) -> Option<Token> {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    /// Bytes from here on would make some letters likelier than others.
    const END: u8 = 4 * LETTERS.len() as u8;
    /// With real randomness this many blocks are never needed.
    const BLOCKS: usize = 100;
    let mut token = [0; TOKEN_LEN];
    let mut places = token.iter_mut();
    let mut block = [0; 32];
    for _ in 0..BLOCKS {
        if !random(&mut block) {
            return None;
        }
        for byte in block.into_iter().filter(|&byte| byte < END) {
            let Some(place) = places.next() else { return Some(token) };
            *place = LETTERS.get(usize::from(byte) % LETTERS.len()).copied()?;
        }
    }
    None
}

impl<T: Clone> Sessions<T> {
    /// Ends the sessions whose time is over, and returns what was tied to them.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Vec<T> {
        let over = self.0.extract_if(.., |session| session.expires_ms < now_ms);
        over.map(|session| session.handle).collect()
    }

    /// The session that has this token; it lasts until `expires_ms` now.
    pub(crate) fn by_token(&mut self, token: &[u8], expires_ms: u64) -> Option<T> {
        // All are looked at, however early the right one comes.
        let mut found = None;
        for session in &mut self.0 {
            if same_token(&session.token, token) {
                session.expires_ms = expires_ms;
                found = Some(session.handle.clone());
            }
        }
        found
    }

    /// The session of a user with this name and level; it lasts until `expires_ms` now.
    ///
    /// Somebody who is let in under the same name with another level gets a session of his own.
    pub(crate) fn by_user(&mut self, name: &[u8], level: i32, expires_ms: u64) -> Option<T> {
        let found = self.0.iter_mut().find(|s| s.name == name && s.level == level)?;
        found.expires_ms = expires_ms;
        Some(found.handle.clone())
    }

    /// Adds a session. Returns what was tied to one that had to make room.
    pub(crate) fn add(
        &mut self,
        name: &[u8],
        level: i32,
        token: Token,
        expires_ms: u64,
        handle: T,
    ) -> Option<T> {
        let victim = (self.0.len() >= MAX_SESSIONS).then(|| {
            let ranked = self.0.iter().enumerate();
            let lowest = ranked.min_by_key(|(_, session)| (session.level, session.expires_ms));
            lowest.map(|(at, _)| at)
        });
        let evicted = victim.flatten().map(|at| self.0.remove(at).handle);
        self.0.push(Session { name: name.to_vec(), token, level, expires_ms, handle });
        evicted
    }

    /// Ends the sessions that `is_it` picks, and returns what was tied to them.
    pub(crate) fn remove(&mut self, mut is_it: impl FnMut(&T) -> bool) -> Vec<T> {
        let removed = self.0.extract_if(.., |session| is_it(&session.handle));
        removed.map(|session| session.handle).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn token(n: u8) -> Token {
        [n; TOKEN_LEN]
    }

    /// ch06_28 and weak spot 13: times in 64 bits, 0 and less stand for an hour.
    #[test]
    fn ch06_28_end_of_life() {
        for (now, seconds, want) in [
            (5, 0, 5 + HOUR),
            (5, -1, 5 + HOUR),
            (5, i32::MIN, 5 + HOUR),
            (5, 2, 2005),
            (0, i32::MAX, 2_147_483_647_000),
            (u64::MAX, 1, u64::MAX),
        ] {
            assert_eq!(end_of_life(now, seconds), want, "{seconds}");
        }
    }

    #[test]
    fn ch06_28_expiry_and_renewal() {
        let mut table = Sessions::default();
        table.add(b"a", 1, token(1), 100, 'a');
        table.add(b"b", 1, token(2), 200, 'b');
        assert_eq!(table.expire(100), []);
        assert_eq!(table.by_token(&token(1), 300), Some('a'));
        assert_eq!(table.expire(201), ['b']);
        assert_eq!(table.by_token(&token(2), 300), None);
        assert_eq!(table.by_user(b"a", 1, 900), Some('a'));
        assert_eq!(table.expire(900), []);
        assert_eq!(table.expire(901), ['a']);
    }

    /// Weak spot 7: a name alone is not enough to get at somebody's session.
    #[test]
    fn ch06_w7_name_and_level() {
        let mut table = Sessions::default();
        table.add(b"root", 9, token(1), 100, 1);
        assert_eq!(table.by_user(b"root", 1, 100), None);
        table.add(b"root", 1, token(2), 100, 2);
        assert_eq!(table.by_user(b"root", 9, 100), Some(1));
        assert_eq!(table.by_user(b"root", 1, 100), Some(2));
    }

    #[test]
    fn ch06_24_tokens() {
        let mut table = Sessions::default();
        table.add(b"a", 1, token(b'x'), 100, ());
        for (given, want) in [
            (&[b'x'; 20][..], true),
            (&[b'x'; 19], false),
            (&[b'x'; 21], false),
            (b"", false),
            (b"xxxxxxxxxxxxxxxxxxxy", false),
            (b"yxxxxxxxxxxxxxxxxxxx", false),
        ] {
            assert_eq!(table.by_token(given, 100).is_some(), want);
        }
    }

    /// Weak spot 11: an eleventh login makes room for itself.
    #[test]
    fn ch06_w11_eviction() {
        let mut table = Sessions::default();
        for n in 0..10u8 {
            let level = if n == 4 || n == 5 { 1 } else { 9 };
            assert_eq!(table.add(&[n], level, token(n), 100 + u64::from(n), n), None);
        }
        assert_eq!(table.by_token(&token(4), 500), Some(4));
        assert_eq!(table.add(b"x", 9, token(20), 500, 20), Some(5), "low level, least used");
        assert_eq!(table.add(b"y", 9, token(21), 500, 21), Some(4), "low level");
        assert_eq!(table.add(b"z", 1, token(22), 500, 22), Some(0), "all equal: the oldest");
        assert_eq!(table.add(b"w", 9, token(23), 500, 23), Some(22));
    }

    #[test]
    fn removal() {
        let mut table = Sessions::default();
        table.add(b"a", 1, token(1), 100, 1);
        table.add(b"b", 1, token(2), 100, 2);
        assert_eq!(table.remove(|&n| n == 1), [1]);
        assert_eq!(table.by_token(&token(1), 100), None);
        assert_eq!(table.by_token(&token(2), 100), Some(2));
    }

    /// Weak spot 9: 20 characters of the right kind, none of them favoured, or nothing.
    #[test]
    fn ch06_w9_new_tokens() {
        let mut next = 0u8;
        let made = new_token(|block| {
            block.iter_mut().for_each(|byte| {
                *byte = next;
                next = next.wrapping_add(7);
            });
            true
        });
        let made = made.expect("randomness");
        assert!(made.iter().all(u8::is_ascii_alphanumeric));
        assert_eq!(&made[..3], b"aho");
        let all = |byte| {
            new_token(move |block| {
                block.fill(byte);
                true
            })
        };
        assert_eq!(all(247), Some([b'9'; TOKEN_LEN]));
        assert_eq!(all(248), None, "bytes that would favour some letters are not used");
        assert_eq!(new_token(|_| false), None);
    }
}
