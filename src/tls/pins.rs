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
    use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::version::{TLS12, TLS13};
    use rustls::{ClientConnection, ServerConfig, ServerConnection, SupportedProtocolVersion};

    use super::*;
    use crate::tls::config::{self, Config};
    use crate::tls::options::{Options, Role};
    use crate::tls::policy::Policy;

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

    /// Self-signed by the first key, whose pin is [`OWN_PIN`].
    const CERTIFICATE: &[u8] = b"\
        -----BEGIN CERTIFICATE-----\n\
        MIIBhjCCASugAwIBAgIUenWzP+P3FHs4SY0/dyvoz1VEX6IwCgYIKoZIzj0EAwIw\n\
        DDEKMAgGA1UEAwwBYTAgFw0yNjExMjIwNDE4MDZaGA8yMTI2MTAyOTA0MTgwNlow\n\
        DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEh+vfyvtpmr\n\
        YU++zBxYhm1IccQBfnP1PK2wgTbi0xhRGR46yviR5oJ1FjUXCZEzA7QDcmBNg6Hr\n\
        j1upFqznTbSjaTBnMB0GA1UdDgQWBBTkyEc6yXwAW4QAANlusNknU3Tq4DAfBgNV\n\
        HSMEGDAWgBTkyEc6yXwAW4QAANlusNknU3Tq4DAPBgNVHRMBAf8EBTADAQH/MBQG\n\
        A1UdEQQNMAuCCWhvc3QudGVzdDAKBggqhkjOPQQDAgNJADBGAiEAuMXORM9IheiF\n\
        QQhyMVdIa6MT3uBmEv0PrSRIMODQELICIQCl64NZjraJqYEgxA2e11rYQp3zTxr0\n\
        lZ/Q56x1hQ8BSg==\n\
        -----END CERTIFICATE-----\n";
    const OWN_KEY: &[u8] = b"\
        -----BEGIN PRIVATE KEY-----\n\
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVC4d6IjF7uTqOhH8\n\
        6gjvMv/rjQNUaVXv3xoWYo3OyA6hRANCAARIfr38r7aZq2FPvswcWIZtSHHEAX5z\n\
        9TytsIE24tMYURkeOsr4keaCdRY1FwmRMwO0A3JgTYOh649bqRas5020\n\
        -----END PRIVATE KEY-----\n";
    const OTHER_KEY: &[u8] = b"\
        -----BEGIN PRIVATE KEY-----\n\
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEuhyDwB3vLot8KUi\n\
        WCvU1/ThJd7Ptmer93W3bObk5/ChRANCAAToMTeD+Nn/rwQisGdx4jz3pOSpCMuq\n\
        LGX0dbKzi+LrBGKpoJ77kO2wMiqqUYPRraPlzF9OVW4hnX7lW1xZHtCT\n\
        -----END PRIVATE KEY-----\n";
    const OWN_PIN: &str = "OqiDXGzI9xUd9QUQ+2nPXrbLCd5cXfvuy4X/05+/h/s=";

    /// A server that shows the certificate and signs with `key`.
    fn server(key: &[u8], versions: &[&'static SupportedProtocolVersion]) -> ServerConnection {
        let provider = config::provider();
        let key = PrivateKeyDer::from_pem_slice(key).unwrap();
        let key = provider.key_provider.load_private_key(key).unwrap();
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
        let server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key))));
        ServerConnection::new(Arc::new(server)).unwrap()
    }

    /// How the handshake ends for a client that gave no `ca`.
    fn handshake(pin: &str, mut server: ServerConnection) -> Result<(), Error> {
        let mut policy = Policy::default();
        policy.pins = parse(pin).unwrap();
        let Ok(Config::Client(client, None)) = Config::new(&Options::none(Role::Client), &policy)
        else {
            panic!("no client");
        };
        let name = ServerName::try_from("host.test").unwrap();
        let mut client = ClientConnection::new(client, name).unwrap();
        while client.is_handshaking() {
            let mut wire = Vec::new();
            client.write_tls(&mut wire).unwrap();
            server.read_tls(&mut &wire[..]).unwrap();
            server.process_new_packets()?;
            wire.clear();
            while server.wants_write() {
                server.write_tls(&mut wire).unwrap();
            }
            client.read_tls(&mut &wire[..]).unwrap();
            client.process_new_packets()?;
        }
        Ok(())
    }

    /// A certificate is public: who shows a pinned one must prove to have its key, also to a client
    /// that verifies nothing else.
    #[test]
    fn ch08_a_pinned_certificate_without_its_key_is_refused() {
        let other_pin = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for versions in [&[&TLS12][..], &[&TLS13][..]] {
            assert_eq!(handshake(OWN_PIN, server(OWN_KEY, versions)), Ok(()));
            let forged = handshake(OWN_PIN, server(OTHER_KEY, versions));
            assert_eq!(forged, Err(CertificateError::BadSignature.into()));
            let unpinned = handshake(other_pin, server(OWN_KEY, versions));
            assert_eq!(unpinned, Err(CertificateError::ApplicationVerificationFailure.into()));
        }
    }
}
