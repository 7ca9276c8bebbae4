//! Cipher suites by name, for `ssl_cipher_suite`.

use core::ffi::CStr;

use rustls::{CipherSuite, SupportedCipherSuite};

/// A suite with its name by IANA and by OpenSSL, which for TLS 1.3 is the same.
struct Known(CipherSuite, &'static str, &'static str);

const KNOWN: [Known; 9] = [
    Known(
        CipherSuite::TLS13_AES_128_GCM_SHA256,
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_128_GCM_SHA256",
    ),
    Known(
        CipherSuite::TLS13_AES_256_GCM_SHA384,
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_256_GCM_SHA384",
    ),
    Known(
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
    ),
    Known(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
    ),
    Known(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
    ),
    Known(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ),
    Known(
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
    ),
    Known(
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ),
    Known(
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ),
];

/// Parts of the names of suites without forward secrecy or authenticated encryption, or with
/// broken parts. Names with `RSA` or `ECDH` for the key exchange are found by their beginning.
const WEAK_PARTS: [&str; 17] = [
    "NULL", "RC4", "RC2", "DES", "3DES", "CBC", "CBC3", "MD5", "SHA", "EXP", "EXPORT", "ANON",
    "ADH", "AECDH", "IDEA", "SEED", "SRP",
];

/// Beginnings of the names of suites whose key exchange is for all time (static RSA, DH, ECDH), or
/// which have no mode of authenticated encryption behind the algorithm.
const WEAK_STARTS: [&str; 9] =
    ["TLS_RSA_", "TLS_DH_", "TLS_ECDH_", "RSA-", "DH-", "ECDH-", "AES128-", "AES256-", "CAMELLIA"];

/// Why a list of suites is refused: the sentence, and the name that is to blame.
pub(crate) type Refused<'a> = (&'static CStr, &'a str);

/// The suites that `list`, colon-separated, names, in its order. An empty list names all.
pub(crate) fn parse<'a>(
    list: &'a str,
    all: &[SupportedCipherSuite],
) -> Result<Vec<SupportedCipherSuite>, Refused<'a>> {
    if list.is_empty() {
        return Ok(all.to_vec());
    }
    let mut found: Vec<SupportedCipherSuite> = Vec::new();
    for name in list.split(':').map(str::trim) {
        let known = KNOWN.iter().find(|Known(_, iana, openssl)| {
            iana.eq_ignore_ascii_case(name) || openssl.eq_ignore_ascii_case(name)
        });
        let suite =
            known.and_then(|Known(suite, ..)| all.iter().find(|other| other.suite() == *suite));
        let Some(suite) = suite else {
            return Err(match is_weak(name) {
                true => (c"a cipher suite is weak and not offered (the log names it)", name),
                false => (c"a cipher suite is unknown (the log names it)", name),
            });
        };
        if !found.contains(suite) {
            found.push(*suite);
        }
    }
    Ok(found)
}

/// True for the name of a suite that is known to be weak.
fn is_weak(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let lacks_mode =
        name.contains("-AES") && !["GCM", "CCM"].iter().any(|mode| name.contains(mode));
    lacks_mode
        || WEAK_STARTS.iter().any(|start| name.starts_with(start))
        || name.split(['-', '_']).any(|part| WEAK_PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::config::provider;

    /// Chapter 08: both kinds of names, and what is said of those that are not there.
    #[test]
    fn ch08_cipher_suites() {
        fn names(list: &str) -> Result<Vec<CipherSuite>, Refused<'_>> {
            let found = parse(list, &provider().cipher_suites)?;
            Ok(found.iter().map(|suite| suite.suite()).collect())
        }
        assert_eq!(names("").unwrap().len(), provider().cipher_suites.len());
        for Known(suite, iana, openssl) in KNOWN {
            assert_eq!(names(iana), Ok(vec![suite]));
            assert_eq!(names(&openssl.to_ascii_lowercase()), Ok(vec![suite]));
        }
        let two = "TLS_AES_256_GCM_SHA384 : ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384";
        let first = CipherSuite::TLS13_AES_256_GCM_SHA384;
        let second = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
        assert_eq!(names(two), Ok(vec![first, second]));
        let weak = c"a cipher suite is weak and not offered (the log names it)";
        for name in [
            "RC4-SHA",
            "AES128-SHA",
            "AES256-GCM-SHA384",
            "DES-CBC3-SHA",
            "NULL-SHA256",
            "ECDHE-RSA-AES128-SHA256",
            "ECDHE-RSA-AES256-SHA",
            "DHE-RSA-AES128-SHA256",
            "ECDH-RSA-AES128-GCM-SHA256",
            "EXP-RC4-MD5",
            "ADH-AES128-GCM-SHA256",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
        ] {
            let list = format!("TLS_AES_128_GCM_SHA256:{name}");
            assert_eq!(names(&list), Err((weak, name)));
        }
        let unknown = c"a cipher suite is unknown (the log names it)";
        for name in ["ROT13", "HIGH", "!aNULL", "", "DHE-RSA-AES128-GCM-SHA256"] {
            let list = format!("TLS_AES_128_GCM_SHA256:{name}");
            assert_eq!(names(&list), Err((unknown, name)));
        }
    }
}
