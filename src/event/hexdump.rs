//! Dumps of traffic (`c->is_hexdumping`).

use super::conn::Conn;
use crate::abi::log::mg_hexdump;
use crate::text::addr::Printed;

/// Logs a line that says who sent how much to whom, and the bytes.
pub(crate) fn hexdump(conn: Conn, direction: &str, bytes: &[u8]) {
    let (loc, rem) = (Printed::of(&conn.loc()), Printed::of(&conn.rem()));
    crate::info!("-- {} {loc} {direction} {rem} {}", conn.id(), bytes.len());
    // SAFETY: `bytes` is readable for its length.
    unsafe { mg_hexdump(bytes.as_ptr().cast(), bytes.len()) };
}
