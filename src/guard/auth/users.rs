//! Password files and the checks against them.

use std::collections::HashMap;

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::digest::{Algorithm, DigestCredentials};
use super::{hex, same_bytes, unhex};
use crate::text::base64;

/// Most lines of a file.
pub const MAX_LINES: usize = 65_536;

/// Most lines of one user.
pub const MAX_LINES_PER_USER: usize = 16;

/// Longest line in bytes.
pub const MAX_LINE: usize = 1024;

/// Names and password hashes of everybody who may log in.
///
/// The text of a password file has one user per line; empty lines and lines that begin with `#`
/// are ignored:
///
/// ```text
/// user:realm:HA1               htdigest: MD5 (32 hex digits) or SHA-256 (64) of user:realm:password
/// user:{SHA}base64             htpasswd -s: SHA-1 of the password
/// user:{SHA256}base64          SHA-256 of the password
/// ```
///
/// Lines of the first kind serve Digest and Basic, the others Basic only. A user may have lines
/// for several realms and hashes, but only one of each kind. Whether a user exists shows neither
/// in the answer nor in the work that a check does.
#[derive(Default)]
pub struct Users {
    secrets: HashMap<Vec<u8>, Vec<Secret>>,
}

/// One hash that proves a user.
#[derive(Clone, PartialEq, Eq)]
enum Secret {
    /// Realm, and MD5 of `user:realm:password`.
    Md5(Vec<u8>, [u8; 16]),
    /// Realm, and SHA-256 of `user:realm:password`.
    Sha256(Vec<u8>, [u8; 32]),
    /// SHA-1 of the password.
    PlainSha1([u8; 20]),
    /// SHA-256 of the password.
    PlainSha256([u8; 32]),
}

impl Secret {
    /// Whether both serve the same realm by the same hash.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Md5(a, _), Self::Md5(b, _)) | (Self::Sha256(a, _), Self::Sha256(b, _)) => a == b,
            _ => core::mem::discriminant(self) == core::mem::discriminant(other),
        }
    }
}

impl Users {
    /// Reads the text of a password file. The error says what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let mut users = Self::default();
        for (n, line) in text.split(|&c| c == b'\n').map(<[u8]>::trim_ascii_end).enumerate() {
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            if n >= MAX_LINES {
                return Err("password file: more than 65536 lines");
            }
            let (user, secret) = parse_line(line)?;
            let secrets = users.secrets.entry(user.to_vec()).or_default();
            if secrets.iter().any(|other| other.is_like(&secret)) {
                return Err("password file: a user is there twice");
            }
            if secrets.len() == MAX_LINES_PER_USER {
                return Err("password file: more than 16 lines for one user");
            }
            secrets.push(secret);
        }
        Ok(users)
    }

    /// Number of different names.
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// Whether nobody may log in.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Whether Basic credentials are right (RFC 7617): any line of `user` that is for `realm`, or
    /// for all realms, proves them.
    pub fn check_basic(&self, user: &[u8], password: &[u8], realm: &str) -> bool {
        // Everything that a line could hold is worked out for everybody, known or not.
        let whole = [user, b":", realm.as_bytes(), b":", password].concat();
        let md5: [u8; 16] = Md5::digest(&whole).into();
        let sha256: [u8; 32] = Sha256::digest(&whole).into();
        let plain_sha1: [u8; 20] = Sha1::digest(password).into();
        let plain_sha256: [u8; 32] = Sha256::digest(password).into();
        let nobody = [Secret::PlainSha256([0; 32])];
        let known = self.secrets.get(user).map(Vec::as_slice);
        let right = known.unwrap_or(&nobody).iter().fold(false, |right, secret| {
            right
                | match secret {
                    Secret::Md5(r, ha1) => same_bytes(ha1, &md5) & (r == realm.as_bytes()),
                    Secret::Sha256(r, ha1) => same_bytes(ha1, &sha256) & (r == realm.as_bytes()),
                    Secret::PlainSha1(hash) => same_bytes(hash, &plain_sha1),
                    Secret::PlainSha256(hash) => same_bytes(hash, &plain_sha256),
                }
        });
        right & known.is_some()
    }

    /// Whether Digest credentials are right (RFC 7616 §3.4.1) for a request with this method and
    /// request target, which must be what the credentials were made for, and for `realm`.
    ///
    /// Whether the nonce is ours, fresh, and not used before is for [`Nonces`] to say.
    ///
    /// [`Nonces`]: super::Nonces
    pub fn check_digest(
        &self,
        credentials: &DigestCredentials<'_>,
        method: &[u8],
        target: &[u8],
        realm: &str,
    ) -> bool {
        let secrets = self.secrets.get(credentials.username.as_ref());
        let ha1 = secrets.into_iter().flatten().find_map(|secret| {
            match (secret, credentials.algorithm) {
                (Secret::Md5(r, ha1), Algorithm::Md5) if r == realm.as_bytes() => Some(&ha1[..]),
                (Secret::Sha256(r, ha1), Algorithm::Sha256) if r == realm.as_bytes() => Some(ha1),
                _ => None,
            }
        });
        let known = ha1.is_some();
        let nobody = match credentials.algorithm {
            Algorithm::Md5 => &[0; 16][..],
            Algorithm::Sha256 => &[0; 32],
        };
        let right = credentials.is_answer(&hex(ha1.unwrap_or(nobody)), method, target);
        right & known & (credentials.realm.as_ref() == realm.as_bytes())
    }
}

/// One line without its end: the user and what proves them.
fn parse_line(line: &[u8]) -> Result<(&[u8], Secret), &'static str> {
    if line.len() > MAX_LINE {
        return Err("password file: a line is longer than 1024 bytes");
    }
    let (user, rest) = cut(line).ok_or("password file: a line without a colon")?;
    if user.is_empty() {
        return Err("password file: a line without a user");
    }
    let secret = if let Some((realm, ha1)) = cut(rest) {
        match ha1.len() {
            32 => unhex(ha1).map(|hash| Secret::Md5(realm.to_vec(), hash)),
            64 => unhex(ha1).map(|hash| Secret::Sha256(realm.to_vec(), hash)),
            _ => None,
        }
        .ok_or("password file: a hash is not 32 or 64 hexadecimal digits")?
    } else if let Some(hash) = rest.strip_prefix(b"{SHA}") {
        Secret::PlainSha1(hash_of(hash)?)
    } else if let Some(hash) = rest.strip_prefix(b"{SHA256}") {
        Secret::PlainSha256(hash_of(hash)?)
    } else {
        return Err("password file: only htdigest lines, {SHA} and {SHA256} are supported");
    };
    Ok((user, secret))
}

/// What stands before and behind the first colon.
fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (before, rest) = text.split_at_checked(memchr::memchr(b':', text)?)?;
    Some((before, rest.get(1..)?))
}

/// A hash of `N` bytes in base64, of exactly the length that it takes.
fn hash_of<const N: usize>(text: &[u8]) -> Result<[u8; N], &'static str> {
    const NOT_A_HASH: &str = "password file: a hash is not base64 of the right length";
    // Room for a group that is not filled, and a NUL.
    let mut out = [0; 48];
    if base64::encoded_len(N) != Some(text.len()) || base64::decode(text, &mut out) != Some(N) {
        return Err(NOT_A_HASH);
    }
    out.first_chunk().copied().ok_or(NOT_A_HASH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::{Engine, engine::general_purpose::STANDARD};

    fn users(text: &str) -> Users {
        Users::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    fn file() -> Users {
        let ha1 = |hash: fn(&[u8]) -> Vec<u8>, text: &str| hex(&hash(text.as_bytes()));
        let md5: fn(&[u8]) -> Vec<u8> = |data| Md5::digest(data).to_vec();
        let sha256: fn(&[u8]) -> Vec<u8> = |data| Sha256::digest(data).to_vec();
        users(&format!(
            "# users\n\nann:here:{}\r\nann:there:{}\nbob:here:{}  \n\
             cid:{{SHA}}{}\ndora:{{SHA256}}{}\nboth:here:{}\nboth:here:{}\nodd::{}",
            ha1(md5, "ann:here:one"),
            ha1(md5, "ann:there:two").to_uppercase(),
            ha1(sha256, "bob:here:three"),
            STANDARD.encode(Sha1::digest(b"four")),
            STANDARD.encode(Sha256::digest(b"")),
            ha1(md5, "both:here:five"),
            ha1(sha256, "both:here:six"),
            ha1(md5, "odd::seven"),
        ))
    }

    #[test]
    fn ch08_basic() {
        let users = file();
        for (user, password, realm, want) in [
            ("ann", "one", "here", true),
            ("ann", "one", "there", false),
            ("ann", "two", "there", true),
            ("ann", "two", "here", false),
            ("ann", "", "here", false),
            ("Ann", "one", "here", false),
            ("bob", "three", "here", true),
            ("bob", "three", "", false),
            ("cid", "four", "anywhere", true),
            ("cid", "five", "anywhere", false),
            ("dora", "", "here", true),
            ("dora", "x", "here", false),
            ("both", "five", "here", true),
            ("both", "six", "here", true),
            ("odd", "seven", "", true),
            ("# users", "", "here", false),
            ("nobody", "", "here", false),
            ("", "", "", false),
            // Joined by colons these look like somebody else.
            ("ann:here", "one", "", false),
            ("ann", "here:one", "", false),
        ] {
            let got = users.check_basic(user.as_bytes(), password.as_bytes(), realm);
            assert_eq!(got, want, "{user} {password} {realm}");
        }
        assert_eq!(users.len(), 6);
        assert!(!users.is_empty() && Users::default().is_empty());
        assert!(!Users::default().check_basic(b"ann", b"one", "here"));
    }

    #[test]
    fn ch08_files_that_other_programs_made() {
        // printf four | openssl dgst -sha1 -binary | base64; printf ann:here:one | md5sum; …
        let text = "cid:{SHA}n49+7F3qWsQ3OHIZOcEgMYy/8d8=\n\
                    dora:{SHA256}BO+vCA9aPnThwp0cpqSFaTgsu80yTo1Z0rg+8hwDnwA=\n\
                    ann:here:0ea8e319049535cda0f6ffa0bdb144a4\n";
        let strong = "ann:here:7a92b8e8891c29867c27112649accc8d66390ed8bcafd9ac0ed85c7c01bbb3f1";
        assert!(users(text).check_basic(b"cid", b"four", "here"));
        assert!(users(text).check_basic(b"dora", b"four", "here"));
        assert!(users(text).check_basic(b"ann", b"one", "here"));
        assert!(users(strong).check_basic(b"ann", b"one", "here"));
    }

    #[test]
    fn ch08_10_bad_files_are_refused() {
        let hex32 = "0".repeat(32);
        let unsupported = "password file: only htdigest lines, {SHA} and {SHA256} are supported";
        let not_hex = "password file: a hash is not 32 or 64 hexadecimal digits";
        let not_base64 = "password file: a hash is not base64 of the right length";
        for (text, want) in [
            ("ann", "password file: a line without a colon"),
            (":here:x", "password file: a line without a user"),
            ("ann:secret", unsupported),
            ("ann:", unsupported),
            ("ann:$apr1$salt$hash", unsupported),
            ("ann:$2y$05$abc", unsupported),
            ("ann:$5$salt$hash", unsupported),
            ("ann:rqXexS6ZhobKA", unsupported),
            ("ann:{SSHA}xxxx", unsupported),
            ("ann:here:", not_hex),
            ("ann:here:0123", not_hex),
            (&format!("ann:here:{hex32}00"), not_hex),
            (&format!("ann:here:{}x", &hex32[1..]), not_hex),
            (&format!("ann:here:{hex32}:x"), not_hex),
            ("ann:{SHA}", not_base64),
            ("ann:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA", not_base64),
            ("ann:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAA", not_base64),
            ("ann:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAA==", not_base64),
            ("ann:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAA*A=", not_base64),
            ("ann:{SHA256}AAAAAAAAAAAAAAAAAAAAAAAAAAA=", not_base64),
            (
                &format!("ann:a:{hex32}\nann:b:{hex32}\nann:a:{hex32}"),
                "password file: a user is there twice",
            ),
            (
                &format!("ann:{}", "x".repeat(MAX_LINE)),
                "password file: a line is longer than 1024 bytes",
            ),
        ] {
            assert_eq!(Users::parse(text.as_bytes()).err(), Some(want), "{text}");
        }
        let realms: String = (0..=MAX_LINES_PER_USER).map(|n| format!("u:{n}:{hex32}\n")).collect();
        assert!(Users::parse(realms.as_bytes()).is_err());
        assert!(Users::parse(&realms.as_bytes()[..realms.len() - 38]).is_ok());
        let many: String = (0..=MAX_LINES).map(|n| format!("u{n}::{hex32}\n")).collect();
        let line = many.len() - many.trim_end().rfind('\n').unwrap() - 1;
        assert!(Users::parse(many.as_bytes()).is_err());
        assert_eq!(users(&many[..many.len() - line]).len(), MAX_LINES);
        assert!(Users::parse(b"\xff\0").is_err());
    }
}
