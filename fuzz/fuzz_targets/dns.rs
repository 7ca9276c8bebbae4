//! DNS messages as resolver and programs read them, and queries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{NONE, within};
use mongoose::proto::dns::message::parse_message;
use mongoose::proto::dns::{self, HEADER_LEN, Reply, TYPE_A, TYPE_AAAA};

fn read(data: &[u8]) {
    let message = parse_message(data);
    let name = message.name.as_bytes();
    for rtype in [TYPE_A, TYPE_AAAA] {
        let reply = dns::parse_reply(data, message.id, name, rtype);
        if let Reply::Found(address) = reply {
            address.padded();
        }
    }
    records(data);
    query(message.id, name);
}

/// Record after record, as `mg_dns_parse_rr` callers go through a message.
fn records(data: &[u8]) {
    let (mut ofs, mut is_question) = (HEADER_LEN, true);
    while let Some(record) = dns::parse_record(data, ofs, is_question) {
        assert!(record.len > 0 && ofs + record.len <= data.len());
        assert!(record.name_len + record.data_len <= record.len);
        ofs += record.len;
        is_question = false;
    }
}

/// A query asks what it was made to ask.
fn query(id: u16, name: &[u8]) {
    let Some((bytes, len)) = dns::build_query(id, name, TYPE_A) else { return };
    let asked = parse_message(&bytes[..len]);
    assert!(asked.is_valid && asked.id == id);
    assert_eq!(asked.name.as_bytes(), name.strip_suffix(b".").unwrap_or(name));
}

fuzz_target!(|data: &[u8]| {
    within(NONE, data.len(), || {
        read(data);
        query(7, data);
    });
});
