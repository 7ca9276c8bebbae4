//! Parts of a URL, found in one scan from the left. Nothing is percent-decoded, and `?` and `#` do
//! not end anything.

/// A URL divided into its parts; all are slices of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// All of it.
    text: &'a [u8],
    /// What stands before the first `:` of the user info; empty without `//`.
    pub user: &'a [u8],
    /// What stands behind that `:`.
    pub pass: &'a [u8],
    /// Host, with the brackets of an IPv6 literal.
    pub host: &'a [u8],
    /// Port digits, if there is a `:` for them.
    pub port: Option<&'a [u8]>,
    /// Offset of the path in the text, if there is one.
    pub path: Option<usize>,
}

/// Prefixes with a port of their own.
const PORTS: [(&[u8], u16); 7] = [
    (b"http:", 80),
    (b"ws:", 80),
    (b"https:", 443),
    (b"wss:", 443),
    (b"mqtt:", 1883),
    (b"mqtts:", 8883),
    (b"", 0),
];

const TLS: [&[u8]; 6] = [b"wss:", b"https:", b"mqtts:", b"ssl:", b"tls:", b"tcps:"];

impl<'a> Url<'a> {
    /// The parts of the empty text.
    pub const EMPTY: Url<'static> =
        Url { text: b"", user: b"", pass: b"", host: b"", port: None, path: None };

    /// Divides `text`.
    pub fn parse(text: &'a [u8]) -> Url<'a> {
        let slash = memchr::memmem::find(text, b"//")
            .filter(|&at| memchr::memchr(b'@', text.get(..at).unwrap_or_default()).is_none())
            .map(|at| at + 2)
            // A leading `@` ends an empty user info and leaves room for another.
            .or(text.starts_with(b"@").then_some(1));
        let start = slash.unwrap_or(0);
        // Without `//` a slash belongs to the host, unless an `@` came before it.
        let authority_end = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            memchr::memchr(b'/', rest).map(|at| from + at)
        };
        let search_end = if slash.is_some() { authority_end(start) } else { None };
        let zone = text.get(start..search_end.unwrap_or(text.len())).unwrap_or_default();
        let at_sign = memchr::memchr(b'@', zone).map(|at| start + at);
        let host_start = at_sign.map_or(start, |at| at + 1);
        let path =
            if slash.is_some() || at_sign.is_some() { authority_end(host_start) } else { None };
        let authority = text.get(host_start..path.unwrap_or(text.len())).unwrap_or_default();
        let (host, port) = split_port(authority);
        let info = at_sign.and_then(|at| text.get(start..at)).unwrap_or_default();
        let (user, pass) = split_port(info);
        let user = slash.and(Some(user));
        let empty = text.get(..0).unwrap_or_default();
        Url { text, user: user.unwrap_or(empty), pass: pass.unwrap_or(empty), host, port, path }
    }

    /// The port that is given, 0 if it is above 65535, or the one that belongs to the scheme.
    pub fn port_number(&self) -> u16 {
        match self.port {
            Some(digits) => leading_number(digits),
            None => PORTS
                .iter()
                .find(|(prefix, _)| self.text.starts_with(prefix))
                .map_or(0, |&(_, port)| port),
        }
    }

    /// Whether the scheme asks for TLS.
    pub fn is_tls(&self) -> bool {
        TLS.iter().any(|prefix| self.text.starts_with(prefix))
    }
}

/// Host and port of an authority without user info: the port starts behind the first `:` that no
/// `]` follows.
fn split_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let from = memchr::memrchr(b']', authority).map_or(0, |at| at + 1);
    let tail = authority.get(from..).unwrap_or_default();
    match memchr::memchr(b':', tail) {
        Some(at) => {
            let (host, port) = authority.split_at(from + at);
            (host, port.get(1..))
        }
        None => (authority, None),
    }
}

/// Reads a port as `atoi` would, blanks and plus sign included; 0 if it does not fit.
fn leading_number(text: &[u8]) -> u16 {
    let text = text.trim_ascii_start();
    let n = text
        .strip_prefix(b"+")
        .unwrap_or(text)
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .fold(0u32, |n, c| n.saturating_mul(10).saturating_add(u32::from(c - b'0')));
    u16::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch02_46_table() {
        for (text, host, port, user, pass, uri) in [
            ("http://cam7.lan:8081/live?id=3", "cam7.lan", 8081, "", "", "/live?id=3"),
            ("https://cam7.lan", "cam7.lan", 443, "", "", "/"),
            ("HTTP://cam7.lan", "cam7.lan", 0, "", "", "/"),
            ("tcp://:4000", "", 4000, "", "", "/"),
            ("cam7:99", "cam7", 99, "", "", "/"),
            ("cam7/x", "cam7/x", 0, "", "", "/"),
            ("cam7:99/x", "cam7", 99, "", "", "/"),
            ("http://[fe80::2]:81/z", "[fe80::2]", 81, "", "", "/z"),
            ("mqtt://bob:s3:cr@hub", "hub", 1883, "bob", "s3:cr", "/"),
            ("http://a@b@c/", "b@c", 80, "a", "", "/"),
            ("bob:pw@hub", "hub", 0, "", "pw", "/"),
            ("http://hub?x=/y", "hub?x=", 80, "", "", "/y"),
            ("http://hub:80/a]b", "hub", 80, "", "", "/a]b"),
            ("http://hub:/x", "hub", 0, "", "", "/x"),
            ("http://hub:65535", "hub", 65535, "", "", "/"),
            ("http://hub:65616", "hub", 0, "", "", "/"),
            ("mqtts://hub", "hub", 8883, "", "", "/"),
            ("wss://hub", "hub", 443, "", "", "/"),
            ("ws://hub", "hub", 80, "", "", "/"),
            ("", "", 0, "", "", "/"),
        ] {
            let url = Url::parse(text.as_bytes());
            let utf8 = |s| core::str::from_utf8(s).unwrap();
            assert_eq!(utf8(url.host), host, "{text}");
            assert_eq!(url.port_number(), port, "{text}");
            assert_eq!((utf8(url.user), utf8(url.pass)), (user, pass), "{text}");
            assert_eq!(url.path.map_or("/", |at| &text[at..]), uri, "{text}");
        }
    }

    #[test]
    fn ch02_46_tls_schemes() {
        for (text, want) in [
            ("wss://a", true),
            ("https://a", true),
            ("mqtts://a", true),
            ("ssl://a", true),
            ("tls://a", true),
            ("tcps://a", true),
            ("HTTPS://a", false),
            ("http://a", false),
            ("https", false),
        ] {
            assert_eq!(Url::parse(text.as_bytes()).is_tls(), want, "{text}");
        }
    }
}
