//! Logging: the exported functions, and what the library itself logs with.
//!
//! The library logs through the C symbols `mg_log_prefix` and `mg_log`, so that a program that
//! defines its own sees the library's lines too. The default ones (`src/shim/hook_log.c`) end in
//! [`meerkat_log_prefix`] and [`meerkat_vlog`], which write to the function that
//! [`mg_log_set_fn`] set.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::fmt::Write;
use core::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use parking_lot::Mutex;

use super::fmt::{CFnSink, vformat};
use super::mem::{bytes, cstr};
use super::panics::exported;
use super::printf::mg_pfn_stdout;
use super::types::{mg_pfn_t, va_list};
use super::variadic::mg_log;
use crate::text::fmt::Sink;
use crate::text::log_line;

/// Log nothing.
pub const MG_LL_NONE: c_int = 0;
/// Errors.
pub const MG_LL_ERROR: c_int = 1;
/// Errors and information.
pub const MG_LL_INFO: c_int = 2;
/// The level a program starts with.
pub const MG_LL_DEBUG: c_int = 3;
/// Everything.
pub const MG_LL_VERBOSE: c_int = 4;

/// Highest level that the log macros print; programs assign to it, or use mg_log_set().
#[unsafe(no_mangle)]
pub static mut mg_log_level: c_int = MG_LL_DEBUG;

/// The level now. Any thread may write it.
fn level() -> c_int {
    // SAFETY: the object is a static `int`; the library only accesses it atomically.
    unsafe { AtomicI32::from_ptr(&raw mut mg_log_level) }.load(Ordering::Relaxed)
}

/// Output function of the log and its argument. Threads that log see both or neither change.
static OUTPUT: Mutex<(mg_pfn_t, AtomicPtr<c_void>)> =
    Mutex::new((Some(mg_pfn_stdout), AtomicPtr::new(core::ptr::null_mut())));

/// Sets the output function of the log and its argument; NULL swallows all output.
///
/// It is called once per byte, first with standard output, and must not log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_log_set_fn(r#fn: mg_pfn_t, param: *mut c_void) {
    exported("mg_log_set_fn", (), || {
        *OUTPUT.lock() = (r#fn, AtomicPtr::new(param));
    })
}

/// The log's output as a sink. No lock is held while the program's function runs.
fn output() -> CFnSink {
    let mut output = OUTPUT.lock();
    CFnSink { pfn: output.0, arg: *output.1.get_mut() }
}

/// What the default `mg_log` does: the text, CR LF.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_vlog(fmt: *const c_char, ap: *mut va_list) {
    exported("meerkat_vlog", (), || {
        let mut out = output();
        // SAFETY: rules 3 and 6, passed on.
        unsafe { vformat(&mut out, fmt, ap) };
        out.put(b"\r\n");
    })
}

/// What the default `mg_log_prefix` does: 40 characters of time, level and place.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_log_prefix(
    ll: c_int,
    file: *const c_char,
    line: c_int,
    fname: *const c_char,
) {
    exported("meerkat_log_prefix", (), || {
        // SAFETY: rule 3.
        let (file, fname) = unsafe { (cstr(file), cstr(fname)) };

        let now = super::timer::now_ms();
        let prefix =
            log_line::prefix(now, ll, file.unwrap_or_default(), line, fname.unwrap_or_default());
        output().put(&prefix);
    })
}

/// Logs `len` bytes at `buf` in hex and ASCII, 16 per line, whatever the log level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_hexdump(buf: *const c_void, len: usize) {
    exported("mg_hexdump", (), || {
        // SAFETY: rule 2.
        let data = unsafe { bytes(buf, len) };

        let mut out = output();
        log_line::hexdump(data, |line| out.put(line));
    })
}

unsafe extern "C" {
    /// Begins a line of the log, which mg_log() then ends: time, level `ll`, file, line and function.
    fn mg_log_prefix(ll: c_int, file: *const c_char, line: c_int, fname: *const c_char);
}

/// Longest text that the library logs in one line, in bytes, with its NUL.
const MAX_TEXT: usize = 256;

/// A C string on the stack; what does not fit is cut. INVARIANT: `len < MAX_TEXT`.
struct StackText {
    buf: [u8; MAX_TEXT],
    len: usize,
}

impl Write for StackText {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        let n = s.len().min(MAX_TEXT - 1 - self.len);
        let (Some(room), Some(text)) =
            (self.buf.get_mut(self.len..self.len + n), s.as_bytes().get(..n))
        else {
            return Err(core::fmt::Error);
        };
        room.copy_from_slice(text);
        self.len += n;
        Ok(())
    }
}

/// Logs one line if `ll` is not above the level of the program. `file` and `fname` are C strings.
/// Use the macros [`error!`](crate::error), [`info!`](crate::info), [`debug!`](crate::debug) and
/// [`verbose!`](crate::verbose).
pub fn log(ll: i32, file: &CStr, line: u32, fname: &CStr, args: core::fmt::Arguments) {
    if ll > level() {
        return;
    }
    let mut text = StackText { buf: [0; MAX_TEXT], len: 0 };
    // The only error is a full buffer; what fits is logged.
    let _ = text.write_fmt(args);
    let line = c_int::try_from(line).unwrap_or(c_int::MAX);
    // SAFETY: all pointers are NUL-terminated strings that outlive the calls, and `%s` takes one.
    unsafe {
        mg_log_prefix(ll, file.as_ptr(), line, fname.as_ptr());
        mg_log(c"%s".as_ptr(), text.buf.as_ptr().cast::<c_char>());
    }
}

/// Logs at a level, with the place of the call.
#[doc(hidden)]
#[macro_export]
macro_rules! log_at {
    ($level:expr, $($arg:tt)+) => {{
        const FILE: &core::ffi::CStr =
            match core::ffi::CStr::from_bytes_with_nul(concat!(file!(), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            };
        $crate::abi::log::log($level, FILE, line!(), c"", format_args!($($arg)+))
    }};
}

/// Logs an error, with the place of the call.
#[macro_export]
macro_rules! error {
    ($($arg:tt)+) => { $crate::log_at!($crate::abi::log::MG_LL_ERROR, $($arg)+) };
}

/// Logs information, with the place of the call.
#[macro_export]
macro_rules! info {
    ($($arg:tt)+) => { $crate::log_at!($crate::abi::log::MG_LL_INFO, $($arg)+) };
}

/// Logs for debugging, with the place of the call.
#[macro_export]
macro_rules! debug {
    ($($arg:tt)+) => { $crate::log_at!($crate::abi::log::MG_LL_DEBUG, $($arg)+) };
}

/// Logs details, with the place of the call.
#[macro_export]
macro_rules! verbose {
    ($($arg:tt)+) => { $crate::log_at!($crate::abi::log::MG_LL_VERBOSE, $($arg)+) };
}
