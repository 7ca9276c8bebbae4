//! Asking a server for firmware: the two requests, and the metadata in the answer to the first.

use crate::text::{json, percent};

/// Version of the running firmware.
pub const OWN_VERSION: &[u8] = b"1.0.0";

/// `MG_ARCH` of a Unix build.
const ARCH: u32 = 1;
/// Seconds between checks that the server is told of.
const INTERVAL_SECONDS: u32 = 60;
/// State of the running firmware: confirmed.
const BOOT_STATE: u32 = 0;

/// Longest version, in bytes.
const MAX_VERSION: usize = 63;
/// Longest URL of firmware, in bytes.
const MAX_URL: usize = 255;

/// What a server says of its firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Its version.
    pub version: Vec<u8>,
    /// Where it is, without control characters and spaces.
    pub url: Vec<u8>,
    /// Bytes of the image.
    pub size: usize,
    /// SHA-256 of the image, if the server tells.
    pub sha256: Option<[u8; 32]>,
}

/// Reads metadata: an object with `version`, `url`, `size` and perhaps `sha256`, in hex. `None` if one of
/// them is missing, empty or of no use.
pub fn parse_metadata(body: &[u8]) -> Option<Metadata> {
    if body.first() != Some(&b'{') {
        return None;
    }
    let url = text(body, b"$.url", MAX_URL)?;
    // It goes into a request.
    if url.iter().any(|&b| b <= b' ' || b == 0x7f) {
        return None;
    }
    let size = json::to_double(token(body, b"$.size")?).filter(|size| *size >= 1.0)?;
    let sha256 = match token(body, b"$.sha256") {
        Some(token) => Some(digest(token)?),
        None => None,
    };
    Some(Metadata {
        version: text(body, b"$.version", MAX_VERSION)?,
        url,
        size: size as usize,
        sha256,
    })
}

fn token<'a>(body: &'a [u8], path: &[u8]) -> Option<&'a [u8]> {
    body.get(json::get(body, path).ok()?)
}

/// The string at `path`, if it has 1 to `max` bytes.
fn text(body: &[u8], path: &[u8], max: usize) -> Option<Vec<u8>> {
    let content = json::string_content(token(body, path)?)?;
    let mut out = vec![0; max + 1];
    let len = json::unescape(content, &mut out);
    out.truncate(len);
    (len > 0).then_some(out)
}

fn digest(token: &[u8]) -> Option<[u8; 32]> {
    let content = json::string_content(token)?;
    let mut out = [0; 32];
    let is_hex = content.len() == 64 && content.iter().all(u8::is_ascii_hexdigit);
    (is_hex && json::unhex(content, &mut out) == 32).then_some(out)
}

/// The request for metadata.
pub fn metadata_request(uri: &[u8], host: &[u8], device_id: &[u8]) -> Vec<u8> {
    let separator: &[u8] = if uri.contains(&b'?') { b"&" } else { b"?" };
    let mut id = Vec::new();
    percent::encode_to(&mut id, device_id);
    let arch = format!("arch={ARCH}&version=");
    let rest = format!("&interval={INTERVAL_SECONDS}&boot={BOOT_STATE}");
    let parts = [uri, separator, arch.as_bytes(), OWN_VERSION, b"&id=", &id, rest.as_bytes()];
    firmware_request(&parts.concat(), host)
}

/// The request for firmware.
pub fn firmware_request(uri: &[u8], host: &[u8]) -> Vec<u8> {
    let end: &[u8] = b"\r\nConnection: close\r\n\r\n";
    [b"GET ", uri, b" HTTP/1.1\r\nHost: ", host, end].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch06_54_request_bytes() {
        let want: &[u8] = b"GET /path?arch=1&version=1.0.0&id=0&interval=60&boot=0 HTTP/1.1\r\n\
            Host: HOST\r\nConnection: close\r\n\r\n";
        assert_eq!(metadata_request(b"/path", b"HOST", b"0"), want);
        let query = metadata_request(b"/?a=b", b"h", b"a b");
        assert!(query.starts_with(b"GET /?a=b&arch=1&version=1.0.0&id=a%20b&interval"));
        let want: &[u8] = b"GET /fw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        assert_eq!(firmware_request(b"/fw", b"h"), want);
    }

    #[test]
    fn ch06_54_metadata() {
        let body = br#"{"version":"2.0\u0041","url":"http:\/\/h\/fw","size":12} and more"#;
        let got = parse_metadata(body).unwrap();
        assert_eq!(
            (&got.version[..], &got.url[..], got.size),
            (&b"2.0A"[..], &b"http://h/fw"[..], 12)
        );
        assert_eq!(got.sha256, None);
        let hex = "0a".repeat(32);
        let body = format!(r#"{{"version":"2","url":"u","size":1.5,"sha256":"{hex}"}}"#);
        let got = parse_metadata(body.as_bytes()).unwrap();
        assert_eq!((got.size, got.sha256), (1, Some([10; 32])));
    }

    #[test]
    fn ch06_54_bad_metadata() {
        let long_version = format!(r#"{{"version":"{}","url":"u","size":1}}"#, "v".repeat(64));
        let long_url = format!(r#"{{"version":"2","url":"{}","size":1}}"#, "u".repeat(256));
        for body in [
            "",
            "[]",
            r#" {"version":"2","url":"u","size":1}"#,
            r#"{"version":"","url":"u","size":1}"#,
            r#"{"version":2,"url":"u","size":1}"#,
            r#"{"version":"2","url":"","size":1}"#,
            r#"{"version":"2","size":1}"#,
            r#"{"version":"2","url":"u","size":0}"#,
            r#"{"version":"2","url":"u","size":-5}"#,
            r#"{"version":"2","url":"u","size":"5"}"#,
            r#"{"version":"2","url":"u"}"#,
            r#"{"version":"2","url":"http://h/\r\nX: y","size":1}"#,
            r#"{"version":"2","url":"http://h/a b","size":1}"#,
            r#"{"version":"2","url":"u","size":1,"sha256":"0a"}"#,
            r#"{"version":"2","url":"u","size":1,"sha256":5}"#,
            r#"{"version":"2","url":"u","#,
            &long_version,
            &long_url,
        ] {
            assert_eq!(parse_metadata(body.as_bytes()), None, "{body}");
        }
    }
}
