//! What a manager's options demand of every TLS session, whoever sets it up.

use core::ffi::CStr;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{ALL_VERSIONS, SupportedProtocolVersion, version};

use super::config;
use super::pins::{self, Pin};
use super::suites;
use crate::guard::options::{Name, Settings, choice};

/// Sessions of a server that can be resumed by id, unless an option says otherwise.
const SESSIONS: usize = 1024;

/// The demands.
#[derive(Clone)]
pub(crate) struct Policy {
    /// Nothing older than TLS 1.3.
    is_1_3_only: bool,
    /// Cryptography with the suites that are allowed.
    pub(crate) provider: Arc<CryptoProvider>,
    /// Keys that servers may have; empty: any.
    pub(crate) pins: Vec<Pin>,
    /// How many sessions are kept for resumption; 0: none, and no tickets.
    pub(crate) sessions: usize,
}

impl Default for Policy {
    fn default() -> Policy {
        let provider = config::provider();
        Policy { is_1_3_only: false, provider, pins: Vec::new(), sessions: SESSIONS }
    }
}

impl Policy {
    /// What `settings` say.
    pub(crate) fn new(settings: &Settings) -> Result<Policy, &'static CStr> {
        let all = config::provider();
        let list = settings.text(Name::SslCipherSuite);
        let suites = suites::parse(list.trim_ascii(), &all.cipher_suites);
        let suites = suites.map_err(|(why, name)| {
            crate::error!("ssl_cipher_suite: {} is not available", name.escape_debug());
            why
        })?;
        let policy = Policy {
            is_1_3_only: settings.number(Name::SslProtocolVersion) == choice::TLS_1_3,
            provider: Arc::new(CryptoProvider { cipher_suites: suites, ..(*all).clone() }),
            pins: pins::parse(&settings.text(Name::SslPinnedKeys))?,
            sessions: settings.number(Name::SslSessionCache) as usize,
        };
        let mut suites = policy.provider.cipher_suites.iter();
        if !suites
            .any(|suite| policy.versions().iter().any(|v| v.version == suite.version().version))
        {
            return Err(c"no cipher suite remains for the least protocol version");
        }
        Ok(policy)
    }

    /// The protocol versions that are allowed.
    pub(crate) fn versions(&self) -> &'static [&'static SupportedProtocolVersion] {
        static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&version::TLS13];
        if self.is_1_3_only { &ONLY_1_3 } else { ALL_VERSIONS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::options::{Defaults, spec};

    #[test]
    fn ch08_some_suite_must_remain() {
        let mut settings = Settings::new(Defaults::of_build());
        let policy = Policy::new(&settings).unwrap();
        assert_eq!((policy.versions().len(), policy.sessions), (2, SESSIONS));
        assert_eq!(policy.provider.cipher_suites.len(), config::provider().cipher_suites.len());
        settings.set(spec(Name::SslCipherSuite), Some("ECDHE-RSA-AES128-GCM-SHA256")).unwrap();
        assert_eq!(Policy::new(&settings).unwrap().provider.cipher_suites.len(), 1);
        settings.set(spec(Name::SslProtocolVersion), Some("1.3")).unwrap();
        assert!(Policy::new(&settings).is_err());
        settings.set(spec(Name::SslCipherSuite), None).unwrap();
        assert_eq!(Policy::new(&settings).unwrap().versions().len(), 1);
    }
}
