//! What the weak `mg_tls_*` functions of `src/shim/hook_tls.c` call.

use core::ffi::{c_long, c_void};

use super::panics::{exported, exported_on};
use super::types::{mg_connection, mg_mgr, mg_tls_opts};
use crate::event::conn::Conn;
use crate::event::state::State;
use crate::tls::IO_WAIT;
use crate::tls::engine;
use crate::tls::options::{Options, Role};

/// `MG_IO_ERR`
const MG_IO_ERR: c_long = -1;

/// `mg_tls_init`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_init(c: *mut mg_connection, opts: *const mg_tls_opts) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_init", conn, (), |conn| {
        // SAFETY: rule 4 of the C edge: NULL or a readable structure.
        let Some(opts) = (unsafe { opts.as_ref() }) else { return };
        let is_client = conn.is(super::types::flags::CLIENT);
        let is_optional = conn.state().is_some_and(|state| {
            state.with_tls_configs(|configs| core::mem::take(&mut configs.is_next_optional))
        });
        // SAFETY: rule 4: the strings are readable during this call, which keeps none of them.
        let options = unsafe {
            Options {
                role: if is_client { Role::Client } else { Role::Server },
                ca: opts.ca.bytes(),
                cert: opts.cert.bytes(),
                key: opts.key.bytes(),
                name: opts.name.bytes(),
                skip_verification: opts.skip_verification,
                is_optional,
            }
        };
        engine::init(conn, &options);
    })
}

/// `mg_tls_free`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_free(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_free", conn, (), engine::free)
}

/// `mg_tls_handshake`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_handshake(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_handshake", conn, (), engine::handshake)
}

/// `mg_tls_recv`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_recv(
    c: *mut mg_connection,
    buf: *mut c_void,
    len: usize,
) -> c_long {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_recv", conn, MG_IO_ERR, |conn| {
        let len = if buf.is_null() { 0 } else { len.min(isize::MAX as usize) };
        let buf = if len == 0 { core::ptr::NonNull::dangling().as_ptr() } else { buf.cast() };
        // SAFETY: rule 2: `buf` has `len` writable bytes that nobody else refers to.
        engine::recv(conn, unsafe { core::slice::from_raw_parts_mut(buf, len) })
    })
}

/// `mg_tls_send`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_send(
    c: *mut mg_connection,
    buf: *const c_void,
    len: usize,
) -> c_long {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_send", conn, MG_IO_ERR, |conn| {
        // SAFETY: rule 2.
        match unsafe { super::mem::bytes(buf, len) } {
            [] => IO_WAIT,
            bytes => engine::send(conn, bytes),
        }
    })
}

/// `mg_tls_pending`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_pending(c: *mut mg_connection) -> usize {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_pending", conn, 0, engine::pending)
}

/// `mg_tls_flush`
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_flush(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_tls_flush", conn, (), engine::flush)
}

/// `mg_tls_ctx_free`: forgets the configurations of a manager.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_tls_ctx_free(mgr: *mut mg_mgr) {
    exported("meerkat_tls_ctx_free", (), || {
        if let Some(state) = State::of(mgr) {
            state.with_tls_configs(|configs| configs.forget());
        }
    })
}
