//! Modbus/TCP.

use super::panics::exported;
use core::ffi::{c_char, c_void};

use super::net::mg_listen;
use super::types::{mg_connection, mg_event_handler_t, mg_mgr};
use crate::event::conn::Conn;
use crate::modbus::modbus_handler;

/// Listens for Modbus/TCP on `url`; see mg_listen.
///
/// Each valid request comes as MG_EV_MODBUS_REQ with a `struct mg_modbus_req *`: the handler fills in
/// the values that are read, takes those that are written, or sets `error`, and the answer follows by
/// itself. Malformed requests are answered without the handler; bytes that are no Modbus raise
/// MG_EV_ERROR "invalid pdu". Without handler reads give zeros and writes are acknowledged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_modbus_listen(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_modbus_listen", core::ptr::null_mut(), || {
        // SAFETY: passed on; the result is NULL or live.
        unsafe {
            let c = mg_listen(mgr, url, r#fn, fn_data);
            if let Some(conn) = Conn::from_ptr(c) {
                conn.set_protocol(Some(modbus_handler));
            }
            c
        }
    })
}
