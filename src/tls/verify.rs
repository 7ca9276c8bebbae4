//! Verification of the peer's certificate: webpki, and the few certificates beyond it that
//! devices in the field have.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};

use super::certificate::{self, check_dates, check_issued_by, common_name_matches};
use super::options::OptionError;

/// Verifies servers and clients against the trust anchors of `mg_tls_opts.ca`.
#[derive(Debug)]
pub(crate) struct Verifier {
    anchors: Vec<CertificateDer<'static>>,
    /// Subjects of the anchors.
    hints: Vec<DistinguishedName>,
    /// Those anchors that may issue certificates.
    roots: Arc<RootCertStore>,
    /// webpki's part for client certificates; `None` if there are no roots.
    clients: Option<Arc<dyn ClientCertVerifier>>,
    /// Name that the certificate must be valid for; `None`: any.
    name: Option<ServerName<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    /// Clients may do without a certificate.
    pub(crate) is_optional: bool,
}

impl Verifier {
    /// A verifier that trusts `anchors`, which must all be certificates.
    pub(crate) fn new(
        provider: &Arc<CryptoProvider>,
        anchors: &[CertificateDer],
        name: Option<ServerName<'static>>,
    ) -> Result<Verifier, OptionError> {
        let mut all = RootCertStore::empty();
        for (i, anchor) in anchors.iter().enumerate() {
            let anchor = anchor.clone().into_owned();
            all.add(anchor).map_err(|_| OptionError::BadCertificate("ca", i + 1))?;
        }
        if all.is_empty() {
            return Err(OptionError::NoCertificate("ca"));
        }
        let mut roots = RootCertStore::empty();
        let issuers = anchors.iter().filter(|anchor| certificate::may_issue(anchor));
        roots.add_parsable_certificates(issuers.map(|anchor| anchor.clone().into_owned()));
        let roots = Arc::new(roots);
        let clients = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
        Ok(Verifier {
            anchors: anchors.iter().map(|anchor| anchor.clone().into_owned()).collect(),
            hints: all.subjects(),
            roots,
            clients: clients.build().ok(),
            name,
            algorithms: provider.signature_verification_algorithms,
            is_optional: false,
        })
    }

    /// Accepts what `by_webpki` accepts, a certificate that is itself an anchor (pinning), and a
    /// version 1 certificate issued by an anchor; the latter two while they are valid.
    fn verify_chain(
        &self,
        end_entity: &CertificateDer,
        now: UnixTime,
        by_webpki: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let is_pinned = self.anchors.iter().any(|anchor| anchor == end_entity);
        let parsed = certificate::parse(end_entity);
        let Some(parsed) = parsed.filter(|c| is_pinned || certificate::is_version_1(c)) else {
            return by_webpki();
        };
        check_dates(&parsed, now)?;
        if is_pinned {
            return Ok(());
        }
        let mut result = Err(CertificateError::UnknownIssuer);
        for anchor in self.anchors.iter().filter(|anchor| certificate::may_issue(anchor)) {
            let Some(anchor) = certificate::parse(anchor) else { continue };
            match check_issued_by(&parsed, &anchor, &self.algorithms) {
                Ok(()) => return Ok(()),
                // The anchor with the right name tells more than those with other names.
                Err(CertificateError::UnknownIssuer) => {}
                Err(why) => result = Err(why),
            }
        }
        result.map_err(Error::from)
    }

    /// Checks that the certificate is valid for the name that was asked for, if any.
    fn verify_name(&self, end_entity: &CertificateDer) -> Result<(), Error> {
        let Some(name) = &self.name else { return Ok(()) };
        let by_webpki = ParsedCertificate::try_from(end_entity)
            .and_then(|parsed| verify_server_name(&parsed, name));
        let Err(why) = by_webpki else { return Ok(()) };
        match certificate::parse(end_entity) {
            Some(parsed) if common_name_matches(&parsed, name) => Ok(()),
            Some(parsed) if certificate::is_version_1(&parsed) => {
                Err(CertificateError::NotValidForName.into())
            }
            _ => Err(why),
        }
    }
}

/// Those certificates that may issue others.
fn issuers_among<'a>(chain: &'a [CertificateDer]) -> Vec<CertificateDer<'a>> {
    let issuers = chain.iter().filter(|der| certificate::may_issue(der));
    issuers.map(|der| CertificateDer::from(der.as_ref())).collect()
}

/// Checks a handshake signature: by webpki, or by the bare key of a version 1 certificate.
pub(crate) fn verify_signature(
    algorithms: &WebPkiSupportedAlgorithms,
    message: &[u8],
    end_entity: &CertificateDer,
    signed: &DigitallySignedStruct,
    is_tls13: bool,
) -> Result<HandshakeSignatureValid, Error> {
    let parsed = certificate::parse(end_entity).filter(certificate::is_version_1);
    if let Some(parsed) = parsed {
        return certificate::check_handshake_signature(
            &parsed, message, signed, algorithms, is_tls13,
        )
        .map(|()| HandshakeSignatureValid::assertion())
        .map_err(Error::from);
    }
    if is_tls13 {
        verify_tls13_signature(message, end_entity, signed, algorithms)
    } else {
        verify_tls12_signature(message, end_entity, signed, algorithms)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer,
        intermediates: &[CertificateDer],
        _server_name: &ServerName,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify_chain(end_entity, now, || {
            let parsed = ParsedCertificate::try_from(end_entity)?;
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &self.roots,
                &issuers_among(intermediates),
                now,
                self.algorithms.all,
            )
        })?;
        self.verify_name(end_entity)?;
        Ok(ServerCertVerified::assertion())
    }

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

impl ClientCertVerifier for Verifier {
    fn client_auth_mandatory(&self) -> bool {
        !self.is_optional
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer,
        intermediates: &[CertificateDer],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verify_chain(end_entity, now, || {
            let clients = self.clients.as_ref().ok_or(CertificateError::UnknownIssuer)?;
            clients.verify_client_cert(end_entity, &issuers_among(intermediates), now).map(drop)
        })?;
        self.verify_name(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

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

/// Accepts any server, for programs that gave no `ca`. Such a connection is private only from
/// listeners, and a signature by a key that nobody vouches for would add nothing.
#[derive(Debug)]
pub(crate) struct AcceptAny(pub(crate) WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer,
        _intermediates: &[CertificateDer],
        _server_name: &ServerName,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
