//! Digest credentials and the challenges that ask for them (RFC 7616).

use std::borrow::Cow;

use md5::{Digest, Md5};
use sha2::Sha256;

use super::{hex, same_bytes, unhex};

/// Most parameters of a header field.
const MAX_PARAMETERS: usize = 32;

/// How answers are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `MD5`, which is also meant when nothing is said.
    Md5,
    /// `SHA-256`.
    Sha256,
}

impl Algorithm {
    /// The hash in hexadecimal.
    fn hex_digest(self, data: &[u8]) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(data)),
            Self::Sha256 => hex(&Sha256::digest(data)),
        }
    }
}

/// What a client says in `Authorization: Digest` (RFC 7616 §3.4), unquoted.
///
/// Borrows from the header field where nothing was escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestCredentials<'a> {
    /// Who they say they are.
    pub username: Cow<'a, [u8]>,
    /// For which realm.
    pub realm: Cow<'a, [u8]>,
    /// The nonce that they answer.
    pub nonce: Cow<'a, [u8]>,
    /// The request target that the answer is for.
    pub uri: Cow<'a, [u8]>,
    /// How it is hashed.
    pub algorithm: Algorithm,
    /// How many requests with this nonce there were, this one included.
    pub nc: u32,
    nc_text: Cow<'a, [u8]>,
    cnonce: Cow<'a, [u8]>,
    /// The answer; the first 16 bytes with MD5.
    response: [u8; 32],
}

impl<'a> DigestCredentials<'a> {
    /// Reads what follows `Digest ` in the field.
    ///
    /// `None` if it is malformed, a parameter that matters is missing or there twice, or asks for
    /// what is not supported: `username*`, `userhash=true`, another `qop` than `auth` or none, and
    /// other algorithms, `-sess` ones included. Parameters that are not known are ignored.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let parameters = parameters(value)?;
        let find = |name: &[u8]| {
            parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        if find(b"username*").is_some()
            || find(b"userhash").is_some_and(|value| !value.eq_ignore_ascii_case(b"false"))
            || !find(b"qop")?.eq_ignore_ascii_case(b"auth")
        {
            return None;
        }
        let algorithm = match find(b"algorithm") {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case(b"MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case(b"SHA-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let response = find(b"response")?;
        let response = match algorithm {
            Algorithm::Md5 => {
                let mut whole = [0; 32];
                *whole.first_chunk_mut()? = unhex::<16>(response)?;
                whole
            }
            Algorithm::Sha256 => unhex(response)?,
        };
        let nc_text = find(b"nc")?;
        Some(Self {
            username: find(b"username")?.clone(),
            realm: find(b"realm")?.clone(),
            nonce: find(b"nonce")?.clone(),
            uri: find(b"uri")?.clone(),
            algorithm,
            nc: u32::from_be_bytes(unhex(nc_text)?),
            nc_text: nc_text.clone(),
            cnonce: find(b"cnonce")?.clone(),
            response,
        })
    }

    /// Whether the response is right for `ha1` (in lower-case hexadecimal) and the request.
    pub(super) fn is_answer(&self, ha1: &str, method: &[u8], target: &[u8]) -> bool {
        let ha2 = self.algorithm.hex_digest(&[method, b":", target].concat());
        let (nonce, nc, cnonce) = (&*self.nonce, &*self.nc_text, &*self.cnonce);
        let parts = [ha1.as_bytes(), nonce, nc, cnonce, b"auth", ha2.as_bytes()];
        let want = self.algorithm.hex_digest(&parts.join(&b':'));
        let len = if self.algorithm == Algorithm::Md5 { 16 } else { 32 };
        let given = hex(self.response.get(..len).unwrap_or_default());
        same_bytes(want.as_bytes(), given.as_bytes()) & (*self.uri == *target)
    }
}

/// `name=value` pairs of a header field.
type Parameters<'a> = Vec<(&'a [u8], Cow<'a, [u8]>)>;

/// Pairs separated by commas (RFC 9110 §11.2); `None` if malformed, too many, or one is there twice.
fn parameters(value: &[u8]) -> Option<Parameters<'_>> {
    let mut found = Parameters::new();
    let mut rest = value.trim_ascii();
    while !rest.is_empty() {
        if let Some((b',', behind)) = rest.split_first() {
            rest = behind.trim_ascii_start();
            continue;
        }
        let (name, behind) = rest.split_at_checked(memchr::memchr(b'=', rest)?)?;
        let name = name.trim_ascii_end();
        let (value, behind) = parameter_value(behind.get(1..)?.trim_ascii_start())?;
        rest = behind.trim_ascii_start();
        let twice = found.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let valid = !name.is_empty() && name.iter().all(|&c| is_token_byte(c));
        if twice || !valid || found.len() == MAX_PARAMETERS || !matches!(rest, [] | [b',', ..]) {
            return None;
        }
        found.push((name, value));
    }
    Some(found)
}

/// A token or a quoted string at the start of `text`, unquoted; and what follows it.
fn parameter_value(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let Some((b'"', quoted)) = text.split_first() else {
        let len = text.iter().position(|&c| !is_token_byte(c)).unwrap_or(text.len());
        let (token, rest) = text.split_at_checked(len).filter(|_| len > 0)?;
        return Some((Cow::Borrowed(token), rest));
    };
    let mut unescaped = Vec::new();
    let mut rest = quoted;
    loop {
        let (plain, behind) = rest.split_at_checked(memchr::memchr2(b'"', b'\\', rest)?)?;
        if plain.iter().any(|&c| c == 0x7f || c < b' ' && c != b'\t') {
            return None;
        }
        let (&c, behind) = behind.split_first()?;
        if c == b'"' {
            let value = if unescaped.is_empty() {
                Cow::Borrowed(plain)
            } else {
                unescaped.extend_from_slice(plain);
                Cow::Owned(unescaped)
            };
            return Some((value, behind));
        }
        let (&escaped, behind) = behind.split_first()?;
        if escaped == 0x7f || escaped < b' ' && escaped != b'\t' {
            return None;
        }
        unescaped.extend_from_slice(plain);
        unescaped.push(escaped);
        rest = behind;
    }
}

/// RFC 9110 §5.6.2.
fn is_token_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c)
}

/// The lines of a 401 that ask for credentials, each with its line end: Digest with SHA-256 and
/// with MD5 (RFC 7616 §3.3), then Basic (RFC 7617 §2).
///
/// `stale` tells that only the nonce was wrong: clients answer the new one without asking anybody.
/// Control characters of `realm` are left out.
pub fn challenge_lines(realm: &str, nonce: &str, stale: bool) -> String {
    let mut quoted = String::with_capacity(realm.len());
    for c in realm.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    let stale = if stale { ", stale=true" } else { "" };
    let digest = |algorithm| {
        format!(
            "WWW-Authenticate: Digest realm=\"{quoted}\", qop=\"auth\", algorithm={algorithm}, \
             nonce=\"{nonce}\"{stale}\r\n"
        )
    };
    let basic = format!("WWW-Authenticate: Basic realm=\"{quoted}\", charset=\"UTF-8\"\r\n");
    digest("SHA-256") + &digest("MD5") + &basic
}

#[cfg(test)]
mod tests {
    use super::super::Users;
    use super::*;
    use proptest::prelude::*;

    /// RFC 7616 §3.9.1.
    const REALM: &str = "http-auth@example.org";
    const MD5_FIELD: &str = r#"username="Mufasa",
        realm="http-auth@example.org",
        uri="/dir/index.html",
        algorithm=MD5,
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        nc=00000001,
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        qop=auth,
        response="8ca523f5e9506fed4657c9700eebdbec",
        opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
    const SHA256_RESPONSE: &str =
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";

    fn sha256_field() -> String {
        MD5_FIELD
            .replace("=MD5", "=SHA-256")
            .replace("8ca523f5e9506fed4657c9700eebdbec", SHA256_RESPONSE)
    }

    fn users() -> Users {
        let whole = b"Mufasa:http-auth@example.org:Circle of Life";
        let file = [Algorithm::Md5, Algorithm::Sha256]
            .map(|hash| format!("Mufasa:{REALM}:{}", hash.hex_digest(whole)));
        Users::parse(file.join("\n").as_bytes()).unwrap()
    }

    fn check(field: &str, method: &str, target: &str, realm: &str) -> bool {
        DigestCredentials::parse(field.as_bytes()).is_some_and(|credentials| {
            users().check_digest(&credentials, method.as_bytes(), target.as_bytes(), realm)
        })
    }

    #[test]
    fn ch08_rfc7616_example() {
        for field in [MD5_FIELD.to_owned(), sha256_field()] {
            assert!(check(&field, "GET", "/dir/index.html", REALM));
            assert!(!check(&field, "POST", "/dir/index.html", REALM));
            assert!(!check(&field, "GET", "/dir/", REALM), "uri is not the target");
            assert!(!check(&field, "GET", "/dir/index.html", "elsewhere"));
        }
        let credentials = DigestCredentials::parse(MD5_FIELD.as_bytes()).unwrap();
        assert_eq!(*credentials.nonce, *b"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
        assert_eq!((credentials.nc, credentials.algorithm), (1, Algorithm::Md5));
    }

    /// What curl 7.88.1 answers (`curl --digest -u 'a"n\n:pass:word'`) for a name and a realm with
    /// characters that must be escaped.
    #[test]
    fn ch08_digest_of_curl() {
        let (realm, start) = (r#"a "b""#, r#"username="a\"n\\n", realm="a \"b\"", nonce="0011""#);
        let whole = br#"a"n\n:a "b":pass:word"#;
        for (algorithm, name, cnonce, response) in [
            (
                Algorithm::Md5,
                "MD5",
                "ZTdkZTI1MDk3M2U2NTFjZjM3YjU1NTU4MmZlNTI2YzE=",
                "01247b3baccdde1a8947be13985452e7",
            ),
            (
                Algorithm::Sha256,
                "SHA-256",
                "MWI4MDBkYTQ2ZDk5ZTc1MmE4ZDVlOWNhZTE2OTM1NGE=",
                "f34338bf1297d2b39569bf2fe2966368445d448ecc571b0a6e0b9ccf74570ec6",
            ),
        ] {
            let field = format!(
                "{start}, uri=\"/x?y=1,2\", cnonce=\"{cnonce}\", nc=00000001, qop=auth, \
                 response=\"{response}\", algorithm={name}"
            );
            let file = format!("a\"n\\n:{realm}:{}", algorithm.hex_digest(whole));
            let users = Users::parse(file.as_bytes()).unwrap();
            let credentials = DigestCredentials::parse(field.as_bytes()).unwrap();
            assert!(users.check_digest(&credentials, b"GET", b"/x?y=1,2", realm), "{name}");
        }
    }

    /// Each change of the example, and whether the answer is still right.
    #[test]
    fn ch08_digest_variants() {
        for (from, to, right) in [
            ("Mufasa", "Simba", false),
            ("Mufasa", r"Mu\fasa", true),
            ("algorithm=MD5,", "", true),
            ("algorithm=MD5", "algorithm=\"md5\"", true),
            ("algorithm=MD5", "ALGORITHM = MD5", true),
            ("algorithm=MD5", "algorithm=MD5-sess", false),
            ("algorithm=MD5", "algorithm=SHA-256", false),
            ("algorithm=MD5", "algorithm=SHA-512-256", false),
            ("qop=auth", "qop=\"auth\"", true),
            ("qop=auth", "qop=auth-int", false),
            ("qop=auth,", "", false),
            ("nc=00000001", "nc=00000002", false),
            ("nc=00000001", "nc=1", false),
            ("nc=00000001", "nc=000000001", false),
            ("nc=00000001", "nc=0000000x", false),
            ("nc=00000001,", "", false),
            ("cnonce=\"f", "cnonce=\"g", false),
            ("nonce=\"7", "nonce=\"8", false),
            ("8ca523", "8CA523", true),
            ("8ca523", "8ca524", false),
            ("8ca523", "ca523", false),
            ("response=\"8ca523f5e9506fed4657c9700eebdbec\",", "", false),
            ("uri=\"/dir/index.html\"", "uri=\"/\"", false),
            ("realm=\"http-auth", "realm=\"http", false),
            ("opaque", "userhash=false, opaque", true),
            ("opaque", "userhash=true, opaque", false),
            ("opaque", "username*=UTF-8''Mufasa, opaque", false),
            ("opaque", "username=\"Simba\", opaque", false),
            ("opaque", "Response=x, opaque", false),
            ("opaque", ",, new=\"a, b=\\\"c\\\"\", opaque", true),
            ("opaque", "new, opaque", false),
            ("opaque", "new=, opaque", false),
            ("opaque", "=new, opaque", false),
            ("opaque", "new=a b, opaque", false),
            ("opaque", "new=\"a\"b, opaque", false),
            ("opaque", "new=\"a\0\", opaque", false),
            ("opaque", "new=\"a\\\0\", opaque", false),
            ("5tdS\"", "5tdS", false),
            ("5tdS\"", "5tdS\\\"", false),
        ] {
            assert!(MD5_FIELD.contains(from), "{from}");
            let field = MD5_FIELD.replacen(from, to, 1);
            assert_eq!(check(&field, "GET", "/dir/index.html", REALM), right, "{from} → {to}");
        }
        let many: String = (0..MAX_PARAMETERS).map(|n| format!(", p{n}=1")).collect();
        assert!(!check(&format!("{MD5_FIELD}{many}"), "GET", "/dir/index.html", REALM));
        assert!(DigestCredentials::parse(b"").is_none());
    }

    #[test]
    fn ch08_nobody_has_no_digest() {
        // HA1 of an unknown user is taken as zeros; whoever guesses that is still nobody.
        let ha1 = hex(&[0; 16]);
        let ha2 = Algorithm::Md5.hex_digest(b"GET:/");
        let answer = Algorithm::Md5.hex_digest(format!("{ha1}:n:00000001:c:auth:{ha2}").as_bytes());
        let field = format!(
            "username=x, realm=r, uri=\"/\", nonce=n, nc=00000001, cnonce=c, qop=auth, \
             response={answer}"
        );
        let credentials = DigestCredentials::parse(field.as_bytes()).unwrap();
        assert!(credentials.is_answer(&ha1, b"GET", b"/"));
        assert!(!Users::default().check_digest(&credentials, b"GET", b"/", "r"));
        let basic_only = format!("x:{{SHA}}{}=", "A".repeat(27));
        let users = Users::parse(basic_only.as_bytes()).unwrap();
        assert!(!users.check_digest(&credentials, b"GET", b"/", "r"));
    }

    #[test]
    fn ch08_challenges() {
        assert_eq!(
            challenge_lines("a \"b\\\r\nc", "123", true),
            "WWW-Authenticate: Digest realm=\"a \\\"b\\\\c\", qop=\"auth\", algorithm=SHA-256, \
             nonce=\"123\", stale=true\r\n\
             WWW-Authenticate: Digest realm=\"a \\\"b\\\\c\", qop=\"auth\", algorithm=MD5, \
             nonce=\"123\", stale=true\r\n\
             WWW-Authenticate: Basic realm=\"a \\\"b\\\\c\", charset=\"UTF-8\"\r\n"
        );
        assert!(!challenge_lines("x", "1", false).contains("stale"));
    }

    proptest! {
        #[test]
        fn parse_is_total(
            text in r#"((username|realm|nonce|uri|nc|cnonce|qop|response|x)=("?[a-z0\\,"]{0,9}"?),?){0,10}"#,
        ) {
            let _ = DigestCredentials::parse(text.as_bytes());
        }

        #[test]
        fn quoted_strings_come_back(value in proptest::collection::vec(0x20u8..0x7f, 0..40)) {
            let mut text = b"x=\"".to_vec();
            for &c in &value {
                if matches!(c, b'"' | b'\\') {
                    text.push(b'\\');
                }
                text.push(c);
            }
            text.extend(b"\" , y=1");
            let found = parameters(&text).unwrap();
            prop_assert_eq!(&*found[0].1, &*value);
            prop_assert_eq!(&*found[1].1, b"1");
        }
    }
}
