//! The event loop's view of TLS: the `mg_tls_*` functions, which a program may replace.

use core::ffi::{c_long, c_void};
use core::mem::MaybeUninit;
use std::io;

use crate::abi::types::{mg_connection, mg_mgr};
use crate::event::conn::Conn;

unsafe extern "C" {
    /// Releases the TLS session of `c`.
    pub fn mg_tls_free(c: *mut mg_connection);
    /// Sends plaintext through TLS: bytes taken, MG_IO_WAIT or MG_IO_ERR.
    pub fn mg_tls_send(c: *mut mg_connection, buf: *const c_void, len: usize) -> c_long;
    /// Receives plaintext through TLS: bytes stored, MG_IO_WAIT or MG_IO_ERR.
    pub fn mg_tls_recv(c: *mut mg_connection, buf: *mut c_void, len: usize) -> c_long;
    /// Decrypted bytes that wait inside the TLS session of `c`.
    pub fn mg_tls_pending(c: *mut mg_connection) -> usize;
    /// Goes on with the handshake of `c`.
    pub fn mg_tls_handshake(c: *mut mg_connection);
    /// Initialises the TLS state of a manager.
    pub fn mg_tls_ctx_init(mgr: *mut mg_mgr);
    /// Releases the TLS state of a manager.
    pub fn mg_tls_ctx_free(mgr: *mut mg_mgr);
}

/// `MG_IO_WAIT`: nothing now, try later.
pub(crate) const IO_WAIT: c_long = -2;

/// Goes on with the handshake.
pub(crate) fn handshake(conn: Conn) {
    // SAFETY: the connection is live.
    unsafe { mg_tls_handshake(conn.ptr()) }
}

/// Decrypts into `buf`: bytes stored, 0 if nothing is there yet, an error if TLS is broken.
pub(crate) fn recv(conn: Conn, buf: &mut [MaybeUninit<u8>]) -> Result<usize, ()> {
    // SAFETY: the connection is live, `buf` is writable for its length.
    match unsafe { mg_tls_recv(conn.ptr(), buf.as_mut_ptr().cast(), buf.len()) } {
        n if n >= 0 => Ok((n as usize).min(buf.len())),
        IO_WAIT => Ok(0),
        _ => Err(()),
    }
}

/// Encrypts and sends.
pub(crate) fn send(conn: Conn, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: the connection is live, `bytes` is readable for its length.
    match unsafe { mg_tls_send(conn.ptr(), bytes.as_ptr().cast(), bytes.len()) } {
        n if n > 0 => Ok((n as usize).min(bytes.len())),
        0 | IO_WAIT => Err(io::Error::from_raw_os_error(libc::EAGAIN)),
        _ => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// Decrypted bytes that wait inside the session.
pub(crate) fn pending(conn: Conn) -> usize {
    // SAFETY: the connection is live.
    unsafe { mg_tls_pending(conn.ptr()) }
}

/// Releases the session, if there is one.
pub(crate) fn free(conn: Conn) {
    // SAFETY: the memory of the connection is valid.
    unsafe { mg_tls_free(conn.ptr()) }
}

/// Initialises the TLS state of a manager.
pub(crate) fn context_init(mgr: *mut mg_mgr) {
    // SAFETY: the manager is live.
    unsafe { mg_tls_ctx_init(mgr) }
}

/// Releases the TLS state of a manager.
pub(crate) fn context_free(mgr: *mut mg_mgr) {
    // SAFETY: the manager is live.
    unsafe { mg_tls_ctx_free(mgr) }
}
