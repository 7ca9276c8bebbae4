//! rustls configurations made of `struct mg_tls_opts`, within what the manager's options allow.

use std::sync::{Arc, OnceLock};

use rustls::client::{Resumption, danger::ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, ServerSessionMemoryCache,
};
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::{ClientConfig, ServerConfig};

use super::certificate;
use super::options::{OptionError, Options, Role};
use super::pins::Pinned;
use super::policy::Policy;
use super::verify::{AcceptAny, Verifier};

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as chosen;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use rustls::crypto::ring as chosen;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("feature `tls` needs a cryptography provider: feature `ring` or `aws-lc-rs`");

/// Most sessions that a client's configuration remembers, for resumption.
const MAX_CLIENT_SESSIONS: usize = 256;

/// What a connection of one set of options starts from.
#[derive(Clone)]
pub(crate) enum Config {
    /// For outgoing connections, with the name to ask for; `None`: no SNI.
    Client(Arc<ClientConfig>, Option<ServerName<'static>>),
    /// For accepted connections.
    Server(Arc<ServerConfig>),
}

impl Config {
    /// Reads the options. Nothing of them is referred to afterwards.
    pub(crate) fn new(options: &Options, policy: &Policy) -> Result<Config, OptionError> {
        match options.role {
            Role::Client => client(options, policy),
            Role::Server => server(options, policy),
        }
    }
}

/// The cryptography of this build, made once.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(chosen::default_provider())).clone()
}

fn client(options: &Options, policy: &Policy) -> Result<Config, OptionError> {
    let provider = &policy.provider;
    let algorithms = provider.signature_verification_algorithms;
    let name = options.server_name()?;
    let mut verifier: Arc<dyn ServerCertVerifier> = if options.verifies() {
        Arc::new(Verifier::new(provider, &options.trust_anchors()?, name.clone())?)
    } else {
        Arc::new(AcceptAny(algorithms))
    };
    if !policy.pins.is_empty() {
        verifier = Arc::new(Pinned { inner: verifier, pins: policy.pins.clone(), algorithms });
    }
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(policy.versions())
        .map_err(|_| OptionError::Provider)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match own_key(options, provider)? {
        Some(key) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key))),
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = matches!(name, Some(ServerName::DnsName(_)));
    // Tickets are filed under the name; without one they might go to another server.
    config.resumption = match (&name, policy.sessions) {
        (None, _) | (_, 0) => Resumption::disabled(),
        (_, sessions) => Resumption::in_memory_sessions(sessions.min(MAX_CLIENT_SESSIONS)),
    };
    Ok(Config::Client(Arc::new(config), name))
}

fn server(options: &Options, policy: &Policy) -> Result<Config, OptionError> {
    let provider = &policy.provider;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(policy.versions())
        .map_err(|_| OptionError::Provider)?;
    let builder = if options.verifies() {
        let name = options.server_name()?;
        let mut verifier = Verifier::new(provider, &options.trust_anchors()?, name)?;
        verifier.is_optional = options.is_optional;
        builder.with_client_cert_verifier(Arc::new(verifier))
    } else {
        builder.with_no_client_auth()
    };
    let resolver: Arc<dyn ResolvesServerCert> = match own_key(options, provider)? {
        Some(key) => Arc::new(SingleCertAndKey::from(key)),
        None => Arc::new(NoCertificate),
    };
    let mut config = builder.with_cert_resolver(resolver);
    if policy.sessions > 0 {
        config.session_storage = ServerSessionMemoryCache::new(policy.sessions);
        config.ticketer = chosen::Ticketer::new().map_err(|_| OptionError::Provider)?;
    } else {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Config::Server(Arc::new(config)))
}

/// Our certificate with its key; `None` if the program gave no certificate.
fn own_key(
    options: &Options,
    provider: &CryptoProvider,
) -> Result<Option<CertifiedKey>, OptionError> {
    if !options.has_cert() {
        return Ok(None);
    }
    let chain = own_chain(options)?;
    let key = load_key(options, provider)?;
    let leaf = chain.first().and_then(certificate::parse);
    let belongs = match (&leaf, key.public_key()) {
        (Some(leaf), Some(own)) => certificate::public_key(leaf).as_ref() == own.as_ref(),
        _ => true, // A key that does not tell its public half is found out by the peer.
    };
    if !belongs {
        return Err(OptionError::KeyMismatch);
    }
    drop(leaf);
    Ok(Some(CertifiedKey::new(chain, key)))
}

/// Our certificates, which must all decode.
fn own_chain(options: &Options) -> Result<Vec<CertificateDer<'static>>, OptionError> {
    let chain: Vec<_> = options.own_chain()?.into_iter().map(|der| der.into_owned()).collect();
    for (i, der) in chain.iter().enumerate() {
        if certificate::parse(der).is_none() {
            return Err(OptionError::BadCertificate("cert", i + 1));
        }
    }
    Ok(chain)
}

fn load_key(
    options: &Options,
    provider: &CryptoProvider,
) -> Result<Arc<dyn SigningKey>, OptionError> {
    let key = options.private_key()?;
    provider.key_provider.load_private_key(key).map_err(|_| OptionError::BadKey)
}

/// Checks `cert` without its key.
pub(crate) fn check_chain(options: &Options) -> Result<(), OptionError> {
    own_chain(options).map(drop)
}

/// Checks `key` without its certificate.
pub(crate) fn check_key(options: &Options) -> Result<(), OptionError> {
    load_key(options, &provider()).map(drop)
}

/// Checks `ca`.
pub(crate) fn check_authorities(options: &Options) -> Result<(), OptionError> {
    Verifier::new(&provider(), &options.trust_anchors()?, None).map(drop)
}

/// A server without a certificate: every handshake fails, with an alert to the peer.
#[derive(Debug)]
struct NoCertificate;

impl ResolvesServerCert for NoCertificate {
    fn resolve(&self, _hello: ClientHello) -> Option<Arc<CertifiedKey>> {
        None
    }
}
