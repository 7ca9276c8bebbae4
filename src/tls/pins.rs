//! Pinned keys (`ssl_pinned_keys`): what a server's certificate must hold beside being trusted.

use core::ffi::CStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest, Sha256};

use super::certificate;
use super::verify::verify_signature;
use crate::text::base64;

/// SHA-256 of a SubjectPublicKeyInfo.
pub(crate) type Pin = [u8; 32];

/// Letters of a pin in base64.
const PIN_LEN: usize = 44;

/// Reads pins in base64, separated by commas.
pub(crate) fn parse(list: &str) -> Result<Vec<Pin>, &'static CStr> {
    if list.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    list.split(',').map(|text| pin(text.trim_ascii().as_bytes()).ok_or(NOT_A_PIN)).collect()
}

const NOT_A_PIN: &CStr = c"a pinned key is not the SHA-256 of a public key in base64";

fn pin(text: &[u8]) -> Option<Pin> {
    let mut bytes = [0; PIN_LEN];
    if text.len() != PIN_LEN || base64::decode(text, &mut bytes) != Some(size_of::<Pin>()) {
        return None;
    }
    bytes.first_chunk().copied()
}

/// Accepts servers that another verifier accepts and whose own certificate has one of the keys.
#[derive(Debug)]
pub(crate) struct Pinned {
    pub(crate) inner: Arc<dyn ServerCertVerifier>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer,
        intermediates: &[CertificateDer],
        server_name: &ServerName,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let parsed = certificate::parse(end_entity).ok_or(CertificateError::BadEncoding)?;
        let pin: Pin = Sha256::digest(certificate::public_key(&parsed).as_ref()).into();
        if self.pins.contains(&pin) {
            Ok(ServerCertVerified::assertion())
        } else {
            // Nothing else in here ends with this error; `Failure::describe` puts it into words.
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    // The inner verifier may accept any signature (`ca` empty), but only this proves that the
    // server has the key.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_signature(&self.algorithms, message, cert, dss, false)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_signature(&self.algorithms, message, cert, dss, true)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch08_pins() {
        let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let one = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse(zero), Ok(vec![[0; 32]]));
        assert_eq!(parse(&format!(" {zero} , {one}")), Ok(vec![[0; 32], [1; 32]]));
        let (cut, long) = (&zero[1..], format!("A{zero}"));
        let foreign = zero.replacen('A', "*", 1);
        for text in
            [cut, &*long, &*foreign, "x", ",", &format!("{zero},"), &format!("{zero};{one}")]
        {
            assert_eq!(parse(text), Err(NOT_A_PIN), "{text}");
        }
    }
}
