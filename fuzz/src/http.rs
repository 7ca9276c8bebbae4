//! HTTP messages out of a stream, the way the engine reads them.

use std::ops::Range;

use mongoose::proto::http::chunked::{ChunkScanner, Chunks, decode_in_place};
use mongoose::proto::http::head::{BodyLen, Head, HeadEnd, HeadScanner, TransferEncoding, parse};

use crate::stream::Step;

/// A message that has arrived.
#[derive(Debug, PartialEq)]
pub struct Message {
    /// The bytes of its head.
    pub head: Vec<u8>,
    /// Name and value of the listed header fields, as places in the head.
    pub fields: Vec<[Range<usize>; 2]>,
    /// Its content, without transfer coding.
    pub body: Vec<u8>,
}

/// Reads message after message.
#[derive(Default)]
pub struct Reader {
    head_scanner: HeadScanner,
    head: Option<Head>,
    chunks: ChunkScanner,
}

impl Reader {
    /// Looks for a message at the front of `buffer`; `look` gets to see every head once.
    pub fn step(&mut self, buffer: &[u8], look: impl FnOnce(&Head, &[u8])) -> Step<Message> {
        if self.head.is_none() {
            let mut head = Head::default();
            let (end, parsed) = self.head_scanner.read(&mut head, buffer);
            assert_eq!(end, HeadScanner::new().scan(buffer));
            match end {
                HeadEnd::Partial => return Step::Waiting,
                HeadEnd::Malformed => return Step::Refused,
                HeadEnd::Complete(head_len) => {
                    let twice = parse(buffer, head_len);
                    assert_eq!(parsed, twice.as_ref().map(|_| ()).map_err(|&error| error));
                    let Ok(twice) = twice else { return Step::Refused };
                    assert_eq!(facts(&head), facts(&twice));
                    look(&head, buffer);
                    self.head = Some(head);
                }
            }
        }
        let Some(head) = &self.head else { return Step::Waiting };
        let (text, rest) = buffer.split_at(head.head_len);
        let (encoded_len, body) = match (head.body, head.transfer_encoding) {
            (_, TransferEncoding::Chunked) => match self.chunks.scan(rest) {
                Chunks::Partial => return Step::Waiting,
                Chunks::Invalid => return Step::Refused,
                Chunks::Complete { encoded_len, decoded_len } => {
                    let mut body = rest[..encoded_len].to_vec();
                    assert_eq!(decode_in_place(&mut body, encoded_len), decoded_len);
                    body.truncate(decoded_len);
                    (encoded_len, body)
                }
            },
            (_, TransferEncoding::Other) => return Step::Refused,
            (BodyLen::Known(len), _) => match rest.get(..len) {
                Some(body) => (len, body.to_vec()),
                None => return Step::Waiting,
            },
            (BodyLen::Unknown, _) => return Step::Waiting,
        };
        let place = |span: mongoose::proto::http::head::Span| span.start()..span.end();
        let fields = head.headers().iter().map(|h| [place(h.name), place(h.value)]).collect();
        let message = Message { head: text.to_vec(), fields, body };
        let end = head.head_len + encoded_len;
        if head.transfer_encoding == TransferEncoding::None {
            assert_eq!(head.message_len(), Some(end));
        }
        *self = Reader::default();
        Step::Taken(0..end, message)
    }
}

/// What a head says.
fn facts(head: &Head) -> impl PartialEq + core::fmt::Debug {
    let line = (head.method, head.uri, head.query, head.proto, head.is_response, head.http10);
    let framing = (head.body, head.has_content_length, head.transfer_encoding, head.head_len);
    let rest = (head.connection_close, head.expect_100, head.has_host, head.has_two_hosts);
    (line, head.headers().to_vec(), head.header_lines, framing, rest, head.has_del)
}
