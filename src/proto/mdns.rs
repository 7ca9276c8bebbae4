//! Multicast DNS (RFC 6762) and service discovery over it (RFC 6763): what a datagram asks or tells.
//!
//! Names, questions and records are those of [`super::dns`].

pub mod reply;

use super::dns::message::Name;
use super::dns::{
    CLASS_IN, FLAG_RESPONSE, HEADER_LEN, OPCODE_MASK, Record, TYPE_A, TYPE_PTR, TYPE_SRV, TYPE_TXT,
    be16, record_at,
};

/// The group that everybody listens to (RFC 6762 section 3).
pub const GROUP: [u8; 4] = [224, 0, 0, 251];
/// The port.
pub const PORT: u16 = 5353;

/// Longest message that is read, in bytes: what one Ethernet frame holds. Longer ones exist on paper
/// only (RFC 6762 section 17).
const MAX_MESSAGE: usize = 1500;

/// Questions, and records, looked at in one message.
const MAX_ENTRIES: usize = 64;

/// Top bit of a class: in questions "answer by unicast", in records "forget what you knew" (RFC 6762
/// sections 5.4 and 10.2).
const TOP_BIT: u16 = 0x8000;

/// Class of questions for any class.
const CLASS_ANY: u16 = 255;

/// Name that asks which services there are (RFC 6763 section 9).
const LISTING: &[u8] = b"_services._dns-sd._udp";

/// What a datagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Questions.
    Query,
    /// Records.
    Response,
}

/// What `message` is; `None` for what is to be ignored.
pub fn kind(message: &[u8]) -> Option<Kind> {
    let flags = be16(message, 2)?;
    if message.len() <= HEADER_LEN || message.len() > MAX_MESSAGE || flags & OPCODE_MASK != 0 {
        return None;
    }
    Some(if flags & FLAG_RESPONSE == 0 { Kind::Query } else { Kind::Response })
}

/// A question that may be answered here: for an A, PTR, SRV or TXT record of a name below `.local`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where it starts in the message.
    pub ofs: usize,
    /// Type and class; the class without the top bit.
    pub record: Record,
    /// The answer may go to the asker alone.
    pub is_unicast: bool,
    name: Name,
}

impl Question {
    /// The name without `.local`, as dotted text.
    pub fn name(&self) -> &[u8] {
        local_part(self.name.as_bytes()).unwrap_or_default()
    }

    /// True if it asks which services there are.
    pub fn is_listing(&self) -> bool {
        self.record.rtype == TYPE_PTR && self.name().eq_ignore_ascii_case(LISTING)
    }

    fn at(message: &[u8], ofs: usize, mut record: Record) -> Option<Question> {
        let is_unicast = record.class & TOP_BIT != 0;
        record.class &= !TOP_BIT;
        let is_known = matches!(record.rtype, TYPE_A | TYPE_PTR | TYPE_SRV | TYPE_TXT)
            && matches!(record.class, CLASS_IN | CLASS_ANY);
        let name = Name::at(message, ofs).filter(|_| is_known)?;
        local_part(name.as_bytes())?;
        Some(Question { ofs, record, is_unicast, name })
    }
}

/// What stands in front of `.local`; `None` if that is not the end or there is nothing.
fn local_part(name: &[u8]) -> Option<&[u8]> {
    name.strip_suffix(b".local").filter(|part| !part.is_empty())
}

/// The questions of a query that may be answered here. The first one is looked at whatever the header
/// counts.
pub fn questions(message: &[u8]) -> impl Iterator<Item = Question> {
    let count = usize::from(be16(message, 4).unwrap_or(0)).clamp(1, MAX_ENTRIES);
    let mut ofs = HEADER_LEN;
    let entries = (0..count).map_while(move |_| {
        let record = record_at(message, ofs, true)?;
        let start = ofs;
        ofs += record.len;
        Some((start, record))
    });
    entries.filter_map(move |(start, record)| Question::at(message, start, record))
}

/// The address of a host, as an A record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Type and class; the class with the top bit as it came.
    pub record: Record,
    /// The host's name.
    pub name: Name,
    /// IPv4 address.
    pub address: [u8; 4],
}

/// The IPv4 addresses in a response, in all sections. The first record is looked at whatever the header
/// counts.
pub fn answers(message: &[u8]) -> impl Iterator<Item = Answer> {
    let count = |at| usize::from(be16(message, at).unwrap_or(0));
    let questions = count(4).min(MAX_ENTRIES);
    let records = (count(6) + count(8) + count(10)).clamp(1, MAX_ENTRIES);
    let mut ofs = Some(HEADER_LEN);
    for _ in 0..questions {
        ofs = ofs.and_then(|ofs| Some(ofs + record_at(message, ofs, true)?.len));
    }
    let entries = (0..records).map_while(move |_| {
        let start = ofs?;
        let record = record_at(message, start, false)?;
        ofs = Some(start + record.len);
        Some((start, record))
    });
    entries.filter_map(move |(start, record)| answer_at(message, start, record))
}

fn answer_at(message: &[u8], start: usize, record: Record) -> Option<Answer> {
    if (record.rtype, record.class & !TOP_BIT) != (TYPE_A, CLASS_IN) {
        return None;
    }
    let end = start + record.len;
    let data = message.get(end.checked_sub(record.data_len)?..end)?;
    let address = data.try_into().ok()?;
    Some(Answer { record, name: Name::at(message, start)?, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message: flags, four counts, and what follows.
    pub(super) fn message(flags: u16, counts: [u8; 4], rest: &[&[u8]]) -> Vec<u8> {
        let mut buf = vec![0, 0];
        buf.extend(flags.to_be_bytes());
        buf.extend(counts.iter().flat_map(|&n| [0, n]));
        buf.extend(rest.concat());
        buf
    }

    const LAMP: &[u8] = b"\x04Lamp\x05local\0";
    const ASK_A: &[u8] = b"\0\x01\x80\x01";
    const ADDRESS: &[u8] = b"\0\x01\x80\x01\0\0\0\x78\0\x04\x0a\0\0\x07";

    #[test]
    fn kinds() {
        let long = vec![0; MAX_MESSAGE + 1];
        let cases: [(&str, &[u8], Option<Kind>); 6] = [
            ("12 bytes", &message(0, [1, 0, 0, 0], &[]), None),
            ("query", &message(0x0100, [1, 0, 0, 0], &[b"x"]), Some(Kind::Query)),
            ("response", &message(0x8583, [0, 1, 0, 0], &[b"x"]), Some(Kind::Response)),
            ("other opcode", &message(0x0800, [0, 1, 0, 0], &[b"x"]), None),
            ("too long", &long, None),
            ("nothing", b"", None),
        ];
        for (name, buf, want) in cases {
            assert_eq!(kind(buf), want, "{name}");
        }
    }

    #[test]
    fn ch04_56_first_question_whatever_the_count() {
        for count in [0, 1, 3] {
            let buf = message(0, [count, 0, 0, 0], &[LAMP, ASK_A]);
            let found: Vec<_> = questions(&buf).collect();
            assert_eq!(found.len(), 1, "{count}");
            assert_eq!(found[0].name(), b"Lamp");
            assert!(found[0].is_unicast && !found[0].is_listing());
            assert_eq!((found[0].record.class, found[0].record.rtype), (1, TYPE_A));
        }
    }

    #[test]
    fn w35_all_questions_of_a_packet() {
        let aaaa = b"\0\x1c\0\x01";
        let listing = b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\xff";
        let buf = message(0, [3, 0, 0, 0], &[LAMP, aaaa, LAMP, b"\0\x21\0\x01", listing]);
        let found: Vec<_> = questions(&buf).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].record.rtype, found[0].is_unicast), (TYPE_SRV, false));
        assert!(found[1].is_listing());
    }

    #[test]
    fn questions_for_others_are_dropped() {
        for (what, name, rest) in [
            ("not below .local", &b"\x04lamp\x07example\0"[..], ASK_A),
            ("other letter case", b"\x04lamp\x05LOCAL\0", ASK_A),
            ("nothing in front", b"\x05local\0", ASK_A),
            ("any type", LAMP, b"\0\xff\0\x01"),
            ("other class", LAMP, b"\0\x01\0\x03"),
            ("cut", LAMP, b"\0\x01\0"),
        ] {
            let buf = message(0, [1, 0, 0, 0], &[name, rest]);
            assert_eq!(questions(&buf).count(), 0, "{what}");
        }
    }

    #[test]
    fn ch04_58_addresses_wherever_they_are() {
        let txt = b"\0\x10\0\x01\0\0\0\x78\0\x02\x01x";
        let cases = [
            ("first", message(0x8400, [0, 1, 0, 0], &[LAMP, ADDRESS]), 1),
            ("not counted", message(0x8400, [0, 0, 0, 0], &[LAMP, ADDRESS]), 1),
            ("behind another", message(0x8400, [0, 1, 0, 1], &[LAMP, txt, LAMP, ADDRESS]), 1),
            ("question repeated", message(0x8400, [1, 1, 0, 0], &[LAMP, ASK_A, LAMP, ADDRESS]), 1),
            ("two", message(0x8400, [0, 2, 0, 0], &[LAMP, ADDRESS, b"\xc0\x0c", ADDRESS]), 2),
            ("none", message(0x8400, [0, 1, 0, 0], &[LAMP, txt]), 0),
            ("cut", message(0x8400, [0, 1, 0, 0], &[LAMP, &ADDRESS[..13]]), 0),
        ];
        for (what, buf, want) in cases {
            let found: Vec<_> = answers(&buf).collect();
            assert_eq!(found.len(), want, "{what}");
            for answer in found {
                assert_eq!(answer.name.as_bytes(), b"Lamp.local", "{what}");
                assert_eq!((answer.address, answer.record.class), ([10, 0, 0, 7], 0x8001));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_is_total(buf in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = kind(&buf);
            proptest::prop_assert!(questions(&buf).count() <= MAX_ENTRIES);
            proptest::prop_assert!(answers(&buf).count() <= MAX_ENTRIES);
        }
    }
}
