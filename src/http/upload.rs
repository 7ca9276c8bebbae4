//! Storing request bodies: streamed to a file or to the firmware updater, or piece by piece.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{NonNull, null, null_mut};
use std::ffi::CString;

use super::reply;
use super::site::Site;
use crate::abi::hooks::{mg_ota_begin, mg_ota_end, mg_ota_write};
use crate::abi::mem;
use crate::abi::timer::now_ms;
use crate::abi::types::{mg_connection, mg_fd};
use crate::event::conn::Conn;
use crate::event::emit::{contain, ev, fail};
use crate::fs::fence::Fence;
use crate::fs::place::Place;
use crate::fs::system::{FileSystem, join};
use crate::ota::Verifier;

/// While more than this is missing, files get whole blocks.
const BLOCK: usize = 512;

/// Called once at the end: message NULL means success.
pub(crate) type Callback = Option<unsafe extern "C" fn(*mut mg_connection, *const c_char)>;

/// Where the bytes go.
enum Target {
    File(mg_fd),
    /// With what the image must be, if that is known.
    Firmware(Option<Verifier>),
}

impl Target {
    fn write(&mut self, data: &[u8]) -> bool {
        let (ptr, len) = (data.as_ptr().cast::<c_void>(), data.len());
        match self {
            // SAFETY: the handle came from this file system's `op`; `data` is readable.
            Target::File(file) => unsafe {
                (*file.fs).wr.is_some_and(|write| write(file.fd, ptr, len) == len)
            },
            Target::Firmware(verifier) => {
                if let Some(verifier) = verifier {
                    verifier.update(data);
                }
                // SAFETY: `data` is readable for its length.
                unsafe { mg_ota_write(ptr, len) }
            }
        }
    }

    /// Ends the transfer. The message says what went wrong at the very end.
    fn finish(self) -> Option<&'static CStr> {
        match self {
            // SAFETY: the handle came from this file system's `op` and is not used afterwards.
            Target::File(file) => unsafe {
                if let Some(close) = (*file.fs).cl {
                    close(file.fd);
                }
                None
            },
            Target::Firmware(verifier) => {
                if verifier.is_some_and(|verifier| !verifier.matches()) {
                    // Nobody shall start an image that is not the announced one.
                    return Some(c"sha256 mismatch");
                }
                // SAFETY: no arguments.
                (!unsafe { mg_ota_end() }).then_some(c"OTA finalize failed")
            }
        }
    }
}

/// How long a transfer may take, in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// From the start on.
    pub(crate) total_ms: u64,
    /// From the last bytes on.
    pub(crate) silence_ms: u64,
}

/// The end of somebody's patience.
struct Deadline {
    patience: Patience,
    started_ms: u64,
    heard_ms: u64,
}

impl Deadline {
    fn new(patience: Patience) -> Deadline {
        let now = now_ms();
        Deadline { patience, started_ms: now, heard_ms: now }
    }

    fn is_over(&self, now: u64) -> bool {
        now.saturating_sub(self.started_ms) > self.patience.total_ms
            || now.saturating_sub(self.heard_ms) > self.patience.silence_ms
    }
}

/// An upload in progress, or a download of ours; `c->pfn_data` owns it.
struct Upload {
    target: Option<Target>,
    missing: usize,
    callback: Callback,
    deadline: Option<Deadline>,
}

/// False if symbolic links lead from `dir` to where `path`, which begins with it, must not go.
fn stays_below(conn: Conn, fs: FileSystem, dir: &[u8], path: &CStr) -> bool {
    let fence = Site::of(conn, Some(dir)).links.map(|links| Fence { root: dir, links });
    Place { fs, fence }.has_directory_of(path)
}

/// Starts storing the body of the request at the front of `recv` in a file.
///
/// The request's head is `head_len` bytes, its body `body_len`. On failure the callback is called
/// at once and HTTP goes on.
pub(crate) fn start_file(
    conn: Conn,
    request: Body,
    name: &[u8],
    dir: &[u8],
    fs: FileSystem,
    callback: Callback,
) {
    if crate::options::MG_DATA_SIZE < 32 {
        return report(conn, callback, Some(c"data too small"));
    }
    if !crate::text::path::is_sane(name) {
        return report(conn, callback, Some(c"bad name"));
    }
    if request.is_chunked {
        return report(conn, callback, Some(c"chunked body"));
    }
    let path = join(&[dir, b"/", name]);
    let path = path.filter(|path| !name.is_empty() && stays_below(conn, fs, dir, path));
    match path.and_then(|path| fs.open_for_upload(&path)) {
        Some(file) => start(conn, request, Target::File(file), None, callback),
        None => report(conn, callback, Some(c"open failed")),
    }
}

/// Starts passing the body of the request at the front of `recv` to the firmware updater.
pub(crate) fn start_firmware(conn: Conn, request: Body, callback: Callback) {
    if crate::options::MG_DATA_SIZE < 32 {
        return report(conn, callback, Some(c"data too small"));
    }
    if request.is_chunked {
        return report(conn, callback, Some(c"chunked body"));
    }
    begin_firmware(conn, request, None, None, callback);
}

/// Starts passing the body of the response at the front of `recv` to the firmware updater. What the
/// image must be, if that is known, is verified before it may be started.
pub(crate) fn start_download(
    conn: Conn,
    response: Body,
    verifier: Option<Verifier>,
    patience: Patience,
    callback: Callback,
) {
    begin_firmware(conn, response, verifier, Some(Deadline::new(patience)), callback);
}

fn begin_firmware(
    conn: Conn,
    body: Body,
    verifier: Option<Verifier>,
    deadline: Option<Deadline>,
    callback: Callback,
) {
    // SAFETY: no pointers are involved.
    if unsafe { mg_ota_begin(body.body_len) } {
        start(conn, body, Target::Firmware(verifier), deadline, callback);
    } else {
        report(conn, callback, Some(c"ota begin failed"));
    }
}

/// Where the body of a request is.
#[derive(Clone, Copy)]
pub(crate) struct Body {
    /// Bytes of head at the front of `recv`.
    pub(crate) head_len: usize,
    /// Announced bytes of body.
    pub(crate) body_len: usize,
    /// The length is not announced.
    pub(crate) is_chunked: bool,
}

fn start(
    conn: Conn,
    request: Body,
    target: Target,
    deadline: Option<Deadline>,
    callback: Callback,
) {
    let upload = Upload { target: Some(target), missing: request.body_len, callback, deadline };
    let upload = match mem::try_box_or_return(upload) {
        Ok(upload) => upload,
        Err(upload) => {
            if let Some(target) = upload.target {
                target.finish();
            }
            return report(conn, callback, Some(c"open failed"));
        }
    };
    conn.set_protocol(None);
    conn.set_protocol_data(upload.as_ptr().cast());
    conn.replace_handler(Some(upload_handler));
    conn.recv().delete(0, request.head_len);
    consume(conn);
}

/// Handler of a connection whose body is being stored.
unsafe extern "C" fn upload_handler(c: *mut mg_connection, event: c_int, ev_data: *mut c_void) {
    contain(c, |conn| {
        match event {
            ev::READ => {
                heard(conn);
                consume(conn);
            }
            ev::POLL if is_overdue(conn) => fail(conn, format_args!("OTA timeout")),
            // SAFETY: `MG_EV_ERROR` carries a NUL-terminated text.
            ev::ERROR => abort(conn, unsafe { CStr::from_ptr(ev_data.cast()) }),
            ev::CLOSE => {
                abort(conn, c"connection closed");
                release(conn);
            }
            _ => {}
        }
    });
}

fn upload<'a>(conn: Conn) -> Option<&'a mut Upload> {
    let is_ours =
        conn.handler().is_some_and(|f| f as usize == upload_handler as *const () as usize);
    let data = NonNull::new(conn.protocol_data().cast::<Upload>()).filter(|_| is_ours);
    // SAFETY: `start` put an `Upload` there together with the handler; the reference is used
    // briefly, never across program code.
    data.map(|mut p| unsafe { p.as_mut() })
}

/// True while a request body is being stored that is not complete.
pub(crate) fn is_receiving(conn: Conn) -> bool {
    upload(conn).is_some_and(|upload| upload.target.is_some())
}

/// Takes note of new bytes.
fn heard(conn: Conn) {
    if let Some(deadline) = upload(conn).and_then(|upload| upload.deadline.as_mut()) {
        deadline.heard_ms = now_ms();
    }
}

/// True if an unfinished transfer has taken too long.
fn is_overdue(conn: Conn) -> bool {
    let Some(upload) = upload(conn).filter(|upload| upload.target.is_some()) else { return false };
    upload.deadline.as_ref().is_some_and(|deadline| deadline.is_over(now_ms()))
}

fn release(conn: Conn) {
    if let Some(boxed) = NonNull::new(conn.protocol_data().cast::<Upload>()) {
        conn.set_protocol_data(null_mut());
        // SAFETY: `start` made it with `try_box`, and the pointer was just cleared.
        let _: Upload = unsafe { mem::unbox(boxed) };
    }
}

/// Stores what has arrived. What follows the body is discarded.
fn consume(conn: Conn) {
    let Some(upload) = upload(conn) else { return };
    let (missing, callback) = (upload.missing, upload.callback);
    let Some(mut target) = upload.target.take() else {
        return conn.set_recv_len(0);
    };
    let available = conn.recv_len();
    let n = if available < missing { available / BLOCK * BLOCK } else { missing };
    // SAFETY: rule 2: the program's file system only reads what it is given during the call.
    let input = unsafe { conn.recv().bytes() };
    let is_stored = n == 0 || target.write(input.get(..n).unwrap_or_default());
    // Program code may have run.
    let Some(upload) = self::upload(conn) else {
        target.finish();
        return report(conn, callback, Some(c"connection closed"));
    };
    upload.target = Some(target);
    if !is_stored {
        return abort(conn, c"write error");
    }
    upload.missing = missing - n;
    if upload.missing == 0 {
        let target = upload.target.take();
        conn.set_recv_len(0);
        let problem = target.and_then(Target::finish);
        report(conn, callback, problem);
    } else {
        conn.recv().delete(0, n);
    }
}

/// Ends an unfinished upload with `message`.
fn abort(conn: Conn, message: &CStr) {
    let Some(upload) = upload(conn) else { return };
    if let Some(target) = upload.target.take() {
        let callback = upload.callback;
        target.finish();
        report(conn, callback, Some(message));
    }
}

/// Tells the program how it ended; without a callback, logs it and answers the request.
fn report(conn: Conn, callback: Callback, message: Option<&CStr>) {
    if let Some(callback) = callback {
        // SAFETY: rule 7 of the C edge; the message is NULL or a live string.
        return unsafe { callback(conn.ptr(), message.map_or(null(), CStr::as_ptr)) };
    }
    match message {
        None => reply::reply(conn, 200, b"", b"ok\n"),
        Some(message) => {
            crate::error!("{} upload: {}", conn.id(), message.to_string_lossy());
            reply::reply(conn, 500, b"", &[message.to_bytes(), b"\n"].concat());
        }
    }
}

/// A piece of a file, as `mg_http_upload` gets it from a request.
pub(crate) struct Piece<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) offset: i64,
    pub(crate) body: &'a [u8],
}

/// Appends a piece to `dir/name`, or starts the file at offset 0, and replies. Returns the new
/// size, 0 for an empty piece, or a negative code.
pub(crate) fn store_piece(
    conn: Conn,
    piece: &Piece,
    fs: FileSystem,
    dir: &[u8],
    max_size: usize,
) -> i64 {
    let refuse = |code: i64, text: &[u8]| {
        reply::reply(conn, 400, b"", text);
        code
    };
    if piece.body.is_empty() {
        reply::reply(conn, 200, b"", b"0");
        return 0;
    }
    if piece.name.is_empty() {
        return refuse(-1, b"file required");
    }
    if !crate::text::path::is_sane(piece.name) {
        return refuse(-2, &[piece.name, b": invalid file"].concat());
    }
    let Ok(offset) = u64::try_from(piece.offset) else { return refuse(-3, b"offset required") };
    let target = [dir, b"/", piece.name].concat();
    let Ok(path) = CString::new(target.clone()) else {
        return refuse(-2, &[piece.name, b": invalid file"].concat());
    };
    let end = offset.saturating_add(piece.body.len() as u64);
    if end > max_size as u64 {
        let limit = format!(": over max size of {max_size}");
        return refuse(-4, &[target.as_slice(), limit.as_bytes()].concat());
    }
    if offset > 0 && fs.stat(&path).map_or(0, |entry| entry.size) != offset {
        return refuse(-5, &[target.as_slice(), b": offset mismatch"].concat());
    }
    let cannot_open = || refuse(-6, &[b"open(", target.as_slice(), b")"].concat());
    if !stays_below(conn, fs, dir, &path) {
        return cannot_open();
    }
    if offset == 0 && !fs.is_directory(&path) {
        fs.remove(&path);
    }
    let Some(file) = fs.open_for_upload(&path) else { return cannot_open() };
    let written = fs.write_and_close(file, piece.body);
    let size = offset + written as u64;
    reply::reply(conn, 200, b"", size.to_string().as_bytes());
    size as i64
}
