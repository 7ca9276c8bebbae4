//! Prototypes of the variadic functions, which live in C (`src/shim`): stable Rust can call them
//! but not define them. They are here so that the header generator sees them.

use core::ffi::{c_char, c_int, c_void};

use super::protocol_types::mg_rpc_req;
use super::types::{
    mg_connection, mg_event_handler_t, mg_fs, mg_http_message, mg_mgr, mg_pfn_t, mg_queue,
};

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

    /// Connects to the WebSocket server at `url` (ws:// or wss://) and asks for a WebSocket; see
    /// mg_connect. `fmt` may be NULL or give more header lines, each ending in CRLF.
    ///
    /// MG_EV_WS_OPEN comes once the server has agreed, MG_EV_WS_MSG with each message, MG_EV_WS_CTL
    /// with each control frame and each further fragment.
    pub fn mg_ws_connect(
        mgr: *mut mg_mgr,
        url: *const c_char,
        r#fn: mg_event_handler_t,
        fn_data: *mut c_void,
        fmt: *const c_char,
        ...
    ) -> *mut mg_connection;

    /// Answers the request `hm`, in MG_EV_HTTP_MSG, with 101 and makes `c` a WebSocket connection:
    /// MG_EV_WS_OPEN is delivered before this function returns. `fmt` may be NULL or give more
    /// header lines, each ending in CRLF.
    ///
    /// A request that is not one for a WebSocket (RFC 6455 section 4.2.1) is answered with 426, and
    /// the connection closes. Compare the `Origin` header first where cookies decide about access.
    pub fn mg_ws_upgrade(c: *mut mg_connection, hm: *mut mg_http_message, fmt: *const c_char, ...);

    /// Sends formatted text as one WebSocket frame with opcode `op`.
    ///
    /// Returns the length of the text; 0, with nothing sent, if memory is out.
    pub fn mg_ws_printf(c: *mut mg_connection, op: c_int, fmt: *const c_char, ...) -> usize;

    /// Answers the request in r->frame with a formatted result, which must be JSON; `fmt` NULL prints
    /// null. Prints nothing if the request has no id.
    pub fn mg_rpc_ok(r: *mut mg_rpc_req, fmt: *const c_char, ...);

    /// Answers the request in r->frame with an error: its code and a formatted message, which must be
    /// JSON; `fmt` NULL prints null.
    pub fn mg_rpc_err(r: *mut mg_rpc_req, code: c_int, fmt: *const c_char, ...);

    /// Sends formatted text as one chunk of a chunked HTTP body; an empty text ends the body.
    pub fn mg_http_printf_chunk(c: *mut mg_connection, fmt: *const c_char, ...);
}
