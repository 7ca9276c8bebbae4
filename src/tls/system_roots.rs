//! The certificate authorities that the system trusts.

use std::env;
use std::fs;

/// Where systems keep them, as one PEM file.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",             // SUSE
    "/etc/ssl/cert.pem",                  // BSDs, macOS
    "/etc/openssl/certs/ca-certificates.crt",
];

/// The file that `SSL_CERT_FILE` names, or else the system's own; `None` if there is none.
pub(crate) fn system_roots() -> Option<Vec<u8>> {
    if let Some(path) = env::var_os("SSL_CERT_FILE") {
        return fs::read(path).ok();
    }
    BUNDLES.iter().find_map(|path| fs::read(path).ok())
}
