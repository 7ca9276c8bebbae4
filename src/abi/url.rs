//! Parts of a URL. Results are slices of the URL; nothing is decoded.

use core::ffi::{c_char, c_ushort};

use super::mem::cstr;
use super::panics::{exported, guard};
use super::types::mg_str;
use crate::text::url::Url;

/// The URL divided; NULL counts as empty.
///
/// # Safety
/// Rule 3 of the C edge, for as long as the parts are used.
unsafe fn parse<'a>(url: *const c_char) -> Url<'a> {
    // SAFETY: rule 3.
    let text = unsafe { cstr(url) }.unwrap_or_default();
    guard(Url::EMPTY, || Url::parse(text))
}

/// Host part of `url`, with the brackets of an IPv6 address; may be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_host(url: *const c_char) -> mg_str {
    exported("mg_url_host", mg_str::NULL, || {
        // SAFETY: passed on.
        mg_str::new(unsafe { parse(url) }.host)
    })
}

/// Port of `url`, else the usual one of http, https, ws, wss, mqtt or mqtts, else 0. Also 0 for a
/// port above 65535.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_port(url: *const c_char) -> c_ushort {
    exported("mg_url_port", 0, || {
        // SAFETY: passed on.
        unsafe { parse(url) }.port_number()
    })
}

/// Tells whether `url` starts with https, wss, mqtts, ssl, tls or tcps and a colon.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_is_ssl(url: *const c_char) -> bool {
    exported("mg_url_is_ssl", false, || {
        // SAFETY: passed on.
        unsafe { parse(url) }.is_tls()
    })
}

/// User name in `url`; may be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_user(url: *const c_char) -> mg_str {
    exported("mg_url_user", mg_str::NULL, || {
        // SAFETY: passed on.
        mg_str::new(unsafe { parse(url) }.user)
    })
}

/// Password in `url`; may be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_pass(url: *const c_char) -> mg_str {
    exported("mg_url_pass", mg_str::NULL, || {
        // SAFETY: passed on.
        mg_str::new(unsafe { parse(url) }.pass)
    })
}

/// Path, query and fragment of `url`, up to its end; "/" if it has no path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_url_uri(url: *const c_char) -> *const c_char {
    exported("mg_url_uri", core::ptr::null(), || {
        // SAFETY: passed on.
        match unsafe { parse(url) }.path {
            Some(ofs) => url.wrapping_add(ofs),
            None => c"/".as_ptr(),
        }
    })
}
