//! Queueing output within `max_send_size` and `max_memory`.
//!
//! Everything that the library itself appends to `c->send` goes through here; beyond the limits it
//! is as if memory had run out.

use super::conn::Conn;
use super::emit::fail;
use super::state::Scope;
use super::{admission, rounds};
use crate::abi::fmt::IobufSink;
use crate::guard::options::Name;

/// How many more bytes the send buffer of `conn` may take.
fn room(conn: Conn) -> usize {
    let Some(state) = conn.state() else { return usize::MAX };
    rounds::touch(state, conn); // Whoever asks is about to append.
    let queued = conn.send_len();
    let is_large = state.number(Name::MaxMemory) > 0 && admission::is_large_consumer(state, conn);
    state.with_guard(|guarded| {
        let own = guarded.settings.limit(Name::MaxSendSize).saturating_sub(queued);
        let shared = guarded.settings.limit(Name::MaxMemory);
        if shared == usize::MAX {
            return own;
        }
        let held = usize::try_from(guarded.memory()).unwrap_or(usize::MAX);
        // The last eighth is for those who hold little.
        let shared = if is_large { shared / 8 * 7 } else { shared };
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
    reserve_within(conn, extra, room(conn))
}

/// [`reserve`] if the limits are known to allow `room` bytes.
fn reserve_within(conn: Conn, extra: usize, room: usize) -> bool {
    let free = conn.send().size().saturating_sub(conn.send_len());
    if extra <= free && extra <= room {
        return true;
    }
    if extra > room || !grow_to_limit(conn, extra, room) {
        return false;
    }
    conn.send().reserve(extra)
}

/// Appends all of `pieces`, none of which lies in the buffer, or nothing if there is no memory or it
/// would be too much. Returns a sink for what comes behind.
pub(crate) fn append_all(conn: Conn, pieces: &[&[u8]]) -> Option<IobufSink> {
    let room = room(conn);
    let extra = pieces.iter().map(|piece| piece.len()).sum();
    if !reserve_within(conn, extra, room) {
        return None;
    }
    let start = conn.send_len();
    let mut len = start;
    for piece in pieces {
        conn.send().write_at(len, piece);
        len += piece.len();
    }
    conn.send().set_len(len);
    Some(IobufSink::with_limit(conn.send(), start.saturating_add(room)))
}

/// Close to its limit a buffer grows by what is needed, not generously beyond the limit. False if
/// there is no memory.
fn grow_to_limit(conn: Conn, extra: usize, room: usize) -> bool {
    let size = conn.send().size();
    let need = conn.send_len().saturating_add(extra);
    let limit = conn.send_len().saturating_add(room);
    if need <= size || size < limit / 2 {
        return true;
    }
    conn.send().resize(need.saturating_add(need / 8).min(limit))
}

/// Appends `bytes`, or nothing if there is no memory or it would be too much.
pub(crate) fn append(conn: Conn, bytes: &[u8]) -> bool {
    let room = room(conn);
    if bytes.len() > room {
        return false;
    }
    // Growing would free a source that lies in the buffer itself; `Buffer::append` knows about it.
    let is_inside = conn.send().contains(bytes.as_ptr());
    if !is_inside && !grow_to_limit(conn, bytes.len(), room) {
        return false;
    }
    conn.send().append(bytes)
}

/// A sink that appends; it says so when there is no memory or it would be too much.
pub(crate) fn sink(conn: Conn) -> IobufSink {
    let limit = conn.send_len().saturating_add(room(conn));
    IobufSink::with_limit(conn.send(), limit)
}
