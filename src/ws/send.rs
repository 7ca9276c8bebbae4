//! Frames into `c->send`.

use core::ffi::{c_char, c_int};

use super::engine::ws_handler;
use super::session::Session;
use crate::abi::fmt::vformat;
use crate::abi::hooks::mg_random;
use crate::abi::types::{flags, va_list};
use crate::event::conn::Conn;
use crate::event::output;
use crate::proto::ws::frame::{EncodedHeader, FIN, MAX_HEADER_LEN, Mask, apply_mask, opcode};

/// Header for a frame of `len` bytes, masked on clients. `None` if there are no random bytes.
fn header(conn: Conn, len: usize, op: c_int) -> Option<(EncodedHeader, Option<Mask>)> {
    let mut mask = None;
    if conn.is(flags::CLIENT) {
        let mut bytes: Mask = [0; 4];
        // SAFETY: `bytes` are as many writable bytes.
        if !unsafe { mg_random(bytes.as_mut_ptr().cast(), bytes.len()) } {
            return None;
        }
        mask = Some(bytes);
    }
    Some((EncodedHeader::new(op as u8 | FIN, len as u64, mask), mask))
}

/// Appends a frame whose payload is `payload`, with zeros up to `len` bytes behind it. Returns the
/// length of the frame; 0, with nothing appended, if memory or random bytes are out.
pub(crate) fn frame(conn: Conn, payload: &[u8], len: usize, op: c_int) -> usize {
    let copy;
    let payload = if lies_in_send(conn, payload) {
        // Growing the buffer would free the source.
        copy = payload.to_vec();
        &copy[..]
    } else {
        payload
    };
    let before = conn.send_len();
    let Some((header, mask)) = header(conn, len, op) else { return 0 };
    let header = header.as_bytes();
    let Some(total) = header.len().checked_add(len) else { return 0 };
    if !output::reserve(conn, total) {
        return 0;
    }
    let given = payload.len().min(len);
    let send = conn.send();
    send.write_at(before, header);
    send.write_at(before + header.len(), &payload[..given]);
    send.set_len(before + header.len() + given);
    send.open_gap(before + total, 0); // Zeros up to there.
    mask_last(conn, len, mask);
    note_close(conn, op);
    total
}

/// True if `payload` is a part of the output buffer.
fn lies_in_send(conn: Conn, payload: &[u8]) -> bool {
    !payload.is_empty() && conn.send().contains(payload.as_ptr())
}

/// Masks the last `len` bytes of the output buffer.
fn mask_last(conn: Conn, len: usize, mask: Option<Mask>) {
    if let Some(mask) = mask {
        // SAFETY: nothing else happens to the buffer while the slice is used.
        let output = unsafe { conn.send().bytes_mut() };
        let start = output.len().saturating_sub(len);
        apply_mask(output.get_mut(start..).unwrap_or_default(), mask, 0);
    }
}

/// Remembers that a CLOSE frame was sent.
fn note_close(conn: Conn, op: c_int) {
    if op as u8 & 0x0f == opcode::CLOSE
        && conn.has_protocol(ws_handler)
        && let Some(session) = Session::of(conn)
    {
        session.close_sent = true;
    }
}

/// Puts a frame header in front of the last `len` bytes of the output buffer, and masks them on
/// clients. False, with nothing changed, if there are not so many bytes, or memory or random bytes
/// are out.
pub(crate) fn wrap(conn: Conn, len: usize, op: c_int) -> bool {
    let before = conn.send_len();
    let Some(at) = before.checked_sub(len) else { return false };
    let Some((header, mask)) = header(conn, len, op) else { return false };
    let header = header.as_bytes();
    if !output::reserve(conn, header.len()) {
        return false;
    }
    conn.send().open_gap(at, header.len());
    conn.send().write_at(at, header);
    mask_last(conn, len, mask);
    note_close(conn, op);
    true
}

/// Appends a frame with formatted text. Returns the length of the text; 0, with nothing appended,
/// if memory or random bytes are out, or, with `MG_EV_ERROR` "OOM", beyond the limits.
///
/// # Safety
/// Rules 3 and 6 of the C edge for `fmt` and `ap`.
pub(crate) unsafe fn vprintf(conn: Conn, op: c_int, fmt: *const c_char, ap: *mut va_list) -> usize {
    let before = conn.send_len();
    let mut text = output::sink(conn);
    // SAFETY: passed on.
    unsafe { vformat(&mut text, fmt, ap) };
    let len = conn.send_len().saturating_sub(before);
    if text.out_of_memory() || !wrap(conn, len, op) {
        let is_excess = text.is_beyond_limit() || output::is_too_much(conn, MAX_HEADER_LEN);
        conn.truncate_send(before);
        if is_excess {
            output::refuse(conn);
        }
        return 0;
    }
    len
}
