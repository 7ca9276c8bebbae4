//! The format engine on C arguments: `va_list` in, C output functions and buffers out.

use core::ffi::{c_char, c_double, c_int, c_long, c_longlong, c_void};

use super::iobuf;
use super::mem::cstr;
use super::panics::guard;
use super::types::{mg_iobuf, mg_pfn_t, mg_pm_t, va_list};
use crate::text::fmt::{self, Args, Sink};

/// The shim's readers: each pulls one argument of its type. Rule 6 of the C edge.
mod va {
    use super::{c_double, c_int, c_long, c_longlong, c_void, va_list};
    unsafe extern "C" {
        pub fn meerkat_va_int(ap: *mut va_list) -> c_int;
        pub fn meerkat_va_long(ap: *mut va_list) -> c_long;
        pub fn meerkat_va_llong(ap: *mut va_list) -> c_longlong;
        pub fn meerkat_va_double(ap: *mut va_list) -> c_double;
        pub fn meerkat_va_ptr(ap: *mut va_list) -> *mut c_void;
    }
}

/// Pulls an `int`.
///
/// # Safety
/// Rule 6 of the C edge.
pub unsafe fn va_int(ap: *mut va_list) -> c_int {
    // SAFETY: passed on.
    unsafe { va::meerkat_va_int(ap) }
}

/// Pulls a pointer.
///
/// # Safety
/// Rule 6 of the C edge.
pub unsafe fn va_ptr(ap: *mut va_list) -> *mut c_void {
    // SAFETY: passed on.
    unsafe { va::meerkat_va_ptr(ap) }
}

/// Formats into `sink`; returns the counted length. A NULL `fmt` prints nothing.
///
/// # Safety
/// Rules 3 and 6 of the C edge.
pub unsafe fn vformat(sink: &mut dyn Sink, fmt: *const c_char, ap: *mut va_list) -> usize {
    // SAFETY: rule 3, passed on.
    let Some(fmt) = (unsafe { cstr(fmt) }) else {
        return 0;
    };
    fmt::format(sink, fmt, &mut VaArgs { ap })
}

/// Arguments read from a `va_list`. INVARIANT: rule 6 of the C edge holds for `ap`.
struct VaArgs {
    ap: *mut va_list,
}

impl Args for VaArgs {
    fn int(&mut self) -> i32 {
        // SAFETY: rule 6, the type's invariant.
        unsafe { va::meerkat_va_int(self.ap) }
    }

    fn long(&mut self) -> i64 {
        // SAFETY: rule 6, the type's invariant.
        unsafe { va::meerkat_va_long(self.ap) }
    }

    fn llong(&mut self) -> i64 {
        // SAFETY: rule 6, the type's invariant.
        unsafe { va::meerkat_va_llong(self.ap) }
    }

    fn double(&mut self) -> f64 {
        // SAFETY: rule 6, the type's invariant.
        unsafe { va::meerkat_va_double(self.ap) }
    }

    fn text(&mut self, limit: Option<usize>) -> &[u8] {
        // SAFETY: rule 6, the type's invariant.
        let s: *const c_char = unsafe { va_ptr(self.ap) }.cast();
        let Some(limit) = limit else {
            // SAFETY: rule 3: without a precision the argument is NULL or NUL-terminated.
            return unsafe { cstr(s) }.unwrap_or_default();
        };
        if s.is_null() {
            return &[];
        }
        // SAFETY: with a precision the argument is readable up to a NUL or `limit` bytes.
        unsafe { core::slice::from_raw_parts(s.cast(), libc::strnlen(s, limit)) }
    }

    fn custom(&mut self, sink: &mut dyn Sink) -> usize {
        // SAFETY: rule 6: the argument is a printer or NULL, and `mg_pm_t` is a nullable pointer.
        let printer: mg_pm_t = unsafe { core::mem::transmute(va_ptr(self.ap)) };
        let Some(printer) = printer else {
            return 0;
        };
        let mut target: *mut (dyn Sink + '_) = sink;
        let arg: *mut c_void = (&raw mut target).cast();
        // SAFETY: rule 7; `put_byte` gets the argument it expects, alive during the call.
        unsafe { printer(Some(put_byte), arg, self.ap) }
    }
}

/// Output function that custom printers get: `arg` is a `*mut *mut dyn Sink`.
unsafe extern "C" fn put_byte(ch: c_char, arg: *mut c_void) {
    // SAFETY: only `VaArgs::custom` hands this function out, with such an argument, and the sink
    // outlives the printer's call.
    let sink = unsafe { &mut **arg.cast::<*mut dyn Sink>() };
    guard((), || sink.put(&[ch as u8]));
}

/// Runs `f` with the sink that a C output function stands for. The library's own output functions
/// are recognised and written to in runs; others are called once per byte.
///
/// # Safety
/// Rule 7 of the C edge: `pfn` may be called with `arg` while `f` runs.
pub unsafe fn with_sink<R>(
    pfn: mg_pfn_t,
    arg: *mut c_void,
    f: impl FnOnce(&mut dyn Sink) -> R,
) -> R {
    let is = |known: unsafe extern "C" fn(c_char, *mut c_void)| {
        pfn.is_some_and(|pfn| core::ptr::fn_addr_eq(pfn, known))
    };
    if is(put_byte) {
        // SAFETY: as in `put_byte`; the printer that passed it on does not use it meanwhile.
        f(unsafe { &mut **arg.cast::<*mut dyn Sink>() })
    } else if is(super::printf::mg_pfn_iobuf) && !arg.is_null() {
        f(&mut IobufSink::new(arg.cast()))
    } else {
        f(&mut CFnSink { pfn, arg })
    }
}

/// A C output function, called once per byte; NULL swallows everything.
pub struct CFnSink {
    /// Output function. INVARIANT: rule 7 of the C edge.
    pub pfn: mg_pfn_t,
    /// Its argument.
    pub arg: *mut c_void,
}

impl Sink for CFnSink {
    fn put(&mut self, bytes: &[u8]) {
        let Some(pfn) = self.pfn else {
            return;
        };
        for &b in bytes {
            // SAFETY: rule 7, the type's invariant.
            unsafe { pfn(b as c_char, self.arg) };
        }
    }
}

/// Appends to a buffer and keeps a NUL behind the data, as `mg_pfn_iobuf` does.
pub struct IobufSink {
    /// INVARIANT: rule 1 of the C edge.
    io: *mut mg_iobuf,
    limit: usize,
    oom: bool,
    beyond_limit: bool,
}

impl IobufSink {
    /// A sink that appends to `io`, which must stay alive (rule 1 of the C edge).
    pub fn new(io: *mut mg_iobuf) -> IobufSink {
        IobufSink::with_limit(io, usize::MAX)
    }

    /// [`IobufSink::new`] for a buffer that may not hold more than `limit` bytes.
    pub(crate) fn with_limit(io: *mut mg_iobuf, limit: usize) -> IobufSink {
        IobufSink { io, limit, oom: false, beyond_limit: false }
    }

    /// True if memory ran out, or the limit was reached, and text was lost.
    pub fn out_of_memory(&self) -> bool {
        self.oom
    }

    /// True if the limit was reached.
    pub(crate) fn is_beyond_limit(&self) -> bool {
        self.beyond_limit
    }
}

impl Sink for IobufSink {
    fn put(&mut self, bytes: &[u8]) {
        // SAFETY: rule 1, the type's invariant.
        let len = unsafe { (*self.io).len };
        let fits = bytes.len() <= self.limit.saturating_sub(len);
        self.beyond_limit |= !fits;
        // SAFETY: as above.
        if !(fits && unsafe { iobuf::append_text(self.io, bytes) }) {
            self.oom = true;
        }
    }
}
