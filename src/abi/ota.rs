//! Pulling firmware.

use core::ffi::c_char;

use super::mem::cstr;
use super::panics::exported;
use super::types::mg_mgr;
use crate::ota;

/// Asks the server at `metadata_url` whether it has other firmware than this, and stores it if so.
///
/// The answer to the request, which tells the version and the device's id, is a JSON object with
/// `version`, `url` and `size` of the image, and perhaps its `sha256` in hex, which is verified. If the
/// version is another one, the image is fetched from the URL and passed to mg_ota_begin, mg_ota_write
/// and mg_ota_end. `fn` is called once, from here or from mg_mgr_poll: with NULL when that has
/// succeeded, else with a text that says why not, such as "Same version" or "OTA already in progress";
/// there is one check at a time. `fn` NULL: failures are logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ota_url_check(
    mgr: *mut mg_mgr,
    metadata_url: *const c_char,
    r#fn: Option<unsafe extern "C" fn(error_message: *const c_char)>,
) {
    exported("mg_ota_url_check", (), || {
        // SAFETY: rules 1, 3 and 7.
        ota::check(mgr, unsafe { cstr(metadata_url) }.unwrap_or_default(), r#fn);
    })
}
