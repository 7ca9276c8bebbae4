//! The program at the library's end: sends every message back.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr::{null, null_mut};

use mongoose::abi::http::mg_http_listen;
use mongoose::abi::net::{mg_mgr_free, mg_mgr_init, mg_mgr_poll};
use mongoose::abi::protocol_types::mg_ws_message;
use mongoose::abi::types::{mg_connection, mg_mgr};
use mongoose::abi::variadic::{mg_ws_connect, mg_ws_upgrade};
use mongoose::abi::ws::mg_ws_send;

// `enum mg_event`.
const ERROR: c_int = 0;
const HTTP_MSG: c_int = 11;
const WS_MSG: c_int = 13;

thread_local! {
    static LAST_ERROR: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A manager with a listener.
pub struct Echo {
    mgr: Box<mg_mgr>,
    port: u16,
}

unsafe extern "C" fn on_event(c: *mut mg_connection, event: c_int, data: *mut c_void) {
    // SAFETY: rules 1 to 4 and 6: the library called, with the data of the event.
    unsafe {
        match event {
            ERROR => {
                let text = CStr::from_ptr(data.cast()).to_string_lossy().into_owned();
                LAST_ERROR.set(Some(text));
            }
            HTTP_MSG => mg_ws_upgrade(c, data.cast(), null()),
            WS_MSG => {
                let message = data.cast::<mg_ws_message>();
                let (data, op) = ((*message).data, (*message).flags & 15);
                mg_ws_send(c, data.buf.cast(), data.len, c_int::from(op));
            }
            _ => {}
        }
    }
}

impl Echo {
    pub fn new() -> Echo {
        // SAFETY: rule 5: all-zero is a valid manager to be overwritten.
        unsafe {
            mongoose::abi::log::mg_log_level = 0;
            let mut mgr: Box<mg_mgr> = Box::new(std::mem::zeroed());
            mg_mgr_init(&mut *mgr);
            let url = c"http://127.0.0.1:0";
            // Rules 1, 3 and 7.
            let listener = mg_http_listen(&mut *mgr, url.as_ptr(), Some(on_event), null_mut());
            assert!(!listener.is_null());
            let port = u16::from_be((*listener).loc.port);
            Echo { mgr, port }
        }
    }

    /// Of the listener.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a client connection.
    pub fn connect(&mut self, port: u16) {
        let url = CString::new(format!("ws://127.0.0.1:{port}/")).expect("no NUL");
        // SAFETY: rules 1, 3, 6 and 7.
        let c = unsafe {
            mg_ws_connect(&mut *self.mgr, url.as_ptr(), Some(on_event), null_mut(), null())
        };
        assert!(!c.is_null());
    }

    pub fn poll(&mut self, ms: c_int) {
        // SAFETY: rules 1 and 8.
        unsafe { mg_mgr_poll(&mut *self.mgr, ms) };
    }

    /// The last error since the last call.
    pub fn take_error(&self) -> Option<String> {
        LAST_ERROR.take()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        // SAFETY: rule 1.
        unsafe { mg_mgr_free(&mut *self.mgr) };
    }
}
