//! Reading whole messages: what `mg_dns_parse` tells programs.

use super::walk_name;
use super::{Address, FLAG_RESPONSE, HEADER_LEN, MAX_ANSWERS, address_in, be16, parse_record};

/// Bytes of a name as dotted text, at most: a NUL fits behind it in 256 bytes.
const MAX_TEXT: usize = 255;

/// A name as dotted text without trailing dot. Labels are copied raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; MAX_TEXT],
    len: usize,
}

impl Name {
    const EMPTY: Name = Name { bytes: [0; MAX_TEXT], len: 0 };

    /// Decodes the name at `ofs`. From the first label that does not fit on, the text stops behind
    /// the dot. `None` if the name is malformed.
    pub(in crate::proto) fn at(buf: &[u8], ofs: usize) -> Option<Name> {
        let mut name = Name::EMPTY;
        let mut is_cut = false;
        walk_name(buf, ofs, |label| {
            if !is_cut {
                is_cut = !(name.len == 0 || name.put(b".")) || !name.put(label);
            }
        })?;
        Some(name)
    }

    /// Appends `text`, or nothing if it does not fit.
    fn put(&mut self, text: &[u8]) -> bool {
        let end = self.len + text.len();
        let Some(room) = self.bytes.get_mut(self.len..end) else { return false };
        room.copy_from_slice(text);
        self.len = end;
        true
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// What a message says, whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Identifier; 0 if the header was not accepted.
    pub id: u16,
    /// Name of the question, or owner of the last answer that was read.
    pub name: Name,
    /// First address among the answers.
    pub address: Option<Address>,
    /// False if the message is malformed; the other members hold what was read before.
    pub is_valid: bool,
}

/// Reads a query or a response with at most one question. Opcode, response code and all sections
/// behind the answers are ignored, and so is whatever follows the first address.
pub fn parse_message(buf: &[u8]) -> Message {
    let mut message = Message { id: 0, name: Name::EMPTY, address: None, is_valid: false };
    message.is_valid = read(buf, &mut message).is_some();
    message
}

fn read(buf: &[u8], message: &mut Message) -> Option<()> {
    let questions = be16(buf.get(..HEADER_LEN)?, 4)?;
    if questions > 1 {
        return None;
    }
    message.id = be16(buf, 0)?;
    let mut ofs = HEADER_LEN;
    if questions == 1 {
        ofs += parse_record(buf, ofs, true)?.len;
        message.name = Name::at(buf, HEADER_LEN)?;
    }
    if be16(buf, 2)? & FLAG_RESPONSE == 0 {
        return Some(());
    }
    for _ in 0..be16(buf, 6)?.min(MAX_ANSWERS) {
        let record = parse_record(buf, ofs, false)?;
        message.name = Name::at(buf, ofs)?;
        ofs += record.len;
        message.address = address_in(buf, &record, ofs);
        if message.address.is_some() {
            break;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Header with these counts, and what follows it.
    fn message(flags: u16, questions: u8, answers: u16, rest: &[&[u8]]) -> Vec<u8> {
        let mut buf = vec![0x12, 0x34];
        buf.extend(flags.to_be_bytes());
        buf.extend([0, questions]);
        buf.extend(answers.to_be_bytes());
        buf.extend([0; 4]);
        buf.extend(rest.concat());
        buf
    }

    const QUESTION: &[u8] = b"\x04lamp\x07example\0\0\x01\0\x01";
    const CNAME: &[u8] = b"\xc0\x0c\0\x05\0\x01\0\0\0\x09\0\x07\x04real\xc0\x11";
    const REAL_A: &[u8] = b"\xc0\x2a\0\x01\0\x01\0\0\0\x09\0\x04\x0a\0\0\x07";

    #[test]
    fn ch04_46_name_is_the_owner_of_the_address() {
        let buf = message(0x8180, 1, 3, &[QUESTION, CNAME, REAL_A, b"garbage"]);
        let got = parse_message(&buf);
        assert!(got.is_valid);
        assert_eq!(got.id, 0x1234);
        assert_eq!(got.name.as_bytes(), b"real.example");
        assert_eq!(got.address, Some(Address::V4([10, 0, 0, 7])));
    }

    #[test]
    fn ch04_45_47_queries_and_what_is_no_message() {
        let query = parse_message(&message(0x0100, 1, 9, &[QUESTION]));
        assert!(query.is_valid && query.address.is_none());
        assert_eq!(query.name.as_bytes(), b"lamp.example");
        let two = parse_message(&message(0x8180, 2, 0, &[QUESTION, QUESTION]));
        assert_eq!((two.is_valid, two.id), (false, 0));
        for len in 0..HEADER_LEN {
            let cut = parse_message(&message(0, 0, 0, &[])[..len]);
            assert_eq!((cut.is_valid, cut.id), (false, 0), "{len}");
        }
    }

    // History: 0b667ca8 | answers that are not there make a message invalid
    #[test]
    fn ch04_48_answers_that_are_not_there_make_it_invalid() {
        let got = parse_message(&message(0x8180, 1, 65535, &[QUESTION, CNAME]));
        assert_eq!((got.is_valid, got.id), (false, 0x1234));
    }

    #[test]
    fn w28_text_stops_at_the_first_label_that_does_not_fit() {
        let label = [&[60][..], &[b'n'; 60]].concat();
        let long = [&label[..], &label, &label, &label, b"\x0ckkkkkkkkkkkk\x01z\0\0\x01\0\x01"];
        let got = parse_message(&message(0, 1, 0, &long));
        let expected = format!("{0}.{0}.{0}.{0}.", "n".repeat(60));
        assert_eq!(got.name.as_bytes(), expected.as_bytes());
        assert!(got.name.bytes[got.name.len..].iter().all(|&b| b == 0), "no stale bytes");
    }
}
