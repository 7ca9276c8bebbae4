//! Manager, connections, sending, wake-up.

use core::ffi::{c_char, c_int, c_long, c_ulong, c_void};
use core::ptr::null_mut;

use super::fmt::vformat;
use super::iobuf::mg_iobuf_del;
use super::mem::{bytes, bytes_mut, cstr};
use super::panics::{exported, exported_on};
use super::types::{flags, mg_addr, mg_connection, mg_dns, mg_event_handler_t, mg_mgr, va_list};
use crate::event::conn::{Conn, NO_FD};
use crate::event::connect::{self, Handlers};
use crate::event::emit::{ErrorText, call, fail, fail_with};
use crate::event::state::{Scope, State};
use crate::event::{close, io, listen, mgr, output, poll, unlisted, wake};
use crate::sys::socket;
use crate::tls;

/// C's view of a handle.
fn ptr(conn: Option<Conn>) -> *mut mg_connection {
    conn.map_or(null_mut(), Conn::ptr)
}

/// False once the descriptor of `conn` is closed: its number may be somebody else's by now.
fn has_socket(conn: Conn) -> bool {
    conn.fd() != NO_FD && !conn.state().is_some_and(|_| conn.is_dead())
}

/// Initialises a manager in caller-owned storage, which is overwritten whole.
///
/// Sets the process's disposition of SIGPIPE to ignore. Never fails: without epoll the manager
/// uses poll(). Release with mg_mgr_free. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mgr_init(mgr: *mut mg_mgr) {
    exported("mg_mgr_init", (), || {
        if !mgr.is_null() {
            // SAFETY: rule 5.
            unsafe { mgr::init(mgr) };
        }
    })
}

/// Closes all connections (each gets MG_EV_CLOSE) and releases what the manager holds.
///
/// Timers made by mg_timer_add are freed; the program's own timers are only taken out of the list.
/// Calling it twice is harmless. From a handler the tear-down happens when mg_mgr_poll returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mgr_free(mgr: *mut mg_mgr) {
    exported("mg_mgr_free", (), || {
        if !mgr.is_null() {
            mgr::free(mgr);
        }
    })
}

/// Runs one iteration of the event loop: waits up to `ms` milliseconds for something to do
/// (negative: without limit, 0: not at all), then runs timers and serves connections.
///
/// Every connection gets one MG_EV_POLL per call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mgr_poll(mgr: *mut mg_mgr, ms: c_int) {
    exported("mg_mgr_poll", (), || {
        if !mgr.is_null() {
            // SAFETY: rules 1 and 8.
            unsafe { poll::poll(mgr, ms) };
        }
    })
}

/// Listens on `url`, for instance `tcp://127.0.0.1:1234` or `udp://:53`; port 0 = any free port
/// (see c->loc.port).
///
/// Returns NULL, with the reason logged and no event, if the URL is malformed or the address
/// can't be used; also if the handler has called mg_close_conn. `fn` gets the events of the
/// listener and of all connections accepted on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_listen(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_listen", null_mut(), || {
        // SAFETY: rules 1, 3 and 7.
        ptr(unsafe { listen::listen(mgr, url, r#fn, fn_data) })
    })
}

/// Connects to `url`. Returns NULL only if `url` is NULL or empty, memory is out, or the handler has
/// called mg_close_conn; all other failures come as MG_EV_ERROR, possibly before this function
/// returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_connect", null_mut(), || {
        // SAFETY: passed on.
        unsafe { mg_connect_svc(mgr, url, r#fn, fn_data, None, null_mut()) }
    })
}

/// mg_connect with a protocol handler, which gets each event before `fn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_connect_svc(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
    pfn: mg_event_handler_t,
    pfn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_connect_svc", null_mut(), || {
        let handlers =
            Handlers { handler: r#fn, data: fn_data, protocol: pfn, protocol_data: pfn_data };
        // SAFETY: rules 1, 3 and 7.
        ptr(unsafe { connect::connect(mgr, url, handlers) })
    })
}

/// Continues a connection whose address, `c->rem`, is known: opens the socket and connects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_connect_resolved(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_connect_resolved", conn, (), |conn| {
        if let Some(state) = conn.state() {
            let _scope = Scope::enter(state);
            connect::connect_resolved(state, conn);
        }
    })
}

/// Makes a connection of the descriptor `fd` of a socket, which the library closes in the end.
///
/// NULL only if memory is out, when `fd` is still the caller's, or if the handler has called
/// mg_close_conn, when `fd` is closed. `fd` -1 makes a connection that
/// only gets MG_EV_POLL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_wrapfd(
    mgr: *mut mg_mgr,
    fd: c_int,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_wrapfd", null_mut(), || {
        // SAFETY: rules 1 and 7.
        ptr(unsafe { connect::wrap(mgr, fd, r#fn, fn_data) })
    })
}

/// Opens a listening socket for `c` and fills c->loc and c->fd. Sets no flags, fires nothing.
/// Returns false if nothing was opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_open_listener(c: *mut mg_connection, url: *const c_char) -> bool {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_open_listener", conn, false, |conn| {
        // SAFETY: rule 3.
        let Some(url) = (unsafe { cstr(url) }) else { return false };
        State::of_or_new(conn.mgr()).is_some_and(|state| listen::open(state, conn, url))
    })
}

/// Allocates a connection of `mgr`, all zero but for its manager, its id, its descriptor (-1) and
/// the alignment of its buffers. It is not in mgr->conns. NULL if memory is out.
///
/// Put it in front of mgr->conns, or release it with mg_close_conn or mg_free (a program that
/// replaces mg_free: with mg_close_conn only).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_alloc_conn(mgr: *mut mg_mgr) -> *mut mg_connection {
    exported("mg_alloc_conn", null_mut(), || {
        let Some(conn) = State::of_or_new(mgr).and_then(Conn::alloc) else { return null_mut() };
        if !unlisted::add(conn) {
            conn.forget();
            return null_mut();
        }
        conn.ptr()
    })
}

/// Ends the life of `c` at once: closes the descriptor, takes it out of the list, delivers
/// MG_EV_CLOSE and releases it. `c` must not be used afterwards.
///
/// Programs usually set c->is_closing or c->is_draining instead.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_close_conn(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_close_conn", conn, (), |conn| {
        if let Some(state) = conn.state() {
            close::close(state, conn);
        }
    })
}

/// Queues `len` bytes for sending (TCP) or sends them as one datagram now (UDP).
///
/// Returns false if memory is out, if the datagram could not be sent, or, with MG_EV_ERROR "OOM", if
/// the option max_send_size forbids it; nothing is queued then.
/// `len` 0 is harmless.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_send(c: *mut mg_connection, buf: *const c_void, len: usize) -> bool {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_send", conn, false, |conn| {
        if conn.is(flags::UDP) {
            let usable = has_socket(conn) && !conn.is(flags::RESOLVING);
            // SAFETY: rule 2.
            return len > 0 && usable && io::send_datagram(conn, unsafe { bytes(buf, len) });
        }
        if len > 0 && buf.is_null() {
            return false;
        }
        // SAFETY: rule 2.
        let bytes = unsafe { bytes(buf, len) };
        let _scope = conn.state().map(Scope::enter);
        let done = output::append(conn, bytes);
        if !done && output::is_too_much(conn, bytes.len()) {
            fail(conn, format_args!("OOM"));
        }
        done
    })
}

/// Appends formatted text to c->send, with a NUL behind it that is not sent.
///
/// Returns the number of bytes appended; 0 with MG_EV_ERROR "OOM" if memory is out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_vprintf(
    c: *mut mg_connection,
    fmt: *const c_char,
    ap: *mut va_list,
) -> usize {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_vprintf", conn, 0, |conn| {
        // The handler of an error may close the connection.
        let _scope = conn.state().map(Scope::enter);
        let before = conn.send_len();
        let mut sink = output::sink(conn);
        // SAFETY: rules 3 and 6.
        unsafe { vformat(&mut sink, fmt, ap) };
        if sink.out_of_memory() {
            fail(conn, format_args!("OOM"));
            // SAFETY: `send` is a member of the live connection.
            unsafe { (*conn.send()).len = before };
        }
        conn.send_len().saturating_sub(before)
    })
}

/// Delivers event `ev` to the handlers of `c`, c->pfn first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_call(c: *mut mg_connection, ev: c_int, ev_data: *mut c_void) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_call", conn, (), |conn| {
        let _scope = conn.state().map(Scope::enter);
        call(conn, ev, ev_data);
    })
}

/// `mg_error` with an argument list.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_verror(c: *mut mg_connection, fmt: *const c_char, ap: *mut va_list) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("meerkat_verror", conn, (), |conn| {
        let _scope = conn.state().map(Scope::enter);
        let mut text = ErrorText::new();
        // SAFETY: rules 3 and 6.
        unsafe { vformat(&mut text, fmt, ap) };
        fail_with(conn, &mut text);
    })
}

/// Sets up wake-up, see mg_wakeup. Returns false if it is set up already or resources are out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_wakeup_init(mgr: *mut mg_mgr) -> bool {
    exported("mg_wakeup_init", false, || wake::init(mgr))
}

/// Sends `len` bytes at `buf` to connection number `id`, which gets them as MG_EV_WAKEUP with a
/// `struct mg_str *`. The only function that other threads may call on a live manager.
///
/// Messages arrive whole and in order. Returns false if `id` is 0, wake-up is not initialised, or
/// the queue is full. Must not run at the same time as mg_mgr_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_wakeup(
    mgr: *mut mg_mgr,
    id: c_ulong,
    buf: *const c_void,
    len: usize,
) -> bool {
    exported("mg_wakeup", false, || {
        // SAFETY: rule 2.
        wake::send(mgr, id, unsafe { bytes(buf, len) })
    })
}

/// `MG_IO_ERR`
const MG_IO_ERR: c_long = -1;

/// Sends raw bytes on the socket of `c`, for TLS layers.
///
/// Returns the number of bytes sent, MG_IO_WAIT if the socket takes none now, MG_IO_ERR otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_io_send(
    c: *mut mg_connection,
    buf: *const c_void,
    len: usize,
) -> c_long {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_io_send", conn, MG_IO_ERR, |conn| {
        if !has_socket(conn) {
            return MG_IO_ERR;
        }
        // SAFETY: rule 2.
        match io::send_raw(conn, unsafe { bytes(buf, len) }) {
            Ok(n) if n > 0 => n as c_long,
            Err(e) if socket::would_block(&e) => tls::IO_WAIT,
            _ => MG_IO_ERR,
        }
    })
}

/// Takes up to `len` raw received bytes of `c` (c->rtls), for TLS layers.
///
/// Returns the number of bytes stored in `buf`, MG_IO_WAIT if none are there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_io_recv(c: *mut mg_connection, buf: *mut c_void, len: usize) -> c_long {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_io_recv", conn, MG_IO_ERR, |conn| {
        let available = conn.rtls_len();
        if available == 0 {
            return tls::IO_WAIT;
        }
        let n = available.min(len);
        // SAFETY: rule 2; `rtls` is a member of the live connection and holds `n` bytes.
        unsafe {
            let to = bytes_mut(buf, n);
            to.copy_from_slice(&bytes((*conn.rtls()).buf.cast(), available)[..to.len()]);
            mg_iobuf_del(conn.rtls(), 0, n);
        }
        n as c_long
    })
}

/// Looks up the host of `url` for `c` and goes on as mg_connect_resolved. Internal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_resolve(c: *mut mg_connection, url: *const c_char) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_resolve", conn, (), |conn| {
        // SAFETY: rule 3.
        let Some(url) = (unsafe { cstr(url) }) else { return };
        if let Some(state) = conn.state() {
            let _scope = Scope::enter(state);
            connect::resolve(state, conn, url);
        }
    })
}

/// Forgets the pending lookup of `c`. Internal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_resolve_cancel(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_resolve_cancel", conn, (), |conn| {
        if let Some(state) = conn.state() {
            crate::dns::cancel(state, conn);
        }
    })
}

/// Makes sure that the connection to a DNS server exists. Internal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_dnsc_init(mgr: *mut mg_mgr, dnsc: *mut mg_dns) -> bool {
    exported("mg_dnsc_init", false, || !dnsc.is_null() && crate::dns::ensure_connection(mgr, dnsc))
}

/// Copies a `struct mg_addr` from `from` to c->rem, so that the next send goes there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_multicast_restore(c: *mut mg_connection, from: *mut u8) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_multicast_restore", conn, (), |conn| {
        if from.is_null() {
            return;
        }
        // SAFETY: rule 2: `from` holds a `struct mg_addr`, at any alignment.
        conn.set_rem(unsafe { from.cast::<mg_addr>().read_unaligned() })
    })
}

/// Joins the IPv4 multicast group `ip` (dotted text) on the socket of `c`. Errors are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_multicast_add(c: *mut mg_connection, ip: *mut c_char) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_multicast_add", conn, (), |conn| {
        // SAFETY: rule 3.
        let group = unsafe { cstr(ip) }.and_then(crate::text::addr::dotted_quad);
        if let Some(group) = group {
            // The interface is documented to ignore errors.
            let _ = socket::join_group(conn.fd(), group);
        }
    })
}

/// Stores in `*addr` the local address the system would use to reach `to`. On failure `c` gets
/// MG_EV_ERROR and `*addr` is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_getlocaddr(
    c: *mut mg_connection,
    to: *mut mg_addr,
    addr: *mut mg_addr,
) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_getlocaddr", conn, (), |conn| {
        if to.is_null() || addr.is_null() {
            return;
        }

        use socket::RouteError::{Connect, Socket};
        let code = |e: std::io::Error| e.raw_os_error().unwrap_or(0);
        // SAFETY: rules 1 and 5.
        match socket::route_source(unsafe { &*to }) {
            // SAFETY: rule 5.
            Ok(source) => unsafe { *addr = source },
            Err(Socket(e)) => fail(conn, format_args!("socket(): {}", code(e))),
            Err(Connect(e)) => fail(conn, format_args!("connect: {}", code(e))),
        }
    })
}
