//! A TLS session: rustls-ffi's `rustls_connection`, to which `c->tls` points, so that a C program
//! with `rustls.h` can ask it for more.
//!
//! Sessions are made from configurations that rustls-ffi's own functions could not make (they know
//! no version 1 certificates): a `rustls_client_config *` is an `Arc<rustls::ClientConfig>` turned
//! into a pointer, as rustls-ffi 0.15.7 documents in its `ffi.rs`; Cargo.toml pins that version.

use core::ffi::{CStr, c_int, c_uint, c_void};
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};
use std::ffi::CString;
use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls_ffi::client::rustls_client_config;
use rustls_ffi::connection::rustls_connection;
use rustls_ffi::enums::rustls_handshake_kind;
use rustls_ffi::io::rustls_iovec;
use rustls_ffi::server::rustls_server_config;
use rustls_ffi::{rustls_io_result, rustls_result};

use super::config::Config;
use crate::sys::socket;

/// Name for clients that ask for none: an address, because those are never sent (RFC 6066
/// section 3).
const NO_NAME: &CStr = c"0.0.0.0";

/// Why a session can't go on, in rustls's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Failure(rustls_result);

impl Failure {
    /// Words for the program; those that are not ours are stored in `text`.
    pub(crate) fn describe(self, text: &mut [u8; 200]) -> &[u8] {
        if self.0 == rustls_result::CertApplicationVerificationFailure {
            return b"key is not pinned";
        }
        let mut n = 0;
        rustls_result::rustls_error(self.0 as c_uint, text.as_mut_ptr().cast(), text.len(), &mut n);
        text.get(..n).unwrap_or_default()
    }
}

/// Turns rustls-ffi's result into Rust's.
fn check(result: rustls_result) -> Result<(), Failure> {
    if result == rustls_result::Ok { Ok(()) } else { Err(Failure(result)) }
}

/// What reading gave.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Read {
    /// That many bytes were stored.
    Bytes(usize),
    /// No decrypted bytes are there.
    Nothing,
    /// The peer has said that nothing more will come (close_notify).
    End,
}

/// What sending encrypted bytes gave.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Flush {
    /// All are out.
    Done,
    /// The socket takes no more now.
    Blocked,
    /// The socket is broken.
    Broken,
}

/// Handle to a session. The connection whose `tls` member points to it owns it.
#[derive(Clone, Copy)]
pub(crate) struct Session(NonNull<rustls_connection>);

impl Session {
    /// A session that has not begun its handshake. `None` if rustls refuses the configuration.
    pub(crate) fn new(config: &Config) -> Option<Session> {
        let mut session = null_mut();
        let result = match config {
            Config::Client(config, name) => {
                // Without random numbers rustls-ffi would panic.
                config.crypto_provider().secure_random.fill(&mut [0]).ok()?;
                let name = name.as_ref().map(name_text);
                let name = name.as_deref().unwrap_or(NO_NAME);
                let config: *const rustls_client_config = Arc::as_ptr(config).cast();
                rustls_client_config::rustls_client_connection_new(
                    config,
                    name.as_ptr(),
                    &mut session,
                )
            }
            Config::Server(config) => {
                let config: *const rustls_server_config = Arc::as_ptr(config).cast();
                rustls_server_config::rustls_server_connection_new(config, &mut session)
            }
        };
        check(result).ok()?;
        NonNull::new(session).map(Session)
    }

    /// The session at `tls`; `None` for NULL.
    ///
    /// # Safety
    /// `tls` is NULL or came from [`Session::as_ptr`], and the session was not freed.
    pub(crate) unsafe fn from_ptr(tls: *mut c_void) -> Option<Session> {
        NonNull::new(tls.cast()).map(Session)
    }

    /// What `c->tls` points to.
    pub(crate) fn as_ptr(self) -> *mut c_void {
        self.0.as_ptr().cast()
    }

    /// Releases the session. No copy of the handle may be used afterwards.
    pub(crate) fn free(self) {
        rustls_connection::rustls_connection_free(self.0.as_ptr());
    }

    /// Hands over bytes from the peer; returns how many were taken, 0 if decrypted bytes must be
    /// read first or the session has ended. [`Session::process`] must follow.
    pub(crate) fn feed(self, bytes: &[u8]) -> usize {
        if bytes.is_empty() {
            return 0; // rustls would take it for the end of the stream.
        }
        let mut source = bytes;
        let mut taken = 0;
        let result = rustls_connection::rustls_connection_read_tls(
            self.0.as_ptr(),
            Some(copy_from_slice),
            (&raw mut source).cast(),
            &mut taken,
        );
        if result == rustls_io_result(0) { taken } else { 0 }
    }

    /// Decrypts what was handed over and acts on it. After an error there may be an alert to
    /// [`Session::flush`].
    pub(crate) fn process(self) -> Result<(), Failure> {
        check(rustls_connection::rustls_connection_process_new_packets(self.0.as_ptr()))
    }

    /// Takes decrypted bytes.
    pub(crate) fn read(self, buf: &mut [MaybeUninit<u8>]) -> Read {
        let mut n = 0;
        let result = rustls_connection::rustls_connection_read(
            self.0.as_ptr(),
            buf.as_mut_ptr().cast(),
            buf.len(),
            &mut n,
        );
        match result {
            rustls_result::Ok if n > 0 => Read::Bytes(n),
            rustls_result::PlaintextEmpty => Read::Nothing,
            _ => Read::End,
        }
    }

    /// True if [`Session::read`] has something to say: decrypted bytes or the end.
    pub(crate) fn has_news(self) -> bool {
        !self.is_handshaking() && !rustls_connection::rustls_connection_wants_read(self.0.as_ptr())
    }

    /// Encrypts `bytes` for sending; returns how many were taken.
    pub(crate) fn write(self, bytes: &[u8]) -> usize {
        let mut n = 0;
        let result = rustls_connection::rustls_connection_write(
            self.0.as_ptr(),
            bytes.as_ptr(),
            bytes.len(),
            &mut n,
        );
        if check(result).is_ok() { n } else { 0 }
    }

    /// True while the handshake is not complete.
    pub(crate) fn is_handshaking(self) -> bool {
        rustls_connection::rustls_connection_is_handshaking(self.0.as_ptr())
    }

    /// True if the handshake went well by resuming an earlier session.
    pub(crate) fn is_resumed(self) -> bool {
        let kind = rustls_connection::rustls_connection_handshake_kind(self.0.as_ptr());
        matches!(kind, rustls_handshake_kind::Resumed)
    }

    /// True if encrypted bytes wait to be sent.
    pub(crate) fn wants_write(self) -> bool {
        rustls_connection::rustls_connection_wants_write(self.0.as_ptr())
    }

    /// Appends the alert that says that nothing more will come.
    pub(crate) fn close_notify(self) {
        rustls_connection::rustls_connection_send_close_notify(self.0.as_ptr());
    }

    /// Sends encrypted bytes on `fd`, as many as it takes; how many these were.
    pub(crate) fn flush(self, fd: c_int) -> (usize, Flush) {
        let mut total = 0;
        while self.wants_write() {
            let mut sent = 0;
            let mut fd = fd;
            let result = rustls_connection::rustls_connection_write_tls_vectored(
                self.0.as_ptr(),
                Some(send_slices),
                (&raw mut fd).cast(),
                &mut sent,
            );
            if result != rustls_io_result(0) {
                let why = io::Error::from_raw_os_error(result.0);
                let end = if socket::would_block(&why) { Flush::Blocked } else { Flush::Broken };
                return (total, end);
            }
            total += sent;
        }
        (total, Flush::Done)
    }
}

/// The name as rustls-ffi takes it. Names without NUL bytes only, which [`ServerName`] ensures.
fn name_text(name: &ServerName) -> CString {
    CString::new(&*name.to_str()).unwrap_or_else(|_| NO_NAME.to_owned())
}

/// `rustls_read_callback` with a `&[u8]` as source, which is shortened.
unsafe extern "C" fn copy_from_slice(
    source: *mut c_void,
    buf: *mut u8,
    len: usize,
    out_n: *mut usize,
) -> rustls_io_result {
    // SAFETY: `feed` passes a `&[u8]` that nobody else uses meanwhile.
    let source = unsafe { &mut *source.cast::<&[u8]>() };
    let (head, rest) = source.split_at(len.min(source.len()));
    *source = rest;
    // SAFETY: rustls-ffi passes a buffer of `len` writable bytes.
    unsafe { core::ptr::copy_nonoverlapping(head.as_ptr(), buf, head.len()) };
    // SAFETY: rustls-ffi passes a place for the count.
    unsafe { out_n.write(head.len()) };
    rustls_io_result(0)
}

/// `rustls_write_vectored_callback` with a descriptor to send on.
unsafe extern "C" fn send_slices(
    fd: *mut c_void,
    slices: *const rustls_iovec,
    count: usize,
    out_n: *mut usize,
) -> rustls_io_result {
    // SAFETY: `flush` passes a descriptor; rustls-ffi passes `count` slices in the form of the
    // system's `iovec` (rustls.h).
    match unsafe { socket::send_slices(*fd.cast::<c_int>(), slices.cast(), count) } {
        Ok(n) => {
            // SAFETY: rustls-ffi passes a place for the count.
            unsafe { out_n.write(n) };
            rustls_io_result(0)
        }
        Err(why) => rustls_io_result(why.raw_os_error().unwrap_or(libc::EIO)),
    }
}
