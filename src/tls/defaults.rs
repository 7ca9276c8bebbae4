//! TLS by options alone: certificates of listeners whose program never calls `mg_tls_init`, and what
//! holds for every session of a manager.
//!
//! `ssl_certificate` and `ssl_key` are a pair. Whichever is set, the files of both are read anew, and
//! the pair is checked once both are known; until then what was set is kept. A complete pair stays
//! in force until the next one is complete or `ssl_certificate` is emptied, so that a certificate
//! can be renewed under new names by emptying `ssl_key` first.

use core::ffi::CStr;
use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::config::{self, Config};
use super::engine;
use super::options::{DER_SEQUENCE, OptionError, Options, Role};
use super::policy::Policy;
use crate::abi::hooks::mg_tls_init;
use crate::abi::types::{mg_str, mg_tls_opts};
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::event::state::State;
use crate::guard::options::{Name, choice};

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Content of the files that options name.
#[derive(Default)]
pub(crate) struct Files {
    /// Certificate and key that belong together.
    pair: Option<Arc<Pair>>,
    /// Authorities for clients; empty: none.
    authorities: Arc<Vec<u8>>,
}

struct Pair {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// Makes the new value of an option of the TLS group count. On error nothing has changed.
pub(crate) fn apply(state: State, id: Name) -> Result<(), &'static CStr> {
    match id {
        Name::SslCertificate | Name::SslKey => load_pair(state),
        Name::SslCaCertificate => load_authorities(state),
        Name::SslProtocolVersion
        | Name::SslCipherSuite
        | Name::SslPinnedKeys
        | Name::SslSessionCache => {
            let policy = state.with_guard(|guarded| Policy::new(&guarded.settings))?;
            state.with_tls_configs(|configs| configs.set_policy(policy));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn load_pair(state: State) -> Result<(), &'static CStr> {
    let cert = read(&text(state, Name::SslCertificate))?;
    let key_path = text(state, Name::SslKey);
    let key = read(&key_path)?;
    let is_in_cert = key_path.is_empty();
    let key = match is_in_cert {
        // A certificate alone in DER has nothing beside it.
        true if cert.first() == Some(&DER_SEQUENCE) => key,
        true => cert.clone(),
        false => key,
    };
    let options = Options { cert: &cert, key: &key, ..Options::none(Role::Server) };
    let has_key = match config::check_key(&options) {
        Ok(()) => true,
        Err(OptionError::NoKey | OptionError::CertWithoutKey) if is_in_cert => false,
        Err(why) => return Err(sentence(&why)),
    };
    if cert.is_empty() {
        state.with_tls_configs(|configs| configs.files.pair = None);
        return Ok(());
    }
    config::check_chain(&options).map_err(|why| sentence(&why))?;
    if !has_key {
        return Ok(()); // The key is still to come.
    }
    let policy = state.with_tls_configs(|configs| configs.policy().clone());
    Config::new(&options, &policy).map_err(|why| sentence(&why))?;
    let pair = Some(Arc::new(Pair { cert: cert.to_vec(), key }));
    state.with_tls_configs(|configs| {
        configs.files.pair = pair;
        configs.forget();
    });
    Ok(())
}

fn load_authorities(state: State) -> Result<(), &'static CStr> {
    let ca = read(&text(state, Name::SslCaCertificate))?;
    if !ca.is_empty() {
        let options = Options { ca: &ca, ..Options::none(Role::Server) };
        config::check_authorities(&options).map_err(|why| sentence(&why))?;
    }
    state.with_tls_configs(|configs| {
        configs.files.authorities = Arc::new(ca.to_vec());
        configs.forget();
    });
    Ok(())
}

fn text(state: State, name: Name) -> String {
    state.with_guard(|guarded| guarded.settings.text(name).into_owned())
}

/// Content of the file at `path`; nothing for an empty path. What is read may be a key.
fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, &'static CStr> {
    let mut content = Zeroizing::new(Vec::new());
    if path.is_empty() {
        return Ok(content);
    }
    const UNREADABLE: &CStr = c"the file can't be read";
    // Looked at first: opening a pipe would wait for somebody to write to it.
    let size = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        _ => return Err(UNREADABLE),
    };
    if size > MAX_FILE {
        return Err(c"the file is too large");
    }
    // Room for all of it, lest growing leaves copies behind.
    content.reserve_exact(size as usize + 1);
    let file = File::open(path).map_err(|_| UNREADABLE)?;
    file.take(size + 1).read_to_end(&mut content).map_err(|_| UNREADABLE)?;
    if content.is_empty() { Err(c"the file is empty") } else { Ok(content) }
}

/// What `mg_set_option` says.
fn sentence(why: &OptionError) -> &'static CStr {
    match why {
        OptionError::NoCertificate(_) => c"there is no certificate in the file",
        OptionError::BadCertificate(..) => c"a certificate in the file is malformed",
        OptionError::BadPem(_) => c"the PEM text in the file is broken",
        OptionError::NoKey | OptionError::CertWithoutKey => c"there is no private key in the file",
        OptionError::EncryptedKey => c"encrypted keys are not supported",
        OptionError::BadKey => c"the private key is malformed or of an unsupported kind",
        OptionError::KeyMismatch => c"the private key does not belong to the certificate",
        OptionError::BadName | OptionError::Provider => c"the TLS library refuses the settings",
    }
}

/// Starts TLS on a connection that a TLS listener accepted and the program left as it is, by what the
/// options say. False if they say nothing.
pub(crate) fn start(conn: Conn) -> bool {
    let Some(state) = conn.state() else { return false };
    if text(state, Name::SslCertificate).is_empty() {
        return false;
    }
    let (pair, authorities) = state.with_tls_configs(|configs| {
        (configs.files.pair.clone(), configs.files.authorities.clone())
    });
    let verify = state.number(Name::SslVerifyPeer);
    let is_verified = verify != choice::VERIFY_OFF;
    let Some(pair) = pair else {
        engine::reject(conn);
        fail(conn, format_args!("TLS: ssl_key is not set"));
        return true;
    };
    if is_verified && authorities.is_empty() {
        engine::reject(conn);
        fail(conn, format_args!("TLS: ssl_ca_certificate is not set"));
        return true;
    }
    let none = mg_str::new(b"");
    let opts = mg_tls_opts {
        ca: if is_verified { mg_str::new(&authorities) } else { none },
        cert: mg_str::new(&pair.cert),
        key: mg_str::new(&pair.key),
        name: none,
        skip_verification: false,
    };
    let is_optional = is_verified && verify != choice::VERIFY_REQUIRED;
    state.with_tls_configs(|configs| configs.is_next_optional = is_optional);
    // SAFETY: the connection is live, and so are the options during the call. The program may have
    // defined this function itself.
    unsafe { mg_tls_init(conn.ptr(), &opts) };
    state.with_tls_configs(|configs| configs.is_next_optional = false);
    true
}
