//! Answers of the library to requests that it does not let through.

use super::reply;
use crate::abi::types::flags;
use crate::event::conn::Conn;
use crate::event::io;
use crate::event::state::State;

/// What a peer gets when the server is full and `full_policy` is `reject`.
pub(crate) const SERVICE_UNAVAILABLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    Retry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Answers with an error status and ends the connection, whatever it was doing.
pub(crate) fn and_close(state: State, conn: Conn, status: u16) {
    state.with_guard(|guarded| guarded.stats.count_rejection(status));
    conn.note_refusal();
    reply::reply(conn, i32::from(status), b"Connection: close\r\n", b"");
    // Closing drops output.
    io::write_step(conn);
    conn.set(flags::CLOSING);
}
