//! HTTP authentication by a password file (`global_auth_file`): Basic and Digest.

use super::policy::client_of;
use super::refuse::Refusal;
use crate::abi::hooks::mg_random;
use crate::event::conn::Conn;
use crate::event::state::State;
use crate::guard::address::peer_key;
use crate::guard::auth::{DigestCredentials, Failures, NonceState, Nonces, Users, challenge_lines};
use crate::guard::options::{self, Name};
use crate::proto::http::creds::split_basic;
use crate::proto::http::head::Head;
use crate::text::base64;

/// Longest password file, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// Who may log in, and how often somebody failed.
#[derive(Default)]
pub(crate) struct Login {
    /// The password file; `None` = nobody has to log in.
    users: Option<Users>,
    nonces: Nonces,
    failures: Failures,
    /// Secret of the nonces, made when a password file is loaded.
    key: [u8; 32],
}

impl Login {
    /// True if there is a password file.
    pub(crate) fn is_on(&self) -> bool {
        self.users.is_some()
    }
}

/// What the credentials of a request are worth.
#[derive(PartialEq, Eq)]
enum Worth {
    Good,
    /// The answer is to a challenge that is too old.
    Stale,
    None,
    Wrong,
}

/// Reads the password file called `name`; none if it is empty.
pub(crate) fn load(state: State, name: &str) -> Result<(), options::Refusal> {
    let mut key = [0; 32];
    let mut users = None;
    if !name.is_empty() {
        let size = std::fs::metadata(name).map_err(|_| c"the file can't be read")?.len();
        if size > MAX_FILE {
            return Err(c"the file is longer than 16 MB");
        }
        let text = std::fs::read(name).map_err(|_| c"the file can't be read")?;
        users = Some(Users::parse(&text)?);
        // SAFETY: the buffer is writable and has that many bytes.
        if !unsafe { mg_random(key.as_mut_ptr().cast(), key.len()) } {
            return Err(c"there are no random numbers");
        }
    }
    state.with_guard(|guarded| {
        let login = &mut guarded.policy.login;
        login.users = users;
        login.key = key;
    });
    Ok(())
}

/// Whether the request may go on as far as passwords are concerned: 401 or 429 if not.
pub(crate) fn check(state: State, conn: Conn, head: &Head, text: &[u8]) -> Option<Refusal> {
    if state.with_guard(|guarded| guarded.policy.login.users.is_none()) {
        return None;
    }
    let key = peer_key(&client_of(state, conn, head, text));
    let now = state.now();
    let max_failures = u32::try_from(state.number(Name::AuthMaxFailures)).unwrap_or(u32::MAX);
    let wait_ms = state
        .with_guard(|guarded| guarded.policy.login.failures.is_blocked(key, now, max_failures));
    if let Some(wait_ms) = wait_ms {
        return Some(Refusal::new(429, Name::AuthMaxFailures).retry_after_ms(wait_ms));
    }
    match worth(state, head, text) {
        Worth::Good => None,
        Worth::Stale => Some(challenge(state, true, Name::GlobalAuthFile)),
        Worth::None => Some(challenge(state, false, Name::GlobalAuthFile)),
        Worth::Wrong => {
            state.with_guard(|guarded| guarded.policy.login.failures.note_failure(key, now));
            Some(challenge(state, false, Name::GlobalAuthFile))
        }
    }
}

fn worth(state: State, head: &Head, text: &[u8]) -> Worth {
    let Some(field) = head.header(text, b"Authorization") else { return Worth::None };
    let (scheme, rest) = match memchr::memchr(b' ', field) {
        Some(at) => (&field[..at], field[at..].trim_ascii()),
        None => return Worth::Wrong,
    };
    let now = state.now();
    let target = target_of(head, text);
    state.with_guard(|guarded| {
        let realm = guarded.settings.text(Name::AuthDomain);
        let login = &mut guarded.policy.login;
        let Some(users) = &login.users else { return Worth::Good };
        if scheme.eq_ignore_ascii_case(b"Basic") {
            return match decode_basic(rest) {
                Some((user, password)) if users.check_basic(&user, &password, &realm) => {
                    Worth::Good
                }
                _ => Worth::Wrong,
            };
        }
        if !scheme.eq_ignore_ascii_case(b"Digest") {
            return Worth::Wrong;
        }
        let Some(credentials) = DigestCredentials::parse(rest) else { return Worth::Wrong };
        // Another process on the same port may have made the nonce: that is no wrong password.
        if login.nonces.check(&credentials.nonce, now, &login.key) != NonceState::Good {
            return Worth::Stale;
        }
        if !users.check_digest(&credentials, head.method.of(text), target, &realm) {
            return Worth::Wrong;
        }
        match login.nonces.count(&credentials.nonce, credentials.nc, now) {
            true => Worth::Good,
            false => Worth::Stale,
        }
    })
}

/// The request target as it was sent, with its query.
fn target_of<'a>(head: &Head, text: &'a [u8]) -> &'a [u8] {
    let end = head.query.map_or(head.uri.end(), |query| query.end());
    text.get(head.uri.start()..end).unwrap_or_default()
}

/// User and password of Basic credentials.
fn decode_basic(encoded: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut plain = vec![0; encoded.len() + 1];
    let len = base64::decode(encoded, &mut plain)?;
    let (user, password) = split_basic(plain.get(..len)?)?;
    Some((user.to_vec(), password.to_vec()))
}

/// 401 with the challenges.
pub(crate) fn challenge(state: State, is_stale: bool, option: Name) -> Refusal {
    let now = state.now();
    let lines = state.with_guard(|guarded| {
        let realm = guarded.settings.text(Name::AuthDomain);
        let login = &mut guarded.policy.login;
        let nonce = login.nonces.make(now, &login.key);
        challenge_lines(&realm, &nonce, is_stale)
    });
    Refusal::new(401, option).with(lines.as_bytes()).keeping_open()
}
