//! The time from the network.

use core::ffi::{c_char, c_void};
use core::ptr::null_mut;

use super::mem::bytes;
use super::net::mg_connect_svc;
use super::panics::{exported, exported_on};
use super::types::{mg_connection, mg_event_handler_t, mg_mgr};
use crate::event::conn::Conn;
use crate::sntp;

/// Asks the time server at `url` (NULL: udp://time.google.com:123) for the time; see mg_connect.
///
/// The reply sets mg_boot_timestamp_ms, so that mg_now() tells the time, and is reported as
/// MG_EV_SNTP_TIME with a pointer to the milliseconds since 1970 (uint64_t). Then, and after three
/// seconds without reply, the connection is closed, without MG_EV_ERROR. What is not the server's
/// reply to the request (RFC 4330 section 5) is ignored. The first 8 bytes of c->data are the
/// library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sntp_connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_sntp_connect", null_mut(), || {
        let url = if url.is_null() { c"udp://time.google.com:123".as_ptr() } else { url };
        // SAFETY: passed on.
        unsafe { mg_connect_svc(mgr, url, r#fn, fn_data, Some(sntp::sntp_handler), null_mut()) }
    })
}

/// Sends a request on a connection made by mg_sntp_connect, which has done so already when it was
/// connected. Does nothing while the name of the server is being looked up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sntp_request(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_sntp_request", conn, (), |conn| {
        // SAFETY: rule 1.
        sntp::request(conn);
    })
}

/// Reads an SNTP packet that has just arrived (RFC 4330) and sets mg_boot_timestamp_ms if the time
/// in it is later than 1970.
///
/// Returns milliseconds since 1970; -1 if it is shorter than 48 bytes, not from a server, of another
/// version than 3 or 4, or from a server that does not know the time (stratum 0). Whether it is the
/// reply to a request is not known here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sntp_parse(buf: *const u8, len: usize) -> i64 {
    exported("mg_sntp_parse", -1, || {
        // SAFETY: rule 2.
        let time = sntp::take_time(unsafe { bytes(buf.cast(), len) });
        // -1 is kept for failures.
        time.map_or(-1, |time| if time == -1 { 0 } else { time })
    })
}
