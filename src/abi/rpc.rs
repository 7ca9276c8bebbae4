//! JSON-RPC: a list of methods, and the dispatch of frames to them.
//!
//! A handler may delete entries of the list, its own included: while an entry's handler runs, the
//! entry is in [`BUSY`], and what is deleted then is freed when the last such handler has returned.

use core::cell::RefCell;
use core::ffi::{c_char, c_int, c_void};
use core::ptr::NonNull;

use super::fmt::{vformat, with_sink};
use super::mem::{mg_free, strdup, try_box};
use super::panics::exported;
use super::protocol_types::{mg_rpc, mg_rpc_req};
use super::types::{mg_str, va_list};
use crate::proto::rpc::{self, Frame};
use crate::text::fmt::Sink;
use crate::text::{glob, print};

/// Handler of a method.
type Handler = Option<unsafe extern "C" fn(r: *mut mg_rpc_req)>;

/// An entry whose handler is running.
struct Busy {
    entry: NonNull<mg_rpc>,
    is_deleted: bool,
}

thread_local! {
    /// The entries whose handlers are on this thread's stack, the innermost last.
    static BUSY: RefCell<Vec<Busy>> = const { RefCell::new(Vec::new()) };
}

/// Frees an entry that is in no list.
///
/// # Safety
/// `mg_rpc_add` made the entry, and it is not used afterwards.
unsafe fn free_entry(entry: NonNull<mg_rpc>) {
    // SAFETY: both came from `mg_calloc`.
    unsafe {
        mg_free((*entry.as_ptr()).method.buf.cast());
        mg_free(entry.as_ptr().cast());
    }
}

/// Puts a method in front of the list at `*head`, so that it wins over older ones. The pattern is
/// that of mg_match and is copied; the empty one stands for responses.
///
/// Without memory nothing happens. Take methods away with mg_rpc_del.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_add(
    head: *mut *mut mg_rpc,
    method_pattern: mg_str,
    handler: Option<unsafe extern "C" fn(r: *mut mg_rpc_req)>,
    handler_data: *mut c_void,
) {
    exported("mg_rpc_add", (), || {
        if head.is_null() {
            return;
        }
        // SAFETY: rule 4.
        let pattern = unsafe { method_pattern.bytes() };
        let method = mg_str { buf: strdup(pattern), len: pattern.len() };
        if method.buf.is_null() {
            return;
        }
        // SAFETY: rule 1.
        let next = unsafe { *head };
        match try_box(mg_rpc { next, method, r#fn: handler, fn_data: handler_data }) {
            // SAFETY: rule 5.
            Some(entry) => unsafe { *head = entry.as_ptr() },
            // SAFETY: `strdup` made it.
            None => unsafe { mg_free(method.buf.cast()) },
        }
    })
}

/// Removes and frees all methods with this handler; NULL removes all methods. Handlers may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_del(
    head: *mut *mut mg_rpc,
    handler: Option<unsafe extern "C" fn(r: *mut mg_rpc_req)>,
) {
    exported("mg_rpc_del", (), || {
        let mut slot = head;
        // SAFETY: rule 1: the list and its entries, which `mg_rpc_add` made, are live.
        let entry_at = |slot: *mut *mut mg_rpc| unsafe { slot.as_ref() }.copied();
        while let Some(entry) = entry_at(slot).and_then(NonNull::new) {
            // SAFETY: as above.
            let (own, next) = unsafe { (entry.as_ref().r#fn, &raw mut (*entry.as_ptr()).next) };
            if handler.is_some() && !same_handler(own, handler) {
                slot = next;
                continue;
            }
            // SAFETY: as above; `slot` is the head or the `next` of an entry that stays.
            unsafe { *slot = *next };
            if !defer(entry) {
                // SAFETY: it is in no list any more, and its handler is not running.
                unsafe { free_entry(entry) };
            }
        }
    })
}

fn same_handler(a: Handler, b: Handler) -> bool {
    matches!((a, b), (Some(a), Some(b)) if core::ptr::fn_addr_eq(a, b))
}

/// Marks an entry that is being dispatched as deleted; false if it is not.
fn defer(entry: NonNull<mg_rpc>) -> bool {
    BUSY.with_borrow_mut(|busy| {
        // The outermost call of an entry's handler is the one that frees it.
        let found = busy.iter_mut().find(|busy| busy.entry == entry);
        found.map(|busy| busy.is_deleted = true).is_some()
    })
}

/// Calls the handler of `entry`.
///
/// # Safety
/// Rules 1 and 7; `entry` is live.
unsafe fn dispatch(r: *mut mg_rpc_req, entry: NonNull<mg_rpc>) {
    BUSY.with_borrow_mut(|busy| busy.push(Busy { entry, is_deleted: false }));
    // SAFETY: passed on.
    unsafe {
        (*r).rpc = entry.as_ptr();
        if let Some(handler) = (*entry.as_ptr()).r#fn {
            handler(r);
        }
    }
    let is_over = BUSY.with_borrow_mut(|busy| {
        let last = busy.pop();
        last.is_some_and(|last| last.is_deleted)
    });
    if is_over {
        // SAFETY: `mg_rpc_del` has taken it out of the list, and no handler of it runs any more.
        unsafe { free_entry(entry) };
    }
}

/// The entries of a list, newest first, and their patterns.
///
/// # Safety
/// Rules 1 and 4 for the list, which stays as it is while the result is used.
unsafe fn entries<'a>(head: *mut *mut mg_rpc) -> impl Iterator<Item = (NonNull<mg_rpc>, &'a [u8])> {
    // SAFETY: passed on.
    let first = if head.is_null() { None } else { NonNull::new(unsafe { *head }) };
    // SAFETY: passed on.
    let next = |entry: &NonNull<mg_rpc>| NonNull::new(unsafe { entry.as_ref() }.next);
    // SAFETY: passed on.
    let pattern = |entry: NonNull<mg_rpc>| unsafe { entry.as_ref().method.bytes() };
    core::iter::successors(first, next).map(move |entry| (entry, pattern(entry)))
}

/// Prints with the output function of `r`.
///
/// # Safety
/// Rules 1 and 7.
unsafe fn print(r: *mut mg_rpc_req, f: impl FnOnce(&mut dyn Sink, &[u8])) {
    // SAFETY: passed on; the frame is rule 4.
    unsafe {
        let frame = (*r).frame.bytes();
        with_sink((*r).pfn, (*r).pfn_data, |sink| f(sink, frame));
    }
}

/// Handles one frame (JSON-RPC 2.0), r->frame: calls the handler of the method, with r->rpc set, or
/// prints an error with r->pfn.
///
/// Responses (frames with `result` or `error`) go to the handler of the empty pattern. r->head, the
/// address of the list, may be NULL. Batches are not supported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_process(r: *mut mg_rpc_req) {
    exported("mg_rpc_process", (), || {
        if r.is_null() {
            return;
        }
        // SAFETY: rules 1 and 4.
        let (frame, mut methods) = unsafe { ((*r).frame.bytes(), entries((*r).head)) };
        let name: &[u8] = match rpc::classify(frame) {
            Frame::Request(name) => name,
            Frame::Response => b"",
            // SAFETY: rules 1 and 7.
            Frame::Other => return unsafe { print(r, rpc::malformed) },
        };
        match methods.find(|(_, pattern)| glob::matches(name, pattern, &mut |_, _| {})) {
            // SAFETY: rules 1 and 7.
            Some((entry, _)) => unsafe { dispatch(r, entry) },
            // SAFETY: rules 1 and 7.
            None => unsafe { print(r, |sink, frame| rpc::not_found(sink, frame, name)) },
        }
    })
}

/// Prints `fmt`, or `null` for NULL.
///
/// # Safety
/// Rules 3 and 6.
unsafe fn body(sink: &mut dyn Sink, fmt: *const c_char, ap: *mut va_list) {
    if fmt.is_null() {
        sink.put(b"null");
    } else {
        // SAFETY: passed on.
        unsafe { vformat(sink, fmt, ap) };
    }
}

/// mg_rpc_ok with an argument list, which is advanced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_vok(r: *mut mg_rpc_req, fmt: *const c_char, ap: *mut va_list) {
    exported("mg_rpc_vok", (), || {
        if r.is_null() {
            return;
        }
        let result = |sink: &mut dyn Sink, frame: &[u8]| {
            if rpc::begin_result(sink, frame) {
                // SAFETY: rules 3 and 6.
                unsafe { body(sink, fmt, ap) };
                sink.put(b"}");
            }
        };
        // SAFETY: rules 1 and 7.
        unsafe { print(r, result) };
    })
}

/// mg_rpc_err with an argument list, which is advanced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_verr(
    r: *mut mg_rpc_req,
    code: c_int,
    fmt: *const c_char,
    ap: *mut va_list,
) {
    exported("mg_rpc_verr", (), || {
        if r.is_null() {
            return;
        }
        let error = |sink: &mut dyn Sink, frame: &[u8]| {
            rpc::begin_error(sink, frame, code);
            // SAFETY: rules 3 and 6.
            unsafe { body(sink, fmt, ap) };
            sink.put(b"}}");
        };
        // SAFETY: rules 1 and 7.
        unsafe { print(r, error) };
    })
}

/// A handler: answers with an array of all method patterns, newest first, without the empty one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_rpc_list(r: *mut mg_rpc_req) {
    exported("mg_rpc_list", (), || {
        if r.is_null() {
            return;
        }
        // SAFETY: rules 1 and 4.
        let methods = unsafe { entries((*r).head) };
        let list = |sink: &mut dyn Sink, frame: &[u8]| {
            if !rpc::begin_result(sink, frame) {
                return;
            }
            let mut before: &[u8] = b"[\"";
            for (_, pattern) in methods.filter(|(_, pattern)| !pattern.is_empty()) {
                sink.put(before);
                print::json(sink, pattern);
                before = b"\",\"";
            }
            sink.put(if before == b"[\"" { b"[]}" } else { b"\"]}" });
        };
        // SAFETY: rules 1 and 7.
        unsafe { print(r, list) };
    })
}
