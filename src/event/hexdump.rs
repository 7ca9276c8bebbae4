//! Dumps of traffic (`c->is_hexdumping`).

use super::conn::Conn;
use crate::abi::log::mg_hexdump;
use crate::abi::types::mg_addr;
use crate::text::addr::Ip;
use crate::text::fmt::Sink;
use crate::text::print;

/// An address as text on the stack.
struct AddressText {
    bytes: [u8; 64],
    len: usize,
}

impl Sink for AddressText {
    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }
}

impl AddressText {
    fn new(addr: &mg_addr) -> AddressText {
        // SAFETY: every member of the union is plain bytes, all of them initialised.
        let ip = unsafe { addr.addr.ip };
        let ip = if addr.is_ip6 { Ip::V6(ip) } else { Ip::V4([ip[0], ip[1], ip[2], ip[3]]) };
        let mut text = AddressText { bytes: [0; 64], len: 0 };
        print::ip_port(&mut text, ip, u16::from_be(addr.port));
        text
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// Logs a line that says who sent how much to whom, and the bytes.
pub(crate) fn hexdump(conn: Conn, direction: &str, bytes: &[u8]) {
    let (loc, rem) = (AddressText::new(&conn.loc()), AddressText::new(&conn.rem()));
    let (loc, rem) = (loc.as_str(), rem.as_str());
    crate::info!("-- {} {loc} {direction} {rem} {}", conn.id(), bytes.len());
    // SAFETY: `bytes` is readable for its length.
    unsafe { mg_hexdump(bytes.as_ptr().cast(), bytes.len()) };
}
