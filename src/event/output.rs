//! Queueing output within `max_send_size` and `max_memory`.
//!
//! Everything that the library itself appends to `c->send` goes through here; beyond the limits it
//! is as if memory had run out.

use super::conn::Conn;
use super::emit::fail;
use super::state::Scope;
use crate::abi::fmt::IobufSink;
use crate::abi::iobuf;
use crate::guard::options::Name;

/// How many more bytes the send buffer of `conn` may take.
fn room(conn: Conn) -> usize {
    let Some(state) = conn.state() else { return usize::MAX };
    let queued = conn.send_len();
    state.with_guard(|guarded| {
        let own = guarded.settings.limit(Name::MaxSendSize).saturating_sub(queued);
        let shared = guarded.settings.limit(Name::MaxMemory);
        if shared == usize::MAX {
            return own;
        }
        let held = usize::try_from(guarded.memory()).unwrap_or(usize::MAX);
        own.min(shared.saturating_sub(held))
    })
}

/// True if `extra` more bytes would be more than the limits allow.
pub(crate) fn is_too_much(conn: Conn, extra: usize) -> bool {
    extra > room(conn)
}

/// Tells the program that what it wanted to append is more than the limits allow.
pub(crate) fn refuse(conn: Conn) {
    // The handler may close the connection.
    let _scope = conn.state().map(Scope::enter);
    fail(conn, format_args!("OOM"));
}

/// Makes room for `extra` more bytes behind the data. False if there is no memory or it would be
/// too much; nothing changes then.
pub(crate) fn reserve(conn: Conn, extra: usize) -> bool {
    // SAFETY: `send` is a member of the live connection.
    extra <= room(conn) && unsafe { iobuf::reserve(conn.send(), extra) }
}

/// Appends `bytes`, or nothing if there is no memory or it would be too much.
pub(crate) fn append(conn: Conn, bytes: &[u8]) -> bool {
    // SAFETY: `send` is a member of the live connection.
    bytes.len() <= room(conn) && unsafe { iobuf::append(conn.send(), bytes) }
}

/// A sink that appends; it says so when there is no memory or it would be too much.
pub(crate) fn sink(conn: Conn) -> IobufSink {
    let limit = conn.send_len().saturating_add(room(conn));
    IobufSink::with_limit(conn.send(), limit)
}
