//! The opening handshake (RFC 6455 section 4): what is checked at either end.

use sha1::{Digest, Sha1};

use crate::proto::http::head::Head;
use crate::text::base64;

/// Bytes of a `Sec-WebSocket-Key`, before base64.
pub const NONCE_LEN: usize = 16;

/// Letters of a `Sec-WebSocket-Key`.
pub const KEY_LEN: usize = 24;

/// Letters of a `Sec-WebSocket-Accept`.
pub const ACCEPT_LEN: usize = 28;

/// What every server appends to the key (section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Base64 of `data`, which gives exactly `N` letters.
fn encoded<const N: usize>(data: &[u8]) -> [u8; N] {
    let mut text = [0; N];
    for (letters, group) in text.chunks_mut(4).zip(data.chunks(3)) {
        letters.copy_from_slice(&base64::encode_group(group));
    }
    text
}

/// `Sec-WebSocket-Key` of a client: its nonce in base64.
pub fn key(nonce: &[u8; NONCE_LEN]) -> [u8; KEY_LEN] {
    encoded(nonce)
}

/// `Sec-WebSocket-Accept` for the value of a `Sec-WebSocket-Key`, as received.
pub fn accept(key: &[u8]) -> [u8; ACCEPT_LEN] {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    encoded(&digest)
}

/// True if the comma-separated list `value` has the member `token`, in any case.
pub fn has_token(value: &[u8], token: &[u8]) -> bool {
    value.split(|&byte| byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(token))
}

/// What a server looks at in a request (section 4.2.1). Absent fields are `None`.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Method.
    pub method: &'a [u8],
    /// `HTTP/1.1`.
    pub proto: &'a [u8],
    /// `Upgrade`.
    pub upgrade: Option<&'a [u8]>,
    /// `Sec-WebSocket-Version`.
    pub version: Option<&'a [u8]>,
    /// `Sec-WebSocket-Key`.
    pub key: Option<&'a [u8]>,
}

impl Request<'_> {
    /// The key, if this is a request for a WebSocket.
    pub fn key(&self) -> Option<&[u8]> {
        let key = self.key?;
        let mut nonce = [0; KEY_LEN];
        let is_key = key.len() == KEY_LEN && base64::decode(key, &mut nonce) == Some(NONCE_LEN);
        let is_request = is_key
            && self.method == b"GET"
            && self.proto == b"HTTP/1.1"
            && self.upgrade.is_some_and(|value| has_token(value, b"websocket"))
            && self.version == Some(b"13");
        is_request.then_some(key)
    }
}

/// True if the response `head`, parsed from `buf`, accepts our key (section 4.1).
pub fn is_accepted(head: &Head, buf: &[u8], accept: &[u8; ACCEPT_LEN]) -> bool {
    let names_token = |name: &[u8], token: &[u8]| {
        let mut fields = head.headers().iter();
        fields.any(|field| {
            field.name.of(buf).eq_ignore_ascii_case(name) && has_token(field.value.of(buf), token)
        })
    };
    head.is_response
        && head.method.of(buf).starts_with(b"HTTP/1.")
        && head.uri.of(buf) == b"101"
        && names_token(b"Upgrade", b"websocket")
        && names_token(b"Connection", b"Upgrade")
        && head.header(buf, b"Sec-WebSocket-Accept") == Some(&accept[..])
}

/// True if the value of a `Sec-WebSocket-Protocol` consists of tokens (RFC 9110 section 5.6.2),
/// commas and blanks, so that it may be sent back.
pub fn is_protocol_list(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~, \t".contains(byte))
}

/// True if one of the header lines in `text` is a `Sec-WebSocket-Protocol`.
pub fn names_protocol(text: &[u8]) -> bool {
    const NAME: &[u8] = b"Sec-WebSocket-Protocol:";
    text.split(|&byte| byte == b'\n')
        .any(|line| line.get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::http::head;

    #[test]
    fn ch04_08_accept_of_the_rfc() {
        assert_eq!(&accept(b"dGhlIHNhbXBsZSBub25jZQ=="), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(&key(b"the sample nonce"), b"dGhlIHNhbXBsZSBub25jZQ==");
    }

    #[test]
    fn requests() {
        let good = Request {
            method: b"GET",
            proto: b"HTTP/1.1",
            upgrade: Some(b"foo, WebSocket"),
            version: Some(b"13"),
            key: Some(b"dGhlIHNhbXBsZSBub25jZQ=="),
        };
        assert!(good.key().is_some());
        let bad = [
            Request { method: b"POST", ..good },
            Request { proto: b"HTTP/1.0", ..good },
            Request { upgrade: None, ..good },
            Request { upgrade: Some(b"h2c"), ..good },
            Request { version: None, ..good },
            Request { version: Some(b"8"), ..good },
            Request { key: None, ..good },
            Request { key: Some(b""), ..good },
            Request { key: Some(b"c2hvcnQ="), ..good },
            Request { key: Some(b"dGhlIHNhbXBsZSBub25jZSEh"), ..good },
            Request { key: Some(b"****************------=="), ..good },
        ];
        for request in bad {
            assert!(request.key().is_none(), "{request:?}");
        }
    }

    #[test]
    fn responses() {
        let accepts = |text: &str| {
            let text = text.replace('\n', "\r\n");
            let head = head::parse(text.as_bytes(), text.len()).expect("a head");
            is_accepted(&head, text.as_bytes(), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        };
        let good = "HTTP/1.1 101 Switching Protocols\nUpgrade: WebSocket\n\
            Connection: keep-alive, upgrade\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n\n";
        assert!(accepts(good));
        for (from, to) in [
            ("101", "200"),
            ("HTTP/1.1", "HTTP/2.0"),
            ("WebSocket\n", "h2c\n"),
            (", upgrade", ""),
            ("s3pP", "S3pP"),
            ("Sec-WebSocket-Accept", "X-Accept"),
        ] {
            assert!(!accepts(&good.replace(from, to)), "{from}");
        }
    }

    #[test]
    fn protocols() {
        assert!(is_protocol_list(b"chat, super.chat~2"));
        assert!(is_protocol_list(b""));
        assert!(!is_protocol_list(b"we/ird;q=1"));
        assert!(!is_protocol_list(b"a\r\nb"));
        assert!(names_protocol(b"X: 1\r\nsec-websocket-PROTOCOL: a\r\n"));
        assert!(!names_protocol(b"X-Sec-WebSocket-Protocol: a\r\n"));
    }
}
