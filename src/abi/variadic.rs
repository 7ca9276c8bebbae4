//! Prototypes of the variadic functions, which live in C (`src/shim`): stable Rust can call them
//! but not define them. They are here so that the header generator sees them.

use core::ffi::{c_char, c_int, c_void};

use super::protocol_types::mg_rpc_req;
use super::types::{mg_connection, mg_fs, mg_pfn_t, mg_queue};

unsafe extern "C" {
    /// Reports an error on `c`: calls its handlers with MG_EV_ERROR and the formatted text, and
    /// marks it for closing.
    pub fn mg_error(c: *mut mg_connection, fmt: *const c_char, ...);

    /// Appends formatted text to the send buffer of `c`.
    ///
    /// Returns the number of bytes appended.
    pub fn mg_printf(c: *mut mg_connection, fmt: *const c_char, ...) -> usize;

    /// Formats into `buf` of `len` bytes, always NUL-terminated if `len` is not 0.
    ///
    /// Returns the length of the whole text, which may be `len` or more.
    pub fn mg_snprintf(buf: *mut c_char, len: usize, fmt: *const c_char, ...) -> usize;

    /// Formats into memory that the caller frees with mg_free; NULL if memory is out.
    pub fn mg_mprintf(fmt: *const c_char, ...) -> *mut c_char;

    /// Formats and gives each byte to `fn` together with `arg`.
    ///
    /// Returns the number of bytes.
    pub fn mg_xprintf(r#fn: mg_pfn_t, arg: *mut c_void, fmt: *const c_char, ...) -> usize;

    /// Adds a formatted message to a queue.
    ///
    /// Returns the number of bytes, 0 if there is no room.
    pub fn mg_queue_printf(q: *mut mg_queue, fmt: *const c_char, ...) -> usize;

    /// Prints formatted text and a line break to the log, whatever the log level is.
    pub fn mg_log(fmt: *const c_char, ...);

    /// Writes formatted text to the file `path`, which is replaced in one step.
    ///
    /// `fs` NULL means mg_fs_posix. Returns false if the file can't be written.
    pub fn mg_file_printf(fs: *mut mg_fs, path: *const c_char, fmt: *const c_char, ...) -> bool;

    /// Sends a complete HTTP response: status line, `headers` (lines ending in CRLF, or NULL), a
    /// Content-Length header and the formatted body.
    pub fn mg_http_reply(
        c: *mut mg_connection,
        status_code: c_int,
        headers: *const c_char,
        body_fmt: *const c_char,
        ...
    );

    /// Answers the request in r->frame with a formatted result, which must be JSON; `fmt` NULL prints
    /// null. Prints nothing if the request has no id.
    pub fn mg_rpc_ok(r: *mut mg_rpc_req, fmt: *const c_char, ...);

    /// Answers the request in r->frame with an error: its code and a formatted message, which must be
    /// JSON; `fmt` NULL prints null.
    pub fn mg_rpc_err(r: *mut mg_rpc_req, code: c_int, fmt: *const c_char, ...);

    /// Sends formatted text as one chunk of a chunked HTTP body; an empty text ends the body.
    pub fn mg_http_printf_chunk(c: *mut mg_connection, fmt: *const c_char, ...);
}
