//! Credentials of a request: which of the places that may hold them counts (RFC 7617, RFC 6750).

use super::{form, header_var};

/// Longest base64 text of Basic credentials, in characters: 255 decoded bytes.
pub const MAX_BASIC: usize = 343;

/// Where the credentials stand. Values are slices of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// `Authorization: Basic`: base64 of `user:password`.
    Basic(&'a [u8]),
    /// `Authorization: Bearer` or the cookie `access_token`, as it stands.
    Token(&'a [u8]),
    /// Query variable `access_token`, percent-encoded.
    Query(&'a [u8]),
    /// There are none.
    None,
}

impl<'a> Source<'a> {
    /// Chooses by the values of the fields `Authorization` and `Cookie` and by the query.
    ///
    /// The first that applies decides, also if it is empty-handed: a `Cookie` field without token
    /// hides the query.
    pub fn of(authorization: Option<&'a [u8]>, cookie: Option<&'a [u8]>, query: &'a [u8]) -> Self {
        let after = |scheme: &[u8]| {
            authorization.and_then(|value| value.strip_prefix(scheme)).filter(|v| !v.is_empty())
        };
        if let Some(encoded) = after(b"Basic ") {
            Self::Basic(encoded)
        } else if let Some(token) = after(b"Bearer ") {
            Self::Token(token)
        } else if let Some(cookie) = cookie {
            header_var::find(cookie, b"access_token").map_or(Self::None, Self::Token)
        } else {
            form::find(query, b"access_token").map_or(Self::None, Self::Query)
        }
    }
}

/// Splits the decoded text of Basic credentials at the first colon; `None` without one.
pub fn split_basic(decoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', decoded)?;
    let (user, rest) = decoded.split_at_checked(colon)?;
    Some((user, rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ch03_19: the order of the sources.
    #[test]
    fn ch03_19_sources() {
        let query = &b"x=1&access_token=q%41"[..];
        let none = None::<&[u8]>;
        let cookie = Some(&b"a=b; access_token=tok; c=d"[..]);
        let cases = [
            (Some(&b"Basic QQ=="[..]), cookie, Source::Basic(b"QQ==")),
            (Some(b"Bearer abc d"), cookie, Source::Token(b"abc d")),
            (Some(b"Basic "), cookie, Source::Token(b"tok")),
            (Some(b"basic QQ=="), none, Source::Query(b"q%41")),
            (Some(b"Bearer "), none, Source::Query(b"q%41")),
            (none, cookie, Source::Token(b"tok")),
            (none, Some(b"xaccess_token=evil"), Source::None),
            (none, Some(b"a=b"), Source::None),
            (none, none, Source::Query(b"q%41")),
        ];
        for (authorization, cookie, expected) in cases {
            assert_eq!(Source::of(authorization, cookie, query), expected, "{authorization:?}");
        }
        assert_eq!(Source::of(none, none, b""), Source::None);
    }

    /// ch03_19: the split.
    #[test]
    fn ch03_19_basic_split() {
        assert_eq!(split_basic(b"u:p:q"), Some((&b"u"[..], &b"p:q"[..])));
        assert_eq!(split_basic(b":"), Some((&b""[..], &b""[..])));
        assert_eq!(split_basic(b"u"), None);
    }
}
