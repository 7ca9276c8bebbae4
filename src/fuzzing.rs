//! For the fuzz targets in `fuzz/`: what is private and reads bytes from outside, behind functions
//! of plain types. Only with the feature `fuzzing`; `proto`, `text` and `guard` are public and need
//! none of this.

/// What programs give for TLS.
#[cfg(feature = "tls")]
pub mod tls {
    use crate::tls::config::{check_authorities, check_chain, check_key, provider};
    use crate::tls::options::{Options, Role};
    use crate::tls::{certificate, pins, suites};

    /// Certificates in `text`, in PEM or DER, as chain and as authorities. Returns how many.
    pub fn certificates(text: &[u8]) -> usize {
        let options = Options { ca: text, cert: text, ..Options::none(Role::Server) };
        let _ = check_authorities(&options);
        let _ = check_chain(&options);
        let found = options.trust_anchors().unwrap_or_default();
        for der in &found {
            if let Some(certificate) = certificate::parse(der) {
                certificate::is_version_1(&certificate);
                certificate::public_key(&certificate);
            }
        }
        found.len()
    }

    /// A private key in PEM or DER; true if it can be used.
    pub fn private_key(text: &[u8]) -> bool {
        check_key(&Options { key: text, ..Options::none(Role::Server) }).is_ok()
    }

    /// True if `text` can name a server.
    pub fn server_name(text: &[u8]) -> bool {
        Options { name: text, ..Options::none(Role::Client) }.server_name().is_ok()
    }

    /// Number of pinned keys in `list`.
    pub fn pins(list: &str) -> usize {
        pins::parse(list).map_or(0, |pins| pins.len())
    }

    /// Number of cipher suites that `list` names.
    pub fn suites(list: &str) -> usize {
        suites::parse(list, &provider().cipher_suites).map_or(0, |suites| suites.len())
    }
}

/// What browsers send to the dashboard.
pub mod dash {
    use crate::dash::json;
    use crate::dash::uri::Route;

    /// Looks for the route of a path.
    pub fn route(path: &[u8]) {
        let _ = Route::of(path);
    }

    /// The text of a string token.
    pub fn text(token: &[u8]) -> Option<Vec<u8>> {
        json::text(token)
    }

    /// Appends a text as a JSON string.
    pub fn print(out: &mut Vec<u8>, text: &[u8]) {
        json::string(out, text);
    }

    /// Reads the members of an object as values of every type.
    pub fn members(object: &[u8]) {
        json::member(object, b"name");
        for (_, value) in json::members(object) {
            let _ = json::text(value);
            let _ = (json::int(value), json::uint64(value), json::boolean(value));
        }
    }
}
