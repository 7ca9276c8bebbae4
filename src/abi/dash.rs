//! The device dashboard.

use core::ffi::{c_int, c_void};

use super::panics::{exported, exported_on};

use super::protocol_types::{mg_dash_user, mg_field_set};
use super::types::{mg_connection, mg_mgr};
use crate::dash::sets::Set;
use crate::dash::{files, notify, on_event};
use crate::event::conn::Conn;

/// Event handler of a dashboard: `mg_http_listen(&mgr, url, mg_dash_ev_handler, &dash)`. A program's
/// own handler may also call it; c->fn_data must be the `struct mg_dash *`.
///
/// Any user may download files and, by POST or PUT, send firmware to `/api/ota`; a field set's `fn`
/// decides about everything else. Custom handlers outside `/api/` are called for everybody. GET
/// requests may change variables too, so only the cookie's SameSite=Lax keeps other sites out.
///
/// It answers the requests below `/api/` and `/fs/` and `/`, and calls custom handlers for others.
/// Each request is authenticated once. For programs that look there, `c->data[0]` is 'Z' while the
/// body of a request that was answered early is on its way, bytes 8 to 15 hold the user and bytes 16
/// to 23 the dashboard.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dash_ev_handler(
    c: *mut mg_connection,
    ev: c_int,
    ev_data: *mut c_void,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_dash_ev_handler", conn, (), |conn| {
        // SAFETY: rules 1 and 7.
        unsafe {
            on_event(conn, ev, ev_data);
        }
    })
}

/// Tells every WebSocket of the dashboard that `set` belongs to what its variables are now, if set->fn
/// lets the user read them. Call it whenever the program has changed them.
///
/// For an array, `*set->index` says what has changed: an element, or, if negative, the size. A
/// WebSocket that does not take what it was sent is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dash_send_change(mgr: *mut mg_mgr, set: *mut mg_field_set) {
    exported("mg_dash_send_change", (), || {
        // SAFETY: rules 1 and 7.
        unsafe {
            if let Some(set) = Set::from_ptr(set) {
                notify::send_change(mgr, set);
            }
        }
    })
}

/// Loads entry `*set->index` of the directory that set->get_dir names for user `u`: its name into the
/// MG_VAL_STR field called `name`, its size into the field called `size` if there is one.
///
/// If `*set->index` is -1 it becomes the number of entries, past the last entry it becomes -1.
/// Returns false if there is no such directory or no field for the name. This is what happens for
/// sets of files without set->fn.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dash_dir_read(set: *mut mg_field_set, u: *mut mg_dash_user) -> bool {
    exported("mg_dash_dir_read", false, || {
        // SAFETY: rules 1 and 7.
        unsafe { Set::from_ptr(set).is_some_and(|set| files::read_entry(set, u)) }
    })
}
