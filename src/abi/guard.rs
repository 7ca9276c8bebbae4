//! What the guard's functions do (`mongoose_guard.h`); `src/shim/guard.c` has those that C calls. The
//! header is kept by hand; tests compare it.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null;

use super::fmt::{va_ptr, with_sink};
use super::mem::{bytes_mut, cstr};
use super::panics::exported;
use super::types::{
    mg_addr, mg_connection, mg_event_handler_t, mg_http_message, mg_mgr, mg_pfn_t, va_list,
};
use crate::abi::timer::now_ms;
use crate::event::settings;
use crate::event::state::State;
use crate::guard::options::{self, TABLE};
use crate::guard::stats::Stats;
use crate::http::policy;

/// What the guard is about to do.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum mg_guard_action {
    /// Turn a new peer away; the connection is the listener.
    MG_GUARD_REFUSE,
    /// Close a connection to make room.
    MG_GUARD_EVICT,
    /// Close a connection whose time is up.
    MG_GUARD_TIMEOUT,
    /// Answer a request with an error status.
    MG_GUARD_REJECT,
    /// Turn away or slow down a peer that comes too often.
    MG_GUARD_RATE_LIMIT,
}

/// What a guard handler is told.
#[repr(C)]
pub struct mg_guard_event {
    /// `enum mg_guard_action`.
    pub action: c_int,
    /// HTTP status, WebSocket close code, or 0.
    pub status: c_int,
    /// Name of the option that asks for it.
    pub option: *const c_char,
    /// Whom it concerns.
    pub peer: mg_addr,
    /// The request, where one has been read; else NULL.
    pub hm: *mut mg_http_message,
}

/// Function that is asked before the guard acts.
pub type mg_guard_handler_t =
    Option<unsafe extern "C" fn(*mut mg_connection, *const mg_guard_event, *mut c_void) -> bool>;

/// Function that decides whether a request may go on.
pub type mg_auth_handler_t =
    Option<unsafe extern "C" fn(*mut mg_connection, *mut mg_http_message, *mut c_void) -> bool>;

/// Figures of a manager.
#[repr(C)]
pub struct mg_stats {
    /// Size of the caller's structure.
    pub size: usize,
    /// The figures.
    pub figures: Stats,
}

/// The library's own version; see the header.
#[unsafe(no_mangle)]
pub extern "C" fn meerkat_library_version() -> *const c_char {
    const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes();
    exported("meerkat_library_version", c"".as_ptr(), || VERSION.as_ptr().cast())
}

/// Sets an option; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_set_option(
    mgr: *mut mg_mgr,
    name: *const c_char,
    value: *const c_char,
) -> *const c_char {
    exported("meerkat_set_option", c"internal error".as_ptr(), || {
        // SAFETY: rule 3.
        let (name, value) = unsafe { (cstr(name), cstr(value)) };
        let Some(name) = name else { return c"the name is NULL".as_ptr() };
        if mgr.is_null() {
            return c"the manager is NULL".as_ptr();
        }
        let Some(state) = State::of_or_new(mgr) else { return c"out of memory".as_ptr() };
        let _scope = crate::event::state::Scope::enter_now(state);
        match settings::set(state, name, value) {
            Ok(()) => null(),
            Err(why) => why.as_ptr(),
        }
    })
}

/// Writes the value of an option; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_get_option(
    mgr: *mut mg_mgr,
    name: *const c_char,
    buf: *mut c_char,
    len: usize,
) -> *const c_char {
    exported("meerkat_get_option", null(), || {
        // SAFETY: rule 3.
        let spec = unsafe { cstr(name) }.and_then(options::find);
        let (Some(spec), Some(state)) = (spec, State::of_or_new(mgr)) else { return null() };
        let value = state.with_guard(|guarded| guarded.settings.text(spec.id).into_owned());
        // SAFETY: rule 2: `buf` has `len` writable bytes.
        let room = unsafe { bytes_mut(buf.cast(), len) };
        let Some(last) = room.len().checked_sub(1) else { return null() };
        let n = value.len().min(last);
        room[..n].copy_from_slice(&value.as_bytes()[..n]);
        room[n] = 0;
        buf
    })
}

/// Name of an option; see the header.
#[unsafe(no_mangle)]
pub extern "C" fn meerkat_option_name(index: usize) -> *const c_char {
    exported("meerkat_option_name", null(), || {
        TABLE.get(index).map_or(null(), |spec| spec.c_name.as_ptr())
    })
}

/// The figures of `mgr`; those of a manager without connections if it has had none.
///
/// # Safety
/// Rule 1: `mgr` is NULL or live.
unsafe fn figures(mgr: *const mg_mgr) -> Stats {
    match State::of(mgr.cast_mut()) {
        Some(state) => state.with_guard(|guarded| guarded.snapshot(now_ms())),
        None => Stats::default(),
    }
}

/// Fills `*stats` up to its `size`; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_get_stats(mgr: *const mg_mgr, stats: *mut mg_stats) {
    exported("meerkat_get_stats", (), || {
        if mgr.is_null() || stats.is_null() {
            return;
        }

        // SAFETY: rule 1.
        let figures = unsafe { figures(mgr) };
        let values = figures.values();
        // SAFETY: the caller set `size` to the number of bytes it has there; whole figures that fit
        // behind `size` are written.
        unsafe {
            let room = (*stats).size.saturating_sub(size_of::<usize>()) / size_of::<u64>();
            let to = (&raw mut (*stats).figures).cast::<u64>();
            core::ptr::copy_nonoverlapping(values.as_ptr(), to, room.min(values.len()));
        }
    })
}

/// Printer for `%M`; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_print_stats(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
) -> usize {
    exported("meerkat_print_stats", 0, || {
        // SAFETY: rule 6: the argument is a manager.
        let mgr: *const mg_mgr = unsafe { va_ptr(ap) }.cast();
        let mut text = String::new();
        if !mgr.is_null() {
            // SAFETY: rule 1. Writing to a string does not fail.
            let _ = unsafe { figures(mgr) }.write_prometheus(&mut text);
        }
        // SAFETY: rule 7.
        unsafe { with_sink(out, arg, |sink| sink.put(text.as_bytes())) };
        text.len()
    })
}

/// Sets the function that is asked; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_set_guard_handler(
    mgr: *mut mg_mgr,
    r#fn: mg_guard_handler_t,
    fn_data: *mut c_void,
) {
    exported("meerkat_set_guard_handler", (), || {
        if let Some(state) = State::of_or_new(mgr) {
            state.with_guard(|guarded| guarded.set_handler(r#fn, fn_data));
        }
    })
}

/// Gives requests to a handler of their own; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_set_request_handler(
    mgr: *mut mg_mgr,
    pattern: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) {
    exported("meerkat_set_request_handler", (), || {
        // SAFETY: rule 3.
        let pattern = unsafe { cstr(pattern) };
        let Some(state) = State::of_or_new(mgr) else { return };
        let value = r#fn.map(|_| (r#fn, fn_data));
        policy::register(state, pattern, value, |guarded| &mut guarded.policy.routes);
    })
}

/// Asks a function about requests; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_set_auth_handler(
    mgr: *mut mg_mgr,
    pattern: *const c_char,
    r#fn: mg_auth_handler_t,
    fn_data: *mut c_void,
) {
    exported("meerkat_set_auth_handler", (), || {
        // SAFETY: rule 3.
        let pattern = unsafe { cstr(pattern) };
        let Some(state) = State::of_or_new(mgr) else { return };
        let value = r#fn.map(|_| (r#fn, fn_data));
        policy::register(state, pattern, value, |guarded| &mut guarded.policy.auth);
    })
}

/// Answers requests with 404; see the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn meerkat_disable_http_endpoint(mgr: *mut mg_mgr, pattern: *const c_char) {
    exported("meerkat_disable_http_endpoint", (), || {
        // SAFETY: rule 3.
        let pattern = unsafe { cstr(pattern) };
        let Some(state) = State::of_or_new(mgr) else { return };
        policy::register(state, pattern, Some(()), |guarded| &mut guarded.policy.disabled);
    })
}
