//! Replies of a responder.

use super::Question;
use crate::proto::dns::{CLASS_IN, HEADER_LEN, TYPE_A, TYPE_PTR, TYPE_SRV, TYPE_TXT, copy_name};

/// Longest reply, in bytes, with the service as the owner of its records.
const MAX_REPLY: usize = 282;

/// Time to live of all records, in seconds.
const TTL: u32 = 120;

/// Flags of a reply: response, authoritative (RFC 6762 section 18).
const FLAGS: u16 = 0x8400;

/// Longest label (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;

/// Bytes of the label `local` and the root label.
const LOCAL: &[u8] = b"\x05local\0";

/// A service that a host offers.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// Service and protocol, such as `_http._tcp`.
    pub name: &'a [u8],
    /// Data of the TXT record, as on the wire.
    pub txt: &'a [u8],
    /// Port.
    pub port: u16,
}

impl Service<'_> {
    /// The two labels and `local` as on the wire; `None` if it is not of that form.
    fn encoded(&self) -> Option<Vec<u8>> {
        let (service, protocol) = self.name.split_at_checked(self.name.len().checked_sub(5)?)?;
        let protocol = protocol.strip_prefix(b".")?;
        let mut out = label(service)?;
        out.extend(label(protocol)?);
        out.extend_from_slice(LOCAL);
        Some(out)
    }
}

/// One label as on the wire; `None` if it is empty, too long or would be two.
fn label(text: &[u8]) -> Option<Vec<u8>> {
    let n = u8::try_from(text.len()).ok().filter(|&n| n > 0 && usize::from(n) <= MAX_LABEL)?;
    (!text.contains(&b'.')).then(|| [&[n], text].concat())
}

/// What a program answers.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Name of the host, one label.
    pub name: &'a [u8],
    /// Its service, for all but A records.
    pub service: Option<Service<'a>>,
    /// Its address, if known.
    pub address: Option<[u8; 4]>,
}

/// The datagram that answers `question` of `message` under `id`. `None` if the facts don't make a valid
/// answer: a name that is no label, no service or one that is not `_service._tcp` or `_service._udp`,
/// no address for an A record, or too much.
pub fn build(message: &[u8], question: &Question, id: u16, facts: &Facts) -> Option<Vec<u8>> {
    if question.is_listing() {
        return None;
    }
    let mut packet = Packet { bytes: Vec::with_capacity(2 * MAX_REPLY), additional: 0 };
    packet.header(id);
    let mut limit = MAX_REPLY;
    if question.record.rtype == TYPE_A {
        let owner = [label(facts.name)?, LOCAL.to_vec()].concat();
        packet.record(&owner, TYPE_A, &[&facts.address?]);
    } else {
        let service = facts.service?;
        let name = service.encoded()?;
        if question.record.rtype == TYPE_PTR {
            packet.pointer(&name, &label(facts.name)?, &service, facts.address);
        } else {
            // Whoever asks for an instance of the service wants to hear its name.
            let mut owner = Vec::new();
            copy_name(message, question.ofs, &mut owner)?;
            limit += owner.len().saturating_sub(name.len());
            if question.record.rtype == TYPE_TXT {
                packet.record(&owner, TYPE_TXT, &[service.txt]);
            } else {
                packet.service(&owner, &label(facts.name)?, &service, facts.address)?;
            }
        }
    }
    packet.finish(limit)
}

/// A reply being written.
struct Packet {
    bytes: Vec<u8>,
    /// Records behind the first one.
    additional: u8,
}

impl Packet {
    /// One answer; the additional records are counted at the end.
    fn header(&mut self, id: u16) {
        self.bytes.extend(id.to_be_bytes());
        self.bytes.extend(FLAGS.to_be_bytes());
        self.bytes.extend([0, 0, 0, 1, 0, 0, 0, 0]);
    }

    /// Appends a record with `data` in pieces. Returns where the data are. Data that are too long make
    /// the reply too long.
    fn record(&mut self, owner: &[u8], rtype: u16, data: &[&[u8]]) -> usize {
        let len: usize = data.iter().map(|piece| piece.len()).sum();
        self.bytes.extend_from_slice(owner);
        for word in [rtype, CLASS_IN] {
            self.bytes.extend(word.to_be_bytes());
        }
        self.bytes.extend(TTL.to_be_bytes());
        self.bytes.extend((len as u16).to_be_bytes());
        let start = self.bytes.len();
        for piece in data {
            self.bytes.extend_from_slice(piece);
        }
        start
    }

    /// The address of the host whose name is at `host`, if known.
    fn address(&mut self, host: usize, address: Option<[u8; 4]>) {
        if let Some(address) = address {
            self.record(&pointer(host), TYPE_A, &[&address]);
            self.additional += 1;
        }
    }

    /// An SRV record and the host's address. `local` is where the label `local` is. Returns the place of
    /// the record's data.
    fn srv(&mut self, owner: &[u8], name: &[u8], service: &Service, local: usize) -> usize {
        let fixed = [0, 0, 0, 0]; // Priority and weight.
        let port = service.port.to_be_bytes();
        self.record(owner, TYPE_SRV, &[&fixed, &port, name, &pointer(local)]) + 6
    }

    /// The answer to an SRV question.
    fn service(
        &mut self,
        owner: &[u8],
        name: &[u8],
        service: &Service,
        address: Option<[u8; 4]>,
    ) -> Option<()> {
        let local = HEADER_LEN + owner.strip_suffix(LOCAL)?.len();
        let host = self.srv(owner, name, service, local);
        self.address(host, address);
        Some(())
    }

    /// The answer to a PTR question: the instance, and all there is to know of it.
    fn pointer(
        &mut self,
        service_name: &[u8],
        name: &[u8],
        service: &Service,
        address: Option<[u8; 4]>,
    ) {
        let local = HEADER_LEN + service_name.len() - LOCAL.len();
        let instance = self.record(service_name, TYPE_PTR, &[name, &pointer(HEADER_LEN)]);
        let owner = pointer(instance);
        let host = self.srv(&owner, name, service, local);
        self.record(&owner, TYPE_TXT, &[service.txt]);
        self.additional += 2;
        self.address(host, address);
    }

    /// The bytes, if they are not more than `limit`.
    fn finish(mut self, limit: usize) -> Option<Vec<u8>> {
        *self.bytes.get_mut(HEADER_LEN - 1)? = self.additional;
        (self.bytes.len() <= limit).then_some(self.bytes)
    }
}

/// A compression pointer to `ofs`, which is below 16384 in what we write.
fn pointer(ofs: usize) -> [u8; 2] {
    (0xc000 | ofs as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::questions;
    use super::*;

    const HTTP: Service = Service { name: b"_http._tcp", txt: b"\x05a=b=c", port: 8080 };
    const DEV1: Facts = Facts { name: b"Dev1", service: Some(HTTP), address: Some([192, 0, 2, 2]) };

    /// Asks for `name` (labels with their lengths, without `local`).
    fn answer(name: &[u8], rtype: u8, facts: &Facts) -> Option<Vec<u8>> {
        let head = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        let message = [&head[..], name, LOCAL, &[0, rtype, 0, 1]].concat();
        let question = questions(&message).next()?;
        build(&message, &question, 7, facts)
    }

    #[test]
    fn ch04_56_a_reply() {
        let want = b"\0\x07\x84\0\0\0\0\x01\0\0\0\0\x04Dev1\x05local\0\0\x01\0\x01\0\0\0\x78\0\x04\xc0\0\x02\x02";
        assert_eq!(answer(b"\x04dev1", 1, &DEV1).unwrap(), want);
        assert_eq!(want.len(), 4 + 34);
    }

    #[test]
    fn ch04_57_ptr_reply() {
        let want = [
            &b"\0\x07\x84\0\0\0\0\x01\0\0\0\x03\x05_http\x04_tcp\x05local\0"[..],
            b"\0\x0c\0\x01\0\0\0\x78\0\x07\x04Dev1\xc0\x0c",
            b"\xc0\x28\0\x21\0\x01\0\0\0\x78\0\x0d\0\0\0\0\x1f\x90\x04Dev1\xc0\x17",
            b"\xc0\x28\0\x10\0\x01\0\0\0\x78\0\x06\x05a=b=c",
            b"\xc0\x41\0\x01\0\x01\0\0\0\x78\0\x04\xc0\0\x02\x02",
        ]
        .concat();
        assert_eq!(want.len(), 106);
        assert_eq!(answer(b"\x05_http\x04_tcp", 12, &DEV1).unwrap(), want);
    }

    #[test]
    fn ch04_57_srv_and_txt_replies() {
        let head = b"\0\x07\x84\0\0\0\0\x01\0\0\0\x01\x05_http\x04_tcp\x05local\0";
        let srv = [
            &head[..],
            b"\0\x21\0\x01\0\0\0\x78\0\x0d\0\0\0\0\x1f\x90\x04Dev1\xc0\x17",
            b"\xc0\x2e\0\x01\0\x01\0\0\0\x78\0\x04\xc0\0\x02\x02",
        ]
        .concat();
        assert_eq!(srv.len(), 10 + 4 + 55);
        assert_eq!(answer(b"\x05_http\x04_tcp", 33, &DEV1).unwrap(), srv);
        let mut txt = [&head[..], b"\0\x10\0\x01\0\0\0\x78\0\x06\x05a=b=c"].concat();
        txt[11] = 0;
        assert_eq!(txt.len(), 10 + 6 + 30);
        assert_eq!(answer(b"\x05_http\x04_tcp", 16, &DEV1).unwrap(), txt);
    }

    #[test]
    fn w35_the_owner_is_the_instance_that_was_asked_for() {
        let name = b"\x04dEV1\x05_http\x04_tcp";
        let srv = answer(name, 33, &DEV1).unwrap();
        assert_eq!(srv[12..][..name.len()], name[..]);
        // The target's `local` is that of the owner.
        assert_eq!(srv[12 + 23 + 10 + 6..][..7], *b"\x04Dev1\xc0\x1c");
        assert_eq!(answer(name, 16, &DEV1).unwrap().len(), 10 + 6 + 30 + 5);
    }

    #[test]
    fn w32_without_address_no_address_record() {
        let facts = Facts { address: None, ..DEV1 };
        assert_eq!(answer(b"\x04Dev1", 1, &facts), None);
        let ptr = answer(b"\x05_http\x04_tcp", 12, &facts).unwrap();
        assert_eq!((ptr.len(), ptr[11]), (106 - 16, 2));
        let srv = answer(b"\x05_http\x04_tcp", 33, &facts).unwrap();
        assert_eq!((srv.len(), srv[11]), (69 - 16, 0));
    }

    #[test]
    fn w34_what_is_no_answer_is_not_sent() {
        let service = |name| Some(Service { name, ..HTTP });
        let long = [b'x'; 64];
        let cases = [
            ("no service", Facts { service: None, ..DEV1 }),
            ("short", Facts { service: service(b"._tcp"), ..DEV1 }),
            ("very short", Facts { service: service(b"_tcp"), ..DEV1 }),
            ("empty", Facts { service: service(b""), ..DEV1 }),
            ("no dot", Facts { service: service(b"_http_tcp"), ..DEV1 }),
            ("dots", Facts { service: service(b"_a._http._tcp"), ..DEV1 }),
            ("no name", Facts { name: b"", ..DEV1 }),
            ("dotted name", Facts { name: b"a.b", ..DEV1 }),
            ("long name", Facts { name: &long, ..DEV1 }),
        ];
        for (what, facts) in &cases {
            assert_eq!(answer(b"\x05_http\x04_tcp", 12, facts), None, "{what}");
            assert_eq!(answer(b"\x05_http\x04_tcp", 33, facts), None, "{what}");
        }
        assert_eq!(answer(b"\x04Dev1", 1, &Facts { name: b"", ..DEV1 }), None);
        assert_eq!(answer(b"\x09_services\x07_dns-sd\x04_udp", 12, &DEV1), None, "listing");
    }

    // History: CVE-2026-5245 | what would be too long is not sent
    #[test]
    fn ch04_57_282_bytes_at_most() {
        let name = b"\x04Dev1\x05_http\x04_tcp";
        for (len, is_sent) in [(282 - 40, true), (282 - 39, false), (65600, false)] {
            let txt = vec![b'x'; len];
            let facts = Facts { service: Some(Service { txt: &txt, ..HTTP }), ..DEV1 };
            assert_eq!(answer(&name[5..], 16, &facts).is_some(), is_sent, "{len}");
            assert_eq!(answer(name, 16, &facts).is_some(), is_sent, "{len}");
        }
    }
}
