//! Panics on demand, for tests of what happens then. Without the feature `failpoints` nothing of it
//! is compiled.

use core::ffi::c_char;

use parking_lot::Mutex;

use crate::abi::mem::cstr;

/// Where the next panic is to happen.
static ARMED: Mutex<Option<String>> = Mutex::new(None);

/// Has the next [`hit`] of this name panic; NULL disarms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_failpoint(name: *const c_char) {
    // SAFETY: rule 3 of the C edge.
    let name = unsafe { cstr(name) };
    *ARMED.lock() = name.map(|name| String::from_utf8_lossy(name).into_owned());
}

/// Panics if this place is armed.
pub(crate) fn hit(name: &str) {
    let is_armed = ARMED.lock().take_if(|armed| armed == name).is_some();
    assert!(!is_armed, "failpoint {name}");
}
