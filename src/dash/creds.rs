//! Credentials of a request: user name and password, or a token.

#![forbid(unsafe_code)]

use crate::proto::http::creds::{MAX_BASIC, Source, split_basic};
use crate::proto::http::form;
use crate::text::base64;

/// Longest user name, and longest password or token, in bytes; what is longer is cut.
pub(crate) const MAX_LEN: usize = 99;

/// Name of the cookie, and of the query variable, that carries the token.
const TOKEN: &[u8] = b"access_token";

/// What a request brings to show who sent it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// User name; empty unless it came with `Authorization: Basic`.
    pub(crate) user: Vec<u8>,
    /// Password or token; empty = none.
    pub(crate) pass: Vec<u8>,
    /// They may be a session token: the request has no `Authorization` field.
    pub(crate) may_be_token: bool,
}

impl Credentials {
    /// Credentials by the values of the fields `Authorization` and `Cookie` and by the query.
    ///
    /// `Authorization: Basic` or `Bearer` counts first, then the cookie, then the query.
    pub(crate) fn of(authorization: Option<&[u8]>, cookie: Option<&[u8]>, query: &[u8]) -> Self {
        let (user, pass) = match Source::of(authorization, None, b"") {
            Source::Basic(encoded) => basic(encoded),
            Source::Token(token) => (Vec::new(), token.to_vec()),
            Source::Query(_) | Source::None => {
                let cookie = cookie.and_then(token_cookie).map(<[u8]>::to_vec);
                (Vec::new(), cookie.or_else(|| token_of_query(query)).unwrap_or_default())
            }
        };
        let cut = |mut text: Vec<u8>| {
            text.truncate(MAX_LEN);
            // Both reach the program as C strings.
            let end = memchr::memchr(0, &text).unwrap_or(text.len());
            text.truncate(end);
            text
        };
        Self { user: cut(user), pass: cut(pass), may_be_token: authorization.is_none() }
    }
}

/// User name and password; empty if malformed.
fn basic(encoded: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut decoded = [0; MAX_BASIC];
    let len = (encoded.len() <= MAX_BASIC).then(|| base64::decode(encoded, &mut decoded));
    let text = len.flatten().and_then(|len| decoded.get(..len)).unwrap_or_default();
    split_basic(text).map(|(user, pass)| (user.to_vec(), pass.to_vec())).unwrap_or_default()
}

/// Value of the token's cookie (RFC 6265 section 4.2.1). Only a cookie of exactly that name counts.
fn token_cookie(cookie: &[u8]) -> Option<&[u8]> {
    cookie.split(|&b| b == b';').find_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(TOKEN)?.strip_prefix(b"=")?;
        let quoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        Some(quoted.unwrap_or(value))
    })
}

fn token_of_query(query: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = vec![0; MAX_LEN + 1];
    let len = form::decode_value(form::find(query, TOKEN)?, &mut decoded).ok()?;
    decoded.truncate(len);
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(auth: Option<&str>, cookie: Option<&str>, query: &str, want: (&str, &str, bool)) {
        let bytes = str::as_bytes;
        let got = Credentials::of(auth.map(bytes), cookie.map(bytes), query.as_bytes());
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        assert_eq!((&*text(&got.user), &*text(&got.pass), got.may_be_token), want);
    }

    /// ch06_23, ch06_24: where credentials come from, and which come first.
    #[test]
    fn ch06_24_sources() {
        let cookie = Some("access_token=tok");
        check(Some("Basic cm9vdDpwdzk="), cookie, "access_token=q", ("root", "pw9", false));
        check(Some("Bearer abc"), cookie, "", ("", "abc", false));
        check(Some("Digest x"), cookie, "", ("", "tok", false));
        check(Some("Basic !!"), cookie, "", ("", "", false));
        check(None, cookie, "access_token=q", ("", "tok", true));
        check(None, Some("a=b"), "access_token=q%41", ("", "qA", true));
        check(None, None, "x=1&access_token=q", ("", "q", true));
        check(None, None, "access_token=%zz", ("", "", true));
        check(None, None, "", ("", "", true));
    }

    /// ch06 weak spot 15: a cookie whose name only ends so is another cookie.
    #[test]
    fn ch06_w15_whole_cookie_names() {
        check(None, Some("xaccess_token=bad; access_token=good"), "", ("", "good", true));
        check(None, Some("xaccess_token=bad"), "", ("", "", true));
        check(None, Some("a=\"x access_token=bad\""), "", ("", "", true));
        check(None, Some("a=1;access_token=\"q\";b=2"), "", ("", "q", true));
        check(None, Some("access_token"), "", ("", "", true));
    }

    #[test]
    fn ch06_24_long_credentials_are_cut() {
        let long = format!("access_token={}", "t".repeat(500));
        check(None, Some(&long), "", ("", &"t".repeat(99), true));
    }
}
