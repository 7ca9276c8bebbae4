//! `struct mg_tls_opts`: what a program gave, read into certificates, keys and names.

use core::fmt;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};

/// First byte of a DER certificate or key: a SEQUENCE (`MG_IS_DER` of the header).
pub(crate) const DER_SEQUENCE: u8 = 0x30;

/// Which side of the handshake.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Role {
    /// The side that connected.
    Client,
    /// The side that was connected to.
    Server,
}

/// The strings of `struct mg_tls_opts`, in the program's memory.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    pub(crate) role: Role,
    /// Trust anchors, PEM or DER; empty: the peer is not verified.
    pub(crate) ca: &'a [u8],
    /// Own certificate and its chain, PEM or DER.
    pub(crate) cert: &'a [u8],
    /// Private key of `cert`, PEM or DER.
    pub(crate) key: &'a [u8],
    /// Name that the peer's certificate must carry; clients also ask for it (SNI).
    pub(crate) name: &'a [u8],
    /// Neither chain, name nor dates are checked.
    pub(crate) skip_verification: bool,
    /// Servers: a client may do without a certificate, but not show a bad one.
    pub(crate) is_optional: bool,
}

/// Which member of `struct mg_tls_opts` can't be used, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum OptionError {
    /// No certificate in the member.
    NoCertificate(&'static str),
    /// Certificate number n (from 1) of the member can't be decoded.
    BadCertificate(&'static str, usize),
    /// PEM armour of the member is broken.
    BadPem(&'static str),
    /// No private key in `key`.
    NoKey,
    /// `key` is encrypted.
    EncryptedKey,
    /// `key` is malformed or of a kind that is not supported.
    BadKey,
    /// `cert` without `key`.
    CertWithoutKey,
    /// `key` belongs to another certificate.
    KeyMismatch,
    /// `name` is neither a host name nor an address.
    BadName,
    /// No random bytes, or the provider refused the settings.
    Provider,
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            OptionError::NoCertificate(member) => write!(f, "TLS {member}: no certificate in it"),
            OptionError::BadCertificate(member, n) => {
                write!(f, "TLS {member}: certificate {n} is malformed")
            }
            OptionError::BadPem(member) => write!(f, "TLS {member}: broken PEM text"),
            OptionError::NoKey => f.write_str("TLS key: no private key in it"),
            OptionError::EncryptedKey => f.write_str("TLS key: encrypted keys are not supported"),
            OptionError::BadKey => f.write_str("TLS key: malformed or of an unsupported kind"),
            OptionError::CertWithoutKey => f.write_str("TLS cert: given without a key"),
            OptionError::KeyMismatch => f.write_str("TLS key: does not belong to cert"),
            OptionError::BadName => f.write_str("TLS name: not a host name or IP address"),
            OptionError::Provider => f.write_str("TLS: no random numbers"),
        }
    }
}

impl<'a> Options<'a> {
    /// Nothing given.
    pub(crate) fn none(role: Role) -> Options<'a> {
        let (ca, cert, key, name) = (&b""[..], &b""[..], &b""[..], &b""[..]);
        Options { role, ca, cert, key, name, skip_verification: false, is_optional: false }
    }

    /// True if the peer must be verified.
    pub(crate) fn verifies(&self) -> bool {
        !self.skip_verification && !is_empty(self.ca)
    }

    /// True if there is a certificate of our own.
    pub(crate) fn has_cert(&self) -> bool {
        !is_empty(self.cert)
    }

    /// The trust anchors.
    pub(crate) fn trust_anchors(&self) -> Result<Vec<CertificateDer<'a>>, OptionError> {
        certificates("ca", self.ca)
    }

    /// Our own certificate, then the rest of the chain.
    pub(crate) fn own_chain(&self) -> Result<Vec<CertificateDer<'a>>, OptionError> {
        certificates("cert", self.cert)
    }

    /// The private key of our own certificate.
    pub(crate) fn private_key(&self) -> Result<PrivateKeyDer<'static>, OptionError> {
        if is_empty(self.key) {
            return Err(OptionError::CertWithoutKey);
        }
        if self.key.first() == Some(&DER_SEQUENCE) {
            return PrivateKeyDer::try_from(self.key.to_vec()).map_err(|_| OptionError::BadKey);
        }
        if contains(self.key, b"ENCRYPTED") {
            return Err(OptionError::EncryptedKey);
        }
        PrivateKeyDer::from_pem_slice(self.key).map_err(|why| match why {
            pem::Error::NoItemsFound => OptionError::NoKey,
            _ => OptionError::BadPem("key"),
        })
    }

    /// The peer's name; `None` if any will do.
    pub(crate) fn server_name(&self) -> Result<Option<ServerName<'static>>, OptionError> {
        if self.name.is_empty() {
            return Ok(None);
        }
        let text = core::str::from_utf8(self.name).map_err(|_| OptionError::BadName)?;
        let name = ServerName::try_from(text).map_err(|_| OptionError::BadName)?;
        Ok(Some(name.to_owned()))
    }
}

/// True for what the original takes as "nothing given": no bytes, a NUL, or a lone asterisk.
fn is_empty(text: &[u8]) -> bool {
    matches!(text, [] | [0, ..] | b"*")
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

/// The certificates in `text`, one in DER or any number in PEM, with other PEM sections and text
/// around them ignored. All of them must decode: a part that is left out might be the one that
/// was meant.
fn certificates<'a>(
    member: &'static str,
    text: &'a [u8],
) -> Result<Vec<CertificateDer<'a>>, OptionError> {
    if text.first() == Some(&DER_SEQUENCE) {
        return Ok(vec![CertificateDer::from(text)]);
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let found = found.map_err(|_| OptionError::BadPem(member))?;
    if found.is_empty() { Err(OptionError::NoCertificate(member)) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";

    fn options(ca: &str) -> Options<'_> {
        Options { ca: ca.as_bytes(), ..Options::none(Role::Client) }
    }

    // Chapter 05, 27: CR LF, text around the blocks, no final newline.
    // History: CVE-2024-42385 | PEM with CRLF and with text around it
    #[test]
    fn ch05_27_pem_forms() {
        let crlf = PEM.replace('\n', "\r\n");
        let unfinished = PEM.trim_end().to_string();
        let surrounded = format!("subject: x\n{PEM}between\n{PEM}after");
        for (text, count) in [(PEM, 1), (&*crlf, 1), (&*unfinished, 1), (&*surrounded, 2)] {
            let found = options(text).trust_anchors().unwrap();
            assert_eq!(found.len(), count, "{text:?}");
            assert_eq!(&found[0][..], [0x30, 3, 2, 1, 1]);
        }
    }

    #[test]
    fn empty_means_no_verification() {
        for text in ["", "*", "\0"] {
            assert!(!options(text).verifies(), "{text:?}");
        }
        assert!(options("junk").verifies());
        assert!(!Options { skip_verification: true, ..options(PEM) }.verifies());
    }

    // Chapter 05, section 10, 2: what can't be used is an error, never "no verification".
    #[test]
    fn unusable_certificates_are_errors() {
        let key = PEM.replace("CERTIFICATE", "PRIVATE KEY");
        let cut = &format!("{PEM}{PEM}")[..100];
        let bad_base64 = PEM.replace("MAMC", "!!!!");
        assert_eq!(options("junk").trust_anchors(), Err(OptionError::NoCertificate("ca")));
        assert_eq!(options(&key).trust_anchors(), Err(OptionError::NoCertificate("ca")));
        assert_eq!(options(cut).trust_anchors(), Err(OptionError::BadPem("ca")));
        assert_eq!(options(&bad_base64).trust_anchors(), Err(OptionError::BadPem("ca")));
    }

    #[test]
    fn names() {
        let with_name = |name: &'static str| Options { name: name.as_bytes(), ..options("") };
        assert_eq!(with_name("").server_name(), Ok(None));
        assert!(matches!(with_name("Host.test").server_name(), Ok(Some(ServerName::DnsName(_)))));
        assert!(matches!(with_name("::1").server_name(), Ok(Some(ServerName::IpAddress(_)))));
        assert_eq!(with_name("no host").server_name(), Err(OptionError::BadName));
        let long = Options { name: &[b'a'; 300], ..options("") };
        assert_eq!(long.server_name(), Err(OptionError::BadName));
    }

    // Chapter 05, 52: error texts fit the 63 characters of MG_EV_ERROR.
    #[test]
    fn ch05_52_texts_fit() {
        let all = [
            OptionError::NoCertificate("cert"),
            OptionError::BadCertificate("cert", 100),
            OptionError::BadPem("cert"),
            OptionError::NoKey,
            OptionError::EncryptedKey,
            OptionError::BadKey,
            OptionError::CertWithoutKey,
            OptionError::KeyMismatch,
            OptionError::BadName,
            OptionError::Provider,
        ];
        for error in all {
            assert!(error.to_string().len() <= 63, "{error}");
        }
    }
}
