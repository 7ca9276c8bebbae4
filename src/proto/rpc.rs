//! JSON-RPC 2.0 frames: what a frame is, and the fixed parts of answers.

use crate::text::fmt::Sink;
use crate::text::{json, print};

/// Code of the answer to a frame that is no request and no response.
pub const PARSE_ERROR: i32 = -32700;
/// Code of the answer to a request for a method that is not there.
pub const METHOD_NOT_FOUND: i32 = -32601;

/// A malformed frame is sent back up to this number of bytes.
const MAX_ECHO: usize = 4096;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A request: the name of the method as it is written, escape sequences and all.
    Request(&'a [u8]),
    /// A response to a request of ours.
    Response,
    /// Neither.
    Other,
}

/// The JSON token at `path`.
fn token<'a>(frame: &'a [u8], path: &[u8]) -> Option<&'a [u8]> {
    frame.get(json::get(frame, path).ok()?)
}

/// Tells what `frame` is. Only the members that decide are looked at.
pub fn classify(frame: &[u8]) -> Frame<'_> {
    if let Some(method) = token(frame, b"$.method").and_then(json::string_content) {
        return Frame::Request(method);
    }
    let is_response =
        [&b"$.result"[..], b"$.error"].iter().any(|path| token(frame, path).is_some());
    if is_response { Frame::Response } else { Frame::Other }
}

/// The token of the member `id`, whatever its type.
pub fn id(frame: &[u8]) -> Option<&[u8]> {
    token(frame, b"$.id")
}

/// Prints what stands in front of the result. False, with nothing printed, if `frame` has no id: it
/// wants no answer.
pub fn begin_result(sink: &mut dyn Sink, frame: &[u8]) -> bool {
    let Some(id) = id(frame) else { return false };
    sink.put(b"{\"id\":");
    sink.put(id);
    sink.put(b",\"result\":");
    true
}

/// Prints what stands in front of the message of an error; `code` in decimal digits.
pub fn begin_error(sink: &mut dyn Sink, frame: &[u8], code: i32) {
    sink.put(b"{");
    if let Some(id) = id(frame) {
        sink.put(b"\"id\":");
        sink.put(id);
        sink.put(b",");
    }
    sink.put(b"\"error\":{\"code\":");
    sink.put(code.to_string().as_bytes());
    sink.put(b",\"message\":");
}

/// Prints the answer to a request for a method, as it was written, that is not there.
pub fn not_found(sink: &mut dyn Sink, frame: &[u8], method: &[u8]) {
    begin_error(sink, frame, METHOD_NOT_FOUND);
    sink.put(b"\"");
    sink.put(method);
    sink.put(b" not found\"}}");
}

/// Prints the answer to a frame that is neither request nor response.
pub fn malformed(sink: &mut dyn Sink, frame: &[u8]) {
    begin_error(sink, frame, PARSE_ERROR);
    sink.put(b"\"");
    print::json(sink, frame.get(..MAX_ECHO).unwrap_or(frame));
    sink.put(b"\"}}");
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Text(Vec<u8>);

    impl Sink for Text {
        fn put(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    fn printed(f: impl FnOnce(&mut dyn Sink)) -> String {
        let mut text = Text(Vec::new());
        f(&mut text);
        String::from_utf8(text.0).expect("UTF-8")
    }

    #[test]
    fn ch06_5_to_8_what_a_frame_is() {
        let cases: [(&[u8], Frame); 8] = [
            (br#"{"id":3,"method":"led.get"}"#, Frame::Request(b"led.get")),
            (br#" {"method":"a\"b","result":1"#, Frame::Request(br#"a\"b"#)),
            (br#"{"method":7,"result":null}"#, Frame::Response),
            (br#"{"error":{}}"#, Frame::Response),
            (br#"{"id":1}"#, Frame::Other),
            (br#"[{"method":"x"}]"#, Frame::Other),
            (b"hello", Frame::Other),
            (b"", Frame::Other),
        ];
        for (frame, expected) in cases {
            assert_eq!(classify(frame), expected, "{}", String::from_utf8_lossy(frame));
        }
    }

    #[test]
    fn ch06_3_4_ids_are_echoed_as_written() {
        for id in ["3", r#""q\"7""#, "null", "true", r#"{"k":[1]}"#] {
            let frame = format!("{{\"id\":{id},\"method\":\"x\"}}");
            let got = printed(|sink| begin_error(sink, frame.as_bytes(), -5));
            assert_eq!(got, format!("{{\"id\":{id},\"error\":{{\"code\":-5,\"message\":"));
        }
        assert_eq!(
            printed(|sink| begin_error(sink, b"{}", 7)),
            "{\"error\":{\"code\":7,\"message\":"
        );
        assert_eq!(printed(|sink| assert!(!begin_result(sink, b"{}"))), "");
    }

    #[test]
    fn w06_4_a_malformed_frame_is_echoed_up_to_a_bound() {
        let got = printed(|sink| malformed(sink, &vec![b'"'; 100_000]));
        assert!(got.len() < 2 * MAX_ECHO + 100 && got.ends_with("\\\"\"}}"));
        assert_eq!(
            printed(|sink| malformed(sink, b"")),
            r#"{"error":{"code":-32700,"message":""}}"#
        );
    }
}
