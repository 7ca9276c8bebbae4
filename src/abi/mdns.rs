//! Multicast DNS.

use core::ffi::{c_char, c_uint, c_void};
use core::ptr::null_mut;

use super::mem::cstr;
use super::panics::{exported, exported_on};
use super::types::{mg_connection, mg_event_handler_t, mg_mgr};
use crate::event::conn::Conn;
use crate::mdns;
use crate::proto::dns::TYPE_A;

/// Listens for multicast DNS (RFC 6762) on 224.0.0.251:5353; several programs may. From then on names
/// that end in `.local` can be connected to (mg_connect and so on): the listener made last asks.
///
/// `fn_data` is NULL or the name of this host, one label without `.local`, which must stay: questions for
/// its address are answered with the address in use. All questions for A records of that name, for PTR
/// records of any and for SRV and TXT records of names that begin with it come as MG_EV_MDNS_REQ with a
/// `struct mg_mdns_req *`, without `fn_data` for all names; the handler says whether (`is_resp`) and what
/// to answer, with pointers that are good until the event is over for all. Addresses that others tell
/// come as MG_EV_MDNS_RESP with a `struct mg_mdns_resp *`. Only hosts on the networks of this one are
/// heard.
///
/// Returns NULL if the socket can't be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mdns_listen(
    mgr: *mut mg_mgr,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_mdns_listen", null_mut(), || {
        // SAFETY: passed on.
        unsafe { mdns::open(mgr, r#fn, fn_data) }.map_or(null_mut(), Conn::ptr)
    })
}

/// Multicasts a question from the mDNS listener `c`: for records of type `rtype` (MG_DNS_RTYPE_..., 0:
/// MG_DNS_RTYPE_A) of `name`, which ends in `.local`. Addresses in the answers come as MG_EV_MDNS_RESP.
///
/// Sets c->rem to the group. Returns false if `name` is no name or the question could not be sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mdns_query(
    c: *mut mg_connection,
    name: *const c_char,
    rtype: c_uint,
) -> bool {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mdns_query", conn, false, |conn| {
        // SAFETY: rule 3.
        let Some(name) = (unsafe { cstr(name) }) else {
            return false;
        };
        let rtype = u16::try_from(rtype).ok().filter(|&rtype| rtype > 0).unwrap_or(TYPE_A);
        mdns::query(conn, name, rtype)
    })
}
