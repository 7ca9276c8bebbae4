//! Pulling firmware: metadata from one URL, then, if they tell of another version, the image from the URL
//! in them.
//!
//! One check runs at a time in a process. Its state hangs off the connection of the moment
//! (`c->fn_data`) and is taken away from it before the outcome is reported, so that nothing that this
//! connection does later can matter.

mod verify;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{NonNull, null, null_mut};
use core::sync::atomic::{AtomicU64, Ordering};
use std::ffi::CString;

pub(crate) use self::verify::Verifier;
use crate::abi::hooks::mg_ota_device_id;
use crate::abi::http::body_of;
use crate::abi::http_parse::mg_http_status;
use crate::abi::mem;
use crate::abi::timer::now_ms;
use crate::abi::types::{flags, mg_connection, mg_http_message, mg_mgr};
use crate::event::conn::Conn;
use crate::event::connect::{Handlers, connect};
use crate::event::emit::{contain, ev};
use crate::http::engine::http_handler;
use crate::http::reply::append;
use crate::http::upload::{self, Patience};
use crate::proto::ota::{
    Metadata, OWN_VERSION, firmware_request, metadata_request, parse_metadata,
};
use crate::text::url::Url;
use crate::tls;

/// Called once at the end: message NULL means that the new firmware is in place.
pub(crate) type Callback = Option<unsafe extern "C" fn(message: *const c_char)>;

/// How long a check waits for the metadata, and for the connection to the firmware's server, in
/// milliseconds.
const CONNECT_MS: u64 = 5000;
/// How long it waits for the head of the firmware's response, from the connection on.
const HEAD_MS: u64 = 300_000;
/// How long the image may take, and the longest silence in it.
const DOWNLOAD: Patience = Patience { total_ms: 1_800_000, silence_ms: 60_000 };

/// Longest URL of metadata, in bytes; the rest is cut.
const MAX_URL: usize = 255;
/// Longest report of bad metadata and of a bad response, in bytes.
const MAX_BAD_METADATA: usize = 99;
const MAX_BAD_RESPONSE: usize = 63;
/// Room for the name of the device, with its NUL.
const DEVICE_ID_SIZE: usize = 128;

/// Number of the check that is running; 0 = none.
static RUNNING: AtomicU64 = AtomicU64::new(0);
/// Number of the check that was started last.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// A running check.
struct Check {
    number: u64,
    callback: Callback,
    deadline_ms: u64,
    /// The URL being fetched.
    url: CString,
    /// Once they are there, the firmware is being fetched.
    metadata: Option<Metadata>,
}

/// Starts a check of the metadata at `url` (`mg_ota_url_check`).
pub(crate) fn check(mgr: *mut mg_mgr, url: &[u8], callback: Callback) {
    let number = STARTED.fetch_add(1, Ordering::Relaxed) + 1;
    if RUNNING.compare_exchange(0, number, Ordering::AcqRel, Ordering::Relaxed).is_err() {
        return report(callback, Some(c"OTA already in progress"));
    }
    let url = c_string(url.get(..MAX_URL).unwrap_or(url));
    let deadline_ms = now_ms().saturating_add(CONNECT_MS);
    match mem::try_box(Check { number, callback, deadline_ms, url, metadata: None }) {
        Some(check) => fetch(mgr, check),
        None => {
            RUNNING.store(0, Ordering::Release);
            report(callback, Some(c"Out of memory"));
        }
    }
}

/// `text` up to its first NUL.
fn c_string(text: &[u8]) -> CString {
    let end = text.iter().position(|&b| b == 0).unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

/// Connects to the URL of `check`.
fn fetch(mgr: *mut mg_mgr, check: NonNull<Check>) {
    // SAFETY: the check is ours until a connection has it. A copy of the URL, because the check may be
    // over before `connect` returns.
    let (number, url) = unsafe { (check.as_ref().number, check.as_ref().url.clone()) };
    let handlers = Handlers {
        handler: Some(check_handler),
        data: check.as_ptr().cast(),
        protocol: Some(http_handler),
        protocol_data: null_mut(),
    };
    // SAFETY: rule 1 of the C edge for the manager, which may be NULL; `url` is a string.
    let conn = unsafe { connect(mgr, url.as_ptr(), handlers) };
    // If the connection came to be and went, it has reported why.
    if conn.is_none() && RUNNING.load(Ordering::Acquire) == number {
        // SAFETY: no connection has the check.
        end(unsafe { mem::unbox(check) }, Some(c"Failed to connect"));
    }
}

/// Ends a check.
fn end(check: Check, message: Option<&CStr>) {
    RUNNING.store(0, Ordering::Release);
    report(check.callback, message);
}

fn report(callback: Callback, message: Option<&CStr>) {
    if let Some(callback) = callback {
        // SAFETY: rule 7 of the C edge; the message is NULL or a live string.
        unsafe { callback(message.map_or(null(), CStr::as_ptr)) };
    } else if let Some(message) = message {
        crate::error!("OTA: {}", message.to_string_lossy());
    }
}

/// The check that `conn` works for. For immediate use: no reference lives across program code.
fn of<'a>(conn: Conn) -> Option<&'a mut Check> {
    // SAFETY: `fetch` put it there, for this handler and its upload only; `take` removes it.
    NonNull::new(conn.handler_data().cast::<Check>()).map(|mut check| unsafe { check.as_mut() })
}

/// Takes the check away from `conn`.
fn take(conn: Conn) -> Option<NonNull<Check>> {
    let check = NonNull::new(conn.handler_data().cast::<Check>());
    conn.set_handler(conn.handler(), null_mut());
    check
}

/// Ends the check that `conn` works for, and the connection.
fn finish(conn: Conn, message: Option<&CStr>) {
    if let Some(check) = take(conn) {
        conn.set(flags::CLOSING);
        // SAFETY: `try_box` made it, and no connection has it any more.
        end(unsafe { mem::unbox(check) }, message);
    }
}

/// [`finish`] with a text of which at most `max` bytes are reported.
fn finish_with(conn: Conn, text: &[u8], max: usize) {
    finish(conn, Some(&c_string(text.get(..max).unwrap_or(text))));
}

/// Handler of the connections of a check.
unsafe extern "C" fn check_handler(c: *mut mg_connection, event: c_int, ev_data: *mut c_void) {
    contain(c, |conn| {
        let Some(check) = of(conn) else { return };
        let is_firmware = check.metadata.is_some();
        match event {
            ev::CONNECT => connected(conn),
            ev::HTTP_HDRS if is_firmware => head_came(conn, ev_data.cast()),
            ev::HTTP_MSG if !is_firmware => metadata_came(conn, ev_data.cast()),
            ev::POLL if now_ms() > check.deadline_ms => {
                finish(conn, Some(if is_firmware { c"OTA timeout" } else { c"Metadata timeout" }));
            }
            // SAFETY: `MG_EV_ERROR` carries a NUL-terminated text.
            ev::ERROR => finish(conn, Some(unsafe { CStr::from_ptr(ev_data.cast()) })),
            ev::CLOSE => finish(conn, Some(c"connection closed")),
            _ => {}
        }
    });
}

/// Sends the request.
fn connected(conn: Conn) {
    let Some(check) = of(conn) else { return };
    let text = check.url.clone();
    let is_firmware = check.metadata.is_some();
    if is_firmware {
        check.deadline_ms = now_ms().saturating_add(HEAD_MS);
    }
    let url = Url::parse(text.to_bytes());
    if url.is_tls() {
        let name = url.host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        tls::start_client(conn, name.unwrap_or(url.host));
        if of(conn).is_none() {
            return;
        }
    }
    let uri = url.path.and_then(|at| text.to_bytes().get(at..)).unwrap_or(b"/");
    let request = if is_firmware {
        firmware_request(uri, url.host)
    } else {
        metadata_request(uri, url.host, device_id().to_bytes())
    };
    append(conn, &request);
}

fn device_id() -> CString {
    let mut id = [0u8; DEVICE_ID_SIZE];
    // SAFETY: the buffer is writable, and its last byte stays NUL.
    unsafe { mg_ota_device_id(id.as_mut_ptr().cast(), id.len() - 1) };
    c_string(&id)
}

/// The answer to the first request is there.
///
/// `hm` is the live message of the event.
fn metadata_came(conn: Conn, hm: *mut mg_http_message) {
    // SAFETY: the event's message is live; its body is copied before program code runs.
    let (status, body) = unsafe { (mg_http_status(hm), (*hm).body.bytes().to_vec()) };
    if (100..200).contains(&status) {
        return; // The real one follows.
    }
    let metadata = parse_metadata(&body).filter(|_| status == 200);
    let Some(metadata) = metadata else {
        let text = [b"Bad metadata: ", body.as_slice()].concat();
        return finish_with(conn, &text, MAX_BAD_METADATA);
    };
    if metadata.version == OWN_VERSION {
        return finish(conn, Some(c"Same version"));
    }
    let Some(mut boxed) = take(conn) else { return };
    conn.set(flags::CLOSING);
    // SAFETY: `try_box` made it, and no connection has it now.
    let check = unsafe { boxed.as_mut() };
    check.url = c_string(&metadata.url);
    check.metadata = Some(metadata);
    check.deadline_ms = now_ms().saturating_add(CONNECT_MS);
    fetch(conn.mgr(), boxed);
}

/// The head of the firmware's response is there.
///
/// `hm` is the live message of the event.
fn head_came(conn: Conn, hm: *mut mg_http_message) {
    let Some(Check { metadata: Some(metadata), .. }) = of(conn) else { return };
    let (size, sha256) = (metadata.size, metadata.sha256);
    // SAFETY: the event's message is live.
    let (status, body) = unsafe { (mg_http_status(hm), body_of(hm)) };
    if (100..200).contains(&status) {
        return;
    }
    let announced = if body.body_len == usize::MAX { 0 } else { body.body_len };
    if status != 200 || announced != size || body.is_chunked {
        let text = format!("Bad HTTP response: status {status}, size {announced} vs {size}");
        return finish_with(conn, text.as_bytes(), MAX_BAD_RESPONSE);
    }
    let verifier = sha256.map(Verifier::new);
    upload::start_download(conn, body, verifier, DOWNLOAD, Some(download_ended));
}

/// The image is in place, or will never be.
unsafe extern "C" fn download_ended(c: *mut mg_connection, message: *const c_char) {
    contain(c, |conn| {
        // SAFETY: NULL or a string that outlives the call.
        let message = (!message.is_null()).then(|| unsafe { CStr::from_ptr(message) });
        finish(conn, message);
    });
}
