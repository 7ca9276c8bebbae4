//! Behaviour options that the program's own files were compiled with.
//!
//! `mongoose.h` leaves the value of such an option in a weak constant; `src/shim/app_options.c`
//! finds it, in a static and in a shared link. Where the program said nothing, the value the
//! library was built with counts.

use core::ffi::{c_char, c_int, c_ulonglong};

use super::mem::cstr;
use crate::options;

unsafe extern "C" {
    safe fn meerkat_app_max_recv_size(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_io_size(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_enable_dirlist(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_enable_ssi(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_max_connections(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_io_timeout(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_ipv6_v6only(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_listen_backlog(dflt: c_ulonglong) -> c_ulonglong;
    safe fn meerkat_app_http_index(dflt: *const c_char) -> *const c_char;
}

/// A byte count of the program, cut to what fits.
fn size(value: c_ulonglong) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// `MG_MAX_RECV_SIZE`: most bytes of input that a connection may hold.
pub fn max_recv_size() -> usize {
    size(meerkat_app_max_recv_size(options::MG_MAX_RECV_SIZE as c_ulonglong))
}

/// `MG_IO_SIZE`: growth step of connection buffers in bytes, never 0.
pub fn io_size() -> usize {
    size(meerkat_app_io_size(options::MG_IO_SIZE as c_ulonglong)).max(1)
}

/// `MG_ENABLE_DIRLIST`: whether directories without an index page are listed.
pub fn enable_dirlist() -> bool {
    meerkat_app_enable_dirlist(options::MG_ENABLE_DIRLIST.into()) != 0
}

/// `MG_ENABLE_SSI`: whether server-side includes are expanded.
pub fn enable_ssi() -> bool {
    meerkat_app_enable_ssi(options::MG_ENABLE_SSI.into()) != 0
}

/// `MG_MAX_CONNECTIONS`: most connections of a manager; 0 = no limit, [`u64::MAX`] = what the system
/// allows.
pub fn max_connections() -> u64 {
    meerkat_app_max_connections(options::MG_MAX_CONNECTIONS)
}

/// `MG_IO_TIMEOUT`: milliseconds after which a connection that makes no progress is closed;
/// 0 = never.
pub fn io_timeout() -> u64 {
    meerkat_app_io_timeout(options::MG_IO_TIMEOUT)
}

/// `MG_IPV6_V6ONLY`: whether IPv6 listeners refuse IPv4 peers.
pub fn ipv6_v6only() -> bool {
    meerkat_app_ipv6_v6only(options::MG_IPV6_V6ONLY.into()) != 0
}

/// `MG_SOCK_LISTEN_BACKLOG_SIZE`: length of a listener's queue.
pub fn listen_backlog() -> c_int {
    let dflt = c_ulonglong::try_from(options::MG_SOCK_LISTEN_BACKLOG_SIZE).unwrap_or(0);
    c_int::try_from(meerkat_app_listen_backlog(dflt)).unwrap_or(c_int::MAX)
}

/// `MG_HTTP_INDEX`: file name of a directory's index page.
pub fn http_index() -> &'static [u8] {
    let value = meerkat_app_http_index(core::ptr::null());
    // SAFETY: rule 3; the program's constant is a string literal, which lives as long as it does.
    unsafe { cstr(value) }.unwrap_or(options::MG_HTTP_INDEX.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Rust test program defines none of the constants: the build-time values count.
    #[test]
    fn values_of_the_build_without_a_word_from_the_program() {
        assert_eq!(max_recv_size(), options::MG_MAX_RECV_SIZE);
        assert_eq!(io_size(), options::MG_IO_SIZE);
        assert_eq!(enable_dirlist(), options::MG_ENABLE_DIRLIST);
        assert_eq!(enable_ssi(), options::MG_ENABLE_SSI);
        assert_eq!(max_connections(), options::MG_MAX_CONNECTIONS);
        assert_eq!(io_timeout(), options::MG_IO_TIMEOUT);
        assert_eq!(ipv6_v6only(), options::MG_IPV6_V6ONLY);
        assert_eq!(listen_backlog(), options::MG_SOCK_LISTEN_BACKLOG_SIZE);
        assert_eq!(http_index(), options::MG_HTTP_INDEX.as_bytes());
    }
}
