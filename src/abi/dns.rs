//! Reading DNS messages.

use core::ptr::addr_of_mut;

use super::mem::bytes;
use super::panics::exported;
use super::protocol_types::{mg_dns_message, mg_dns_rr};
use crate::proto::dns::message::parse_message;
use crate::proto::dns::{Address, parse_record};

/// Decodes one question (`is_question`) or resource record of the DNS message at `buf`, at offset
/// `ofs`, into `*rr`, which is all zero if that fails (RFC 1035 section 4.1).
///
/// Returns the bytes it takes: the name, 4 bytes for a question, 10 and the data for a record, whose
/// data are the last rr->alen of them. 0 if it is malformed or does not fit, and for messages
/// shorter than 12 or longer than 512 bytes. `rr` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dns_parse_rr(
    buf: *const u8,
    len: usize,
    ofs: usize,
    is_question: bool,
    rr: *mut mg_dns_rr,
) -> usize {
    exported("mg_dns_parse_rr", 0, || {
        // SAFETY: rule 2.
        let found = parse_record(unsafe { bytes(buf.cast(), len) }, ofs, is_question);
        let record = found.unwrap_or_default();
        if !rr.is_null() {
            // Lengths in a message of at most 512 bytes fit.
            let (nlen, alen) = (record.name_len as u16, record.data_len as u16);
            // SAFETY: rule 5.
            unsafe { *rr = mg_dns_rr { nlen, atype: record.rtype, aclass: record.class, alen } };
        }
        record.len
    })
}

/// Reads the DNS message of `len` bytes at `buf` into `*dm`, which is overwritten whole.
///
/// Returns false if it is malformed or has more than one question. True does not mean that there is
/// an address: look at dm->resolved. Only the first ten answers are looked at; the first one of type
/// A or AAAA counts. dm->name is then its owner, else the name of the question or of the last
/// answer; the address has no port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dns_parse(buf: *const u8, len: usize, dm: *mut mg_dns_message) -> bool {
    exported("mg_dns_parse", false, || {
        if dm.is_null() {
            return false;
        }
        // SAFETY: rule 5; all-zero is a valid value.
        unsafe { dm.write_bytes(0, 1) };

        // SAFETY: rule 2.
        let message = parse_message(unsafe { bytes(buf.cast(), len) });
        // SAFETY: rule 5; the name is at most 255 bytes of the 256, which are zero.
        unsafe {
            (*dm).txnid = message.id;
            let name = message.name.as_bytes();
            addr_of_mut!((*dm).name).cast::<u8>().copy_from(name.as_ptr(), name.len());
            if let Some(address) = message.address {
                (*dm).addr.addr.ip = address.padded();
                (*dm).addr.is_ip6 = matches!(address, Address::V6(_));
            }
            (*dm).resolved = message.address.is_some();
        }
        message.is_valid
    })
}
