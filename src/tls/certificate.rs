//! What webpki does not do: X.509 version 1 certificates and names in the common name, as devices
//! in the field have them (chapter 05, sections 6.2 and 9).

use std::net::IpAddr;

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::{CertificateError, DigitallySignedStruct};
use webpki::RawPublicKeyEntity;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Version;

/// Tag of an object identifier in DER.
const DER_OID: u8 = 6;

/// Decodes a certificate that has nothing behind it.
pub(crate) fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Some(certificate),
        _ => None,
    }
}

/// True for a version 1 certificate, which has no extensions.
pub(crate) fn is_version_1(certificate: &X509Certificate) -> bool {
    certificate.version() == X509Version::V1
}

/// False for a certificate that says that its holder issues none: no authority by its basic
/// constraints, or without keyCertSign in its key usage (RFC 5280 sections 4.2.1.3 and 4.2.1.9). webpki
/// looks at neither in trust anchors, and at no key usage.
pub(crate) fn may_issue(der: &CertificateDer) -> bool {
    let Some(certificate) = parse(der) else { return true };
    let is_denied = matches!(certificate.basic_constraints(), Ok(Some(found)) if !found.value.ca);
    let is_for_else =
        matches!(certificate.key_usage(), Ok(Some(usage)) if !usage.value.key_cert_sign());
    !is_denied && !is_for_else
}

/// The public key with its algorithm (SubjectPublicKeyInfo, DER).
pub(crate) fn public_key<'a>(certificate: &X509Certificate<'a>) -> SubjectPublicKeyInfoDer<'a> {
    SubjectPublicKeyInfoDer::from(certificate.tbs_certificate.subject_pki.raw)
}

/// Checks that `now` lies in the validity period.
pub(crate) fn check_dates(
    certificate: &X509Certificate,
    now: UnixTime,
) -> Result<(), CertificateError> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let validity = certificate.validity();
    if now < validity.not_before.timestamp() {
        return Err(CertificateError::NotValidYet);
    }
    if now > validity.not_after.timestamp() {
        return Err(CertificateError::Expired);
    }
    Ok(())
}

/// Checks that the holder of the certificate `issuer` signed `certificate`.
pub(crate) fn check_issued_by(
    certificate: &X509Certificate,
    issuer: &X509Certificate,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), CertificateError> {
    if certificate.issuer().as_raw() != issuer.subject().as_raw() {
        return Err(CertificateError::UnknownIssuer);
    }
    let key = public_key(issuer);
    let key = RawPublicKeyEntity::try_from(&key).map_err(|_| CertificateError::BadEncoding)?;
    let algorithm_id = certificate.signature_algorithm.algorithm.as_bytes();
    let valid =
        algorithms.all.iter().filter(|algorithm| has_algorithm_id(**algorithm, algorithm_id)).any(
            |algorithm| {
                let signed = certificate.tbs_certificate.as_ref();
                key.verify_signature(*algorithm, signed, &certificate.signature_value.data).is_ok()
            },
        );
    if valid { Ok(()) } else { Err(CertificateError::BadSignature) }
}

/// True if the signature algorithm begins with the object identifier `oid`. Parameters are left to
/// the verification itself.
fn has_algorithm_id(algorithm: &dyn SignatureVerificationAlgorithm, oid: &[u8]) -> bool {
    match algorithm.signature_alg_id().as_ref() {
        [DER_OID, len, rest @ ..] => rest.get(..usize::from(*len)) == Some(oid),
        _ => false,
    }
}

/// Checks a handshake signature by the key of a version 1 certificate. `is_tls13` binds the curve
/// to the signature scheme, as RFC 8446 section 4.2.3 does.
pub(crate) fn check_handshake_signature(
    certificate: &X509Certificate,
    message: &[u8],
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
    is_tls13: bool,
) -> Result<(), CertificateError> {
    let key = public_key(certificate);
    let key = RawPublicKeyEntity::try_from(&key).map_err(|_| CertificateError::BadEncoding)?;
    let (_, candidates) = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signed.scheme)
        .ok_or(CertificateError::BadSignature)?;
    let candidates = if is_tls13 { candidates.get(..1).unwrap_or_default() } else { candidates };
    let valid = candidates
        .iter()
        .any(|algorithm| key.verify_signature(*algorithm, message, signed.signature()).is_ok());
    if valid { Ok(()) } else { Err(CertificateError::BadSignature) }
}

/// True if the certificate has no subject alternative name of a kind that names hosts and its
/// common name is `name` (RFC 9525 leaves common names out; chapter 05, quirk 12, keeps them for
/// certificates that have nothing else).
pub(crate) fn common_name_matches(certificate: &X509Certificate, name: &ServerName) -> bool {
    let names_hosts = |general: &GeneralName| {
        matches!(general, GeneralName::DNSName(_) | GeneralName::IPAddress(_))
    };
    match certificate.subject_alternative_name() {
        Ok(None) => {}
        Ok(Some(extension)) if !extension.value.general_names.iter().any(names_hosts) => {}
        _ => return false,
    }
    // The last one is the most specific.
    let Some(common_name) = certificate.subject().iter_common_name().last() else { return false };
    let Ok(common_name) = common_name.as_str() else { return false };
    match name {
        ServerName::DnsName(wanted) => dns_name_matches(common_name, wanted.as_ref()),
        ServerName::IpAddress(wanted) => {
            common_name.parse::<IpAddr>().is_ok_and(|ip| ip == IpAddr::from(*wanted))
        }
        _ => false,
    }
}

/// Compares without regard to letter case; `*` may stand for the whole leftmost label of at least
/// three (RFC 6125 section 6.4.3).
fn dns_name_matches(pattern: &str, name: &str) -> bool {
    let Some(parent) = pattern.strip_prefix("*.") else {
        return pattern.eq_ignore_ascii_case(name);
    };
    let Some((label, name_parent)) = name.split_once('.') else { return false };
    !label.is_empty() && parent.contains('.') && parent.eq_ignore_ascii_case(name_parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Chapter 05, 22 and 23, for common names.
    #[test]
    fn ch05_25_common_names() {
        for (pattern, name, expected) in [
            ("host.test", "host.test", true),
            ("Host.Test", "hOST.tEST", true),
            ("host.test", "other.test", false),
            ("*.zone.test", "a.zone.test", true),
            ("*.ZONE.test", "a.zone.TEST", true),
            ("*.zone.test", "a.b.zone.test", false),
            ("*.zone.test", "zone.test", false),
            ("w*.zone.test", "www.zone.test", false),
            ("a.*.test", "a.zone.test", false),
            ("*.test", "a.test", false),
            ("*", "host", false),
            ("", "host.test", false),
        ] {
            assert_eq!(dns_name_matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
