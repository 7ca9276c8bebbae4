//! What the operating system allows this process.

use core::ffi::{CStr, c_char};

/// The soft limit of open descriptors (RLIMIT_NOFILE).
pub(crate) fn descriptors() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: getrlimit fills the structure, which lives on the stack.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    // Without an answer: what POSIX guarantees at least.
    if result == 0 { limit.rlim_cur } else { 20 }
}

#[cfg(target_os = "linux")]
unsafe extern "C" {
    /// `getenv` that finds nothing in programs with more rights than their caller (glibc, musl).
    fn secure_getenv(name: *const c_char) -> *mut c_char;
}

#[cfg(not(target_os = "linux"))]
use libc::getenv as secure_getenv;

/// A variable of the environment, unless the process runs with more rights than its caller.
pub(crate) fn secure_variable(name: &CStr) -> Option<Vec<u8>> {
    // SAFETY: the name is NUL-terminated; the value is copied before anybody can change it, as far
    // as the rules of getenv go (nobody may change the environment meanwhile).
    unsafe { crate::abi::mem::cstr(secure_getenv(name.as_ptr())) }.map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_is_a_limit() {
        assert!(super::descriptors() >= 20);
        assert!(super::secure_variable(c"PATH").is_some_and(|path| !path.is_empty()));
        assert_eq!(super::secure_variable(c"MEERKAT_NO_SUCH_VARIABLE"), None);
    }
}
