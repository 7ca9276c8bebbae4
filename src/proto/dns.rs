//! DNS messages (RFC 1035): queries out, answers in.

pub mod message;

/// Bytes of the fixed header.
pub const HEADER_LEN: usize = 12;

/// Longest message that is decoded: what fits in a datagram without EDNS.
pub const MAX_MESSAGE: usize = 512;

/// Record type of IPv4 addresses.
pub const TYPE_A: u16 = 1;
/// Record type of pointers to other names, such as the instances of a service (RFC 6763).
pub const TYPE_PTR: u16 = 12;
/// Record type of free text.
pub const TYPE_TXT: u16 = 16;
/// Record type of IPv6 addresses.
pub const TYPE_AAAA: u16 = 28;
/// Record type of services: host and port (RFC 2782).
pub const TYPE_SRV: u16 = 33;

/// Class of the Internet.
pub const CLASS_IN: u16 = 1;

/// Compression pointers followed in one name.
const MAX_POINTERS: usize = 5;

/// Answers looked at in one message.
const MAX_ANSWERS: u16 = 10;

/// Longest name as dotted text (RFC 1035 section 2.3.4, without the root label).
pub const MAX_NAME: usize = 253;

/// Bit of the flags word that marks a response.
pub(super) const FLAG_RESPONSE: u16 = 0x8000;

/// Bits of the flags word that hold the opcode.
pub(super) const OPCODE_MASK: u16 = 0x7800;

/// One question or resource record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Bytes of the name at this place; a compression pointer counts two.
    pub name_len: usize,
    /// Record type.
    pub rtype: u16,
    /// Class as it stands there.
    pub class: u16,
    /// Bytes of record data; 0 for questions.
    pub data_len: usize,
    /// Bytes of the whole.
    pub len: usize,
}

pub(super) fn be16(buf: &[u8], ofs: usize) -> Option<u16> {
    let bytes = buf.get(ofs..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*bytes))
}

/// Walks the name at `ofs` and hands each label to `label`. Returns the bytes it takes there.
/// `None` if it is malformed.
fn walk_name(buf: &[u8], ofs: usize, mut label: impl FnMut(&[u8])) -> Option<usize> {
    let mut at = ofs;
    let mut len = None;
    let mut pointers = 0;
    loop {
        let n = *buf.get(at)?;
        if n == 0 {
            return Some(len.unwrap_or_else(|| at + 1 - ofs));
        }
        if n & 0xc0 != 0 {
            let target = usize::from(be16(buf, at)? & 0x3fff);
            let len = *len.get_or_insert_with(|| at + 2 - ofs);
            pointers += 1;
            if pointers > MAX_POINTERS {
                return None;
            }
            // A pointer that does not lead back, or leads to another pointer, ends the name.
            if target >= at || buf.get(target).is_none_or(|&b| b & 0xc0 != 0) {
                return Some(len);
            }
            at = target;
        } else {
            label(buf.get(at + 1..at + 1 + usize::from(n))?);
            at += 1 + usize::from(n);
        }
    }
}

/// Appends the name at `ofs` to `out`, uncompressed and with the root label. `None` if it is malformed
/// or longer than 255 bytes (RFC 1035 section 2.3.4).
pub(super) fn copy_name(buf: &[u8], ofs: usize, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    let mut fits = true;
    walk_name(buf, ofs, |label| {
        fits &= out.len() - start + label.len() + 2 <= MAX_NAME + 2;
        if let Some(n) = u8::try_from(label.len()).ok().filter(|_| fits) {
            out.push(n);
            out.extend_from_slice(label);
        }
    })?;
    out.push(0);
    fits.then_some(())
}

/// Decodes the question or record at `ofs`; `None` if it is malformed or does not fit, and for
/// messages that are too long for a datagram without EDNS.
pub fn parse_record(buf: &[u8], ofs: usize, is_question: bool) -> Option<Record> {
    if buf.len() > MAX_MESSAGE { None } else { record_at(buf, ofs, is_question) }
}

/// [`parse_record`] for messages of any length.
pub(super) fn record_at(buf: &[u8], ofs: usize, is_question: bool) -> Option<Record> {
    if buf.len() < HEADER_LEN || ofs >= buf.len() {
        return None;
    }
    let name_len = walk_name(buf, ofs, |_| {})?;
    let fixed = ofs.checked_add(name_len)?;
    let (rtype, class) = (be16(buf, fixed)?, be16(buf, fixed + 2)?);
    if is_question {
        return Some(Record { name_len, rtype, class, data_len: 0, len: name_len + 4 });
    }
    let data_len = usize::from(be16(buf, fixed + 8)?);
    let len = name_len + 10 + data_len;
    (ofs + len <= buf.len()).then_some(Record { name_len, rtype, class, data_len, len })
}

/// An address found in an answer, in network order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// From an A record.
    V4([u8; 4]),
    /// From an AAAA record.
    V6([u8; 16]),
}

impl Address {
    /// The bytes, filled up with zeros.
    pub fn padded(self) -> [u8; 16] {
        match self {
            Address::V4([a, b, c, d]) => [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            Address::V6(ip) => ip,
        }
    }
}

/// True if the name at `ofs` is `name`, dotted text, in any letter case.
fn name_is(buf: &[u8], ofs: usize, name: &[u8]) -> bool {
    let mut rest = name.split(|&b| b == b'.');
    let mut same = true;
    let walked = walk_name(buf, ofs, |label| {
        same &= rest.next().is_some_and(|expected| expected.eq_ignore_ascii_case(label));
    });
    same && walked.is_some() && rest.next().is_none()
}

/// What a message says about a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is not a well-formed response to this question: ignore it.
    Unrelated,
    /// The name has no such address.
    NoAddress,
    /// The first address found.
    Found(Address),
}

/// Reads `buf` as the response to the question for `name` (dotted text) and `rtype` under `id`.
pub fn parse_reply(buf: &[u8], id: u16, name: &[u8], rtype: u16) -> Reply {
    let flags = be16(buf, 2).unwrap_or(0);
    let asked_once = be16(buf, 4) == Some(1);
    let is_response = flags & (FLAG_RESPONSE | OPCODE_MASK) == FLAG_RESPONSE;
    if be16(buf, 0) != Some(id) || !is_response || !asked_once {
        return Reply::Unrelated;
    }
    let Some(question) = parse_record(buf, HEADER_LEN, true) else { return Reply::Unrelated };
    if question.rtype != rtype || question.class != CLASS_IN || !name_is(buf, HEADER_LEN, name) {
        return Reply::Unrelated;
    }
    find_address(buf, HEADER_LEN + question.len).unwrap_or(Reply::Unrelated)
}

/// First address among the answers, which start at `ofs`; `None` if one in front of it is malformed.
fn find_address(buf: &[u8], mut ofs: usize) -> Option<Reply> {
    for _ in 0..be16(buf, 6)?.min(MAX_ANSWERS) {
        let record = parse_record(buf, ofs, false)?;
        ofs += record.len;
        if let Some(address) = address_in(buf, &record, ofs) {
            return Some(Reply::Found(address));
        }
    }
    Some(Reply::NoAddress)
}

/// The address that a record holds which ends at `end`.
fn address_in(buf: &[u8], record: &Record, end: usize) -> Option<Address> {
    let data = buf.get(end.checked_sub(record.data_len)?..end)?;
    match (record.rtype, record.class) {
        (TYPE_A, CLASS_IN) => data.try_into().ok().map(Address::V4),
        (TYPE_AAAA, CLASS_IN) => data.try_into().ok().map(Address::V6),
        _ => None,
    }
}

/// A query for `name` (dotted text, one trailing dot allowed): the bytes and how many there are.
/// `None` for names that the DNS can't hold.
pub fn build_query(id: u16, name: &[u8], rtype: u16) -> Option<([u8; MAX_MESSAGE], usize)> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    if name.is_empty() || name.len() > MAX_NAME {
        return None;
    }
    let mut message = [0u8; MAX_MESSAGE];
    let mut len = 0;
    let mut put = |bytes: &[u8]| {
        if let Some(room) = message.get_mut(len..len + bytes.len()) {
            room.copy_from_slice(bytes);
            len += bytes.len();
        }
    };
    put(&id.to_be_bytes());
    put(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]); // Recursion desired, one question.
    for label in name.split(|&b| b == b'.') {
        let n = u8::try_from(label.len()).ok().filter(|n| (1..=63).contains(n))?;
        put(&[n]);
        put(label);
    }
    put(&[0]);
    put(&rtype.to_be_bytes());
    put(&CLASS_IN.to_be_bytes());
    Some((message, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply_to(name: &str, rtype: u16, answers: &[u8], count: u8) -> Vec<u8> {
        let (query, len) = build_query(0x1234, name.as_bytes(), rtype).unwrap();
        let mut reply = query[..len].to_vec();
        reply[2] |= 0x80;
        reply[7] = count;
        reply.extend_from_slice(answers);
        reply
    }

    const A: &[u8] = &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 7];

    #[test]
    fn query_bytes_are_those_of_rfc_1035() {
        let (query, len) = build_query(0xabcd, b"a.example", TYPE_A).unwrap();
        let expected = b"\xab\xcd\x01\0\0\x01\0\0\0\0\0\0\x01a\x07example\0\0\x01\0\x01";
        assert_eq!(&query[..len], expected);
        let dotted = build_query(0xabcd, b"a.example.", TYPE_A).unwrap();
        assert_eq!(dotted.0[..dotted.1], query[..len]);
    }

    // History: PR#1025 | names of more than 255 bytes are refused
    #[test]
    fn names_the_dns_cannot_hold_are_refused() {
        let long = "a.".repeat(127) + "bb";
        for name in ["", ".", "a..b", ".a", &"x".repeat(64), &long] {
            assert!(build_query(1, name.as_bytes(), TYPE_A).is_none(), "{name}");
        }
    }

    #[test]
    fn answer_to_the_question_is_taken() {
        let reply = reply_to("a.example", TYPE_A, A, 1);
        let found = Reply::Found(Address::V4([10, 0, 0, 7]));
        assert_eq!(parse_reply(&reply, 0x1234, b"A.Example", TYPE_A), found);
    }

    #[test]
    fn anything_else_is_ignored() {
        let reply = reply_to("a.example", TYPE_A, A, 1);
        let cases = [
            ("wrong id", reply.clone(), 0x1235, "a.example", TYPE_A),
            ("wrong name", reply.clone(), 0x1234, "b.example", TYPE_A),
            ("longer name", reply.clone(), 0x1234, "x.a.example", TYPE_A),
            ("wrong type", reply.clone(), 0x1234, "a.example", TYPE_AAAA),
        ];
        for (what, buf, id, name, rtype) in cases {
            assert_eq!(parse_reply(&buf, id, name.as_bytes(), rtype), Reply::Unrelated, "{what}");
        }
        let mut query = reply.clone();
        query[2] &= 0x7f;
        assert_eq!(parse_reply(&query, 0x1234, b"a.example", TYPE_A), Reply::Unrelated);
    }

    #[test]
    fn every_prefix_is_handled() {
        let reply = reply_to("a.example", TYPE_A, A, 1);
        for len in 0..reply.len() {
            let got = parse_reply(&reply[..len], 0x1234, b"a.example", TYPE_A);
            assert!(!matches!(got, Reply::Found(_)), "{len}");
        }
    }

    #[test]
    fn announced_answers_that_are_not_there_make_it_no_reply() {
        let mut reply = reply_to("a.example", TYPE_A, &[], 0);
        reply[6] = 0xff;
        reply[7] = 0xff;
        assert_eq!(parse_reply(&reply, 0x1234, b"a.example", TYPE_A), Reply::Unrelated);
    }

    #[test]
    fn other_records_are_no_address() {
        let cname = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12];
        for (what, answers, count) in [("none", &[][..], 0), ("a CNAME", &cname, 1)] {
            let reply = reply_to("a.example", TYPE_A, answers, count);
            let got = parse_reply(&reply, 0x1234, b"a.example", TYPE_A);
            assert_eq!(got, Reply::NoAddress, "{what}");
        }
    }

    // History: CVE-2017-2909 | pairs of pointers and chains of 128 are walked in bounded steps
    #[test]
    fn names_are_walked_in_bounded_steps() {
        let pointer = |to: usize| (0xc000 | to as u16).to_be_bytes();
        let labels = |n: usize| [1, b'x'].repeat(n);
        let pair = [labels(1), pointer(4).into(), labels(1), pointer(0).into()].concat();
        // Each of the chain's names is a label, and a pointer to the name before it.
        let mut chain = [labels(1), vec![0]].concat();
        for i in 0..128usize {
            let before = if i == 0 { 0 } else { 4 * i - 1 };
            chain.extend([labels(1), pointer(before).into()].concat());
        }
        let many = [labels(128), vec![0]].concat();
        for (what, buf, ofs, most) in [
            ("a pair", &pair, 0, 1),
            ("a pair, from behind", &pair, 4, 2),
            ("a chain of pointers", &chain, chain.len() - 4, MAX_POINTERS + 1),
            ("128 labels", &many, 0, 128),
        ] {
            let mut steps = 0;
            walk_name(buf, ofs, |_| steps += 1);
            assert_eq!(steps, most, "{what}");
        }
    }

    // History: CVE-2017-2909 | pointers to themselves end
    #[test]
    fn pointer_loops_end() {
        // A label followed by a pointer back to itself never ends: invalid after five hops.
        let mut buf = vec![0; HEADER_LEN];
        buf.extend_from_slice(&[1, b'x', 0xc0, 12, 0, 1, 0, 1]);
        assert_eq!(parse_record(&buf, 12, true), None);
        // A pointer to itself ends the name.
        let mut buf = vec![0; HEADER_LEN];
        buf.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1]);
        assert_eq!(parse_record(&buf, 12, true).map(|r| r.name_len), Some(2));
    }
}
