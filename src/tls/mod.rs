//! TLS: the event loop's view, which is the `mg_tls_*` functions that a program may replace, and
//! what these do by default, through rustls.

#[cfg(feature = "tls")]
pub(crate) mod cache;
#[cfg(feature = "tls")]
pub(crate) mod certificate;
#[cfg(feature = "tls")]
pub(crate) mod config;
#[cfg(feature = "tls")]
pub(crate) mod defaults;
#[cfg(feature = "tls")]
pub(crate) mod engine;
#[cfg(feature = "tls")]
pub(crate) mod options;
#[cfg(feature = "tls")]
pub(crate) mod pins;
#[cfg(feature = "tls")]
mod policy;
#[cfg(feature = "tls")]
mod session;
#[cfg(feature = "tls")]
pub(crate) mod suites;
mod system_roots;
#[cfg(feature = "tls")]
mod verify;

use core::ffi::c_long;
use core::mem::MaybeUninit;
use std::io;

use crate::abi::hooks::{
    mg_tls_ctx_free, mg_tls_ctx_init, mg_tls_flush, mg_tls_free, mg_tls_handshake, mg_tls_init,
    mg_tls_pending, mg_tls_recv, mg_tls_send,
};
#[cfg(feature = "tls")]
use crate::abi::types::flags;
use crate::abi::types::{mg_mgr, mg_str, mg_tls_opts};
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::event::state::State;
use crate::guard::options::{Name, Refusal};

/// `MG_IO_WAIT`: nothing now, try later.
pub(crate) const IO_WAIT: c_long = -2;

/// Starts TLS as the client of a server that must be `name`, by an authority the system trusts.
pub(crate) fn start_client(conn: Conn, name: &[u8]) {
    let Some(roots) = system_roots::system_roots() else {
        return fail(conn, format_args!("TLS: this system has no list of authorities"));
    };
    let none = mg_str::new(b"");
    let (ca, name) = (mg_str::new(&roots), mg_str::new(name));
    let opts = mg_tls_opts { ca, cert: none, key: none, name, skip_verification: false };
    // SAFETY: the connection is live, and so are the options during the call.
    unsafe { mg_tls_init(conn.ptr(), &opts) }
}

/// Starts TLS on a connection that a TLS listener accepted and the program left as it is, by what the
/// options say. False if they say nothing.
pub(crate) fn start_by_options(conn: Conn) -> bool {
    #[cfg(feature = "tls")]
    return defaults::start(conn);
    #[cfg(not(feature = "tls"))]
    {
        let _ = conn;
        false
    }
}

/// Makes the new value of an option of the TLS group count. On error nothing has changed.
pub(crate) fn apply_option(state: State, id: Name) -> Result<(), Refusal> {
    #[cfg(feature = "tls")]
    return defaults::apply(state, id);
    #[cfg(not(feature = "tls"))]
    if id != Name::Hsts && state.with_guard(|guarded| guarded.settings.is_set(id)) {
        Err(c"TLS is not built in")
    } else {
        Ok(())
    }
}

/// Goes on with the handshake.
pub(crate) fn handshake(conn: Conn) {
    // SAFETY: the connection is live.
    unsafe { mg_tls_handshake(conn.ptr()) }
}

/// Hands raw bytes from the socket to a session of ours, which saves the way through `rtls`.
/// Returns what it does not take, everything if the session is a program's own; `None` if TLS has
/// failed, after ERROR.
pub(crate) fn absorb(conn: Conn, bytes: &[u8]) -> Option<&[u8]> {
    #[cfg(feature = "tls")]
    if conn.private().own_tls && conn.rtls_len() == 0 {
        return engine::absorb(conn, bytes);
    }
    #[cfg(not(feature = "tls"))]
    let _ = conn;
    Some(bytes)
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

/// Sends encrypted bytes that wait inside the session.
pub(crate) fn flush(conn: Conn) {
    // SAFETY: the connection is live.
    unsafe { mg_tls_flush(conn.ptr()) }
}

/// Ends the stream in order, as far as it is one of ours: close_notify, without waiting.
pub(crate) fn say_goodbye(conn: Conn) {
    #[cfg(feature = "tls")]
    if conn.private().own_tls && conn.is(flags::TLS) {
        engine::say_goodbye(conn);
    }
    #[cfg(not(feature = "tls"))]
    let _ = conn;
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
