//! WebSocket: connecting, upgrading, framing.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use super::mem::bytes;
use super::panics::{exported, exported_on};
use super::types::{mg_connection, mg_event_handler_t, mg_http_message, mg_mgr, va_list};
use crate::event::conn::Conn;
use crate::event::output;
use crate::proto::ws::frame::MAX_HEADER_LEN;
use crate::ws::{handshake, send};

/// `mg_ws_connect` with an argument list.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_ws_vconnect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
    fmt: *const c_char,
    ap: *mut va_list,
) -> *mut mg_connection {
    exported("meerkat_ws_vconnect", null_mut(), || {
        // SAFETY: rules 1, 3, 6 and 7.
        unsafe {
            handshake::connect(mgr, url, (r#fn, fn_data), fmt, ap).map_or(null_mut(), Conn::ptr)
        }
    })
}

/// `mg_ws_upgrade` with an argument list.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_ws_vupgrade(
    c: *mut mg_connection,
    hm: *mut mg_http_message,
    fmt: *const c_char,
    ap: *mut va_list,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_ws_vupgrade", conn, (), |conn| {
        if hm.is_null() {
            return;
        }
        // SAFETY: rules 1, 3, 4 and 6.
        unsafe {
            handshake::upgrade(conn, hm, fmt, ap);
        }
    })
}

/// Appends `len` bytes at `buf` to c->send as one WebSocket frame with opcode `op`, masked if `c`
/// is a client.
///
/// `op` is the first byte of the frame with FIN added; clear that bit in c->send to send a fragment.
/// The payload is not checked. `buf` may be NULL, for zeros. Returns the length of the frame; 0,
/// with nothing appended, if memory is out, or, with MG_EV_ERROR "OOM", if the option max_send_size
/// forbids it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ws_send(
    c: *mut mg_connection,
    buf: *const c_void,
    len: usize,
    op: c_int,
) -> usize {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_ws_send", conn, 0, |conn| {
        // SAFETY: rules 1 and 2.
        unsafe {
            let sent = send::frame(conn, bytes(buf, len), len, op);
            if sent == 0 && output::is_too_much(conn, len.saturating_add(MAX_HEADER_LEN)) {
                output::refuse(conn);
            }
            sent
        }
    })
}

/// Makes the last `len` bytes of c->send the payload of a WebSocket frame with opcode `op`: puts a
/// header in front of them, and masks them if `c` is a client.
///
/// Returns c->send.len, which stays as it was if it is less than `len` or memory is out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ws_wrap(c: *mut mg_connection, len: usize, op: c_int) -> usize {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_ws_wrap", conn, 0, |conn| {
        let wrapped = send::wrap(conn, len, op);
        let total = conn.send_len();
        if !wrapped && len <= total && output::is_too_much(conn, MAX_HEADER_LEN) {
            output::refuse(conn);
        }
        total
    })
}

/// mg_ws_printf with an argument list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ws_vprintf(
    c: *mut mg_connection,
    op: c_int,
    fmt: *const c_char,
    ap: *mut va_list,
) -> usize {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_ws_vprintf", conn, 0, |conn| {
        // SAFETY: rules 1, 3 and 6.
        unsafe { send::vprintf(conn, op, fmt, ap) }
    })
}
