//! Name resolution.

use crate::event::conn::Conn;
use crate::event::emit::fail;

/// Starts looking `host` up for `conn`.
pub(crate) fn resolve(conn: Conn, host: &[u8]) {
    fail(conn, format_args!("{} DNS lookup failed", String::from_utf8_lossy(host)));
}

/// Forgets the pending lookup of `conn`.
pub(crate) fn cancel(_conn: Conn) {}
