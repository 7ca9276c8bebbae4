//! Moving bytes: the read step and the write step of a visit, and sending on request.

use core::mem::MaybeUninit;
use std::io;

use super::conn::Conn;
use super::emit::{call_count, ev, fail};
use super::hexdump::hexdump;
use super::state::State;
use crate::abi::app_options;
use crate::abi::timer::now_ms;
use crate::abi::types::flags;
use crate::guard::deadline::Phase;
use crate::guard::options::Name;
use crate::http::stream;
use crate::sys::socket::{self, MAX_DATAGRAM};
use crate::tls;

/// Most writes in one visit, so that one fast reader can't hold up everybody else.
const MAX_WRITES_PER_VISIT: usize = 16;

/// Raw TLS input that may wait undecrypted: two records with their headers.
const MAX_RAW_TLS: usize = 2 * (16384 + 256 + 5);

/// Bytes of output that wait to be written, file contents and ciphertext included.
pub(crate) fn output_pending(conn: Conn) -> bool {
    conn.send_len() > 0 || is_throttled(conn) || stream::has_file_to_send(conn)
}

/// True if a TLS session holds ciphertext that the socket did not take.
pub(crate) fn is_throttled(conn: Conn) -> bool {
    const THROTTLED: u32 = flags::TLS | flags::TLS_THROTTLED;
    conn.flags() & THROTTLED == THROTTLED
}

/// Reads once, or feeds the TLS handshake once.
pub(crate) fn read_step(state: State, conn: Conn) {
    if conn.is(flags::TLS_HS) {
        if fill_raw_tls(state, conn) {
            handshake_step(conn);
        }
    } else if conn.is(flags::TLS) {
        read_tls(state, conn);
    } else if conn.is(flags::UDP) {
        read_datagram(state, conn);
    } else if make_room(conn) {
        let result = socket::recv(conn.fd(), free_space(conn));
        finish_read(state, conn, result);
    }
}

/// Goes on with a TLS handshake. Application data may already be there when it is complete.
pub(crate) fn handshake_step(conn: Conn) {
    tls::handshake(conn);
    if conn.is_dead() {
        return;
    }
    conn.private().blocked = is_throttled(conn);
    conn.private().tls_unread =
        conn.flags() & (flags::TLS | flags::TLS_HS) == flags::TLS && has_tls_input(conn);
    conn.private().at_rest = false;
}

/// True if handshake bytes that no read step fetched wait in `rtls` of a session of ours, which
/// takes them all at once.
pub(crate) fn has_early_handshake(conn: Conn) -> bool {
    conn.private().own_tls && conn.rtls_len() > 0
}

/// True if input of a TLS connection has arrived that was not delivered.
pub(crate) fn has_input(conn: Conn) -> bool {
    conn.private().tls_unread || socket::has_input(conn.fd())
}

/// True if decrypted or raw input waits that a read step may turn into data.
fn has_tls_input(conn: Conn) -> bool {
    conn.rtls_len() > 0 || tls::pending(conn) > 0
}

/// Takes note of `result`: appended bytes and READ, nothing, or the end.
fn finish_read(state: State, conn: Conn, result: io::Result<usize>) {
    match result {
        Ok(0) => conn.set(flags::CLOSING),
        Ok(n) => appended(state, conn, n),
        Err(e) if socket::would_block(&e) => {}
        Err(_) => conn.set(flags::CLOSING),
    }
}

/// `n` bytes were written behind the data in `recv`: counts them in and reports them.
fn appended(state: State, conn: Conn, n: usize) {
    let base = conn.recv_len();
    note_input(state, conn, n);
    conn.private().read_base = u32::try_from(base).unwrap_or(u32::MAX);
    conn.set_recv_len(base + n);
    hexdump_input(conn, "<-", base, n);
    conn.private().reading = true;
    call_count(conn, ev::READ, n);
    conn.private().reading = false;
}

/// Counts `n` bytes that a read step got for the program: on a TLS connection they were counted when
/// they came, encrypted.
fn note_input(state: State, conn: Conn, n: usize) {
    let private = conn.private();
    private.last_io_ms = state.now();
    let watch = &mut private.watch;
    if watch.phase == Phase::ReadingBody {
        watch.body_bytes = watch.body_bytes.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
    }
    watch.pings = 0;
    if !conn.is(flags::TLS) {
        state.with_guard(|guarded| guarded.stats.bytes_in += n as u64);
    }
}

/// Counts `n` bytes that the peer's kernel took.
pub(crate) fn note_output(conn: Conn, n: usize) {
    let Some(state) = conn.state() else { return };
    let private = conn.private();
    private.last_io_ms = state.now();
    if private.watch.phase == Phase::Sending {
        private.watch.note_progress(now_ms()); // A handler may just have taken long.
    }
    state.with_guard(|guarded| guarded.stats.bytes_out += n as u64);
}

/// Most bytes of input that `conn` may hold.
fn max_recv_size(conn: Conn) -> usize {
    conn.state().map_or_else(app_options::max_recv_size, |state| state.limit(Name::MaxRecvSize))
}

/// Makes sure that `recv` has free space. False, with an error raised, if it may not grow.
fn make_room(conn: Conn) -> bool {
    let len = conn.recv_len();
    let max_recv_size = max_recv_size(conn);
    if len >= max_recv_size {
        fail(conn, format_args!("MG_MAX_RECV_SIZE"));
        return false;
    }
    let size = conn.recv().size();
    if len < size {
        return true;
    }
    // Doubling keeps the bytes moved while a large message arrives proportional to its size.
    let step = app_options::io_size();
    let limit = max_recv_size.saturating_add(step - 1) / step * step;
    let doubled = size.saturating_mul(2).min(limit).max(size.saturating_add(step));
    let recv = conn.recv();
    let grown = recv.resize(doubled) || recv.resize(size.saturating_add(step));
    if grown {
        conn.private().recv_capacity = recv.size();
    } else {
        fail(conn, format_args!("OOM"));
    }
    grown
}

/// The part of `recv` that one read may fill: up to the next multiple of `MG_IO_SIZE`, as if the
/// buffer grew in such steps, or all free space if the program enlarged the buffer.
fn free_space<'a>(conn: Conn) -> &'a mut [MaybeUninit<u8>] {
    let len = conn.recv_len();
    let (buf, size) = (conn.recv().start(), conn.recv().size());
    let mut end = size;
    if size == conn.private().recv_capacity {
        let step = app_options::io_size();
        end = end.min((len / step).saturating_add(1).saturating_mul(step));
    }
    // SAFETY: `len < end <= size`, and `buf` has `size` writable bytes; nobody else uses them
    // until the system call that fills them returns.
    unsafe { core::slice::from_raw_parts_mut(buf.add(len).cast(), end.saturating_sub(len)) }
}

/// Receives one datagram whole. One that does not fit in `recv` is dropped, an empty one ignored.
fn read_datagram(state: State, conn: Conn) {
    // Not on the stack: it would be part of every poll.
    let mut room = state.take_datagram_room();
    let received = if room.try_reserve_exact(MAX_DATAGRAM).is_ok() {
        take_datagram(conn, room.spare_capacity_mut())
    } else {
        fail(conn, format_args!("OOM"));
        None
    };
    state.keep_datagram_room(room);
    if let Some(n) = received {
        appended(state, conn, n);
    }
}

/// Receives a datagram into `room` and appends it to `recv`. Returns its length, if there is anything to
/// tell the handlers.
fn take_datagram(conn: Conn, room: &mut [MaybeUninit<u8>]) -> Option<usize> {
    let (payload, from) = match socket::recv_from(conn.fd(), room) {
        Ok(received) => received,
        Err(e) => {
            if socket::is_unusable(&e) {
                conn.set(flags::CLOSING);
            }
            return None;
        }
    };
    let (n, len) = (payload.len(), conn.recv_len());
    if n == 0 || len.saturating_add(n) > max_recv_size(conn) {
        return None;
    }
    let size = conn.recv().size();
    if !conn.recv().append(payload) {
        fail(conn, format_args!("OOM"));
        return None;
    }
    if conn.recv().size() != size {
        conn.private().recv_capacity = conn.recv().size();
    }
    if let Some(from) = from {
        conn.set_rem(from);
    }
    // `appended` counts it.
    conn.set_recv_len(len);
    Some(n)
}

/// Takes raw bytes from the socket, for the session or, if it has enough, into `rtls`, up to a bound.
/// False at the end of the stream, and if TLS has failed.
fn fill_raw_tls(state: State, conn: Conn) -> bool {
    if conn.rtls_len() >= MAX_RAW_TLS {
        return true;
    }
    let mut raw = [MaybeUninit::<u8>::uninit(); 16384];
    match socket::recv(conn.fd(), &mut raw) {
        Ok(0) => {
            conn.set(flags::CLOSING);
            false
        }
        Ok(n) => {
            conn.private().last_io_ms = state.now();
            state.with_guard(|guarded| guarded.stats.bytes_in += n as u64);
            conn.private().tls_heard |= !conn.is(flags::TLS_HS);
            // SAFETY: the kernel initialised the first `n` bytes.
            let bytes = unsafe { core::slice::from_raw_parts(raw.as_ptr().cast::<u8>(), n) };
            let Some(rest) = tls::absorb(conn, bytes) else { return false };
            let stored = conn.rtls().append(rest);
            if !stored {
                fail(conn, format_args!("OOM"));
            }
            stored
        }
        Err(e) if socket::would_block(&e) => true,
        Err(_) => {
            conn.set(flags::CLOSING);
            false
        }
    }
}

/// Reads raw bytes, then decrypts once. Records that came with the end are delivered first.
fn read_tls(state: State, conn: Conn) {
    let open = fill_raw_tls(state, conn);
    if !make_room(conn) {
        return;
    }
    let result = tls::recv(conn, free_space(conn));
    let failed = result.is_err();
    match result {
        Ok(0) => {}
        Ok(n) => appended(state, conn, n),
        Err(()) => conn.set(flags::CLOSING),
    }
    if conn.is_dead() {
        return;
    }
    // Nothing more comes out of a session that failed.
    let more = !failed && has_tls_input(conn);
    conn.private().tls_unread = more;
    if more && !open {
        conn.clear(flags::CLOSING); // Not before everything is delivered.
    }
    conn.private().blocked |= is_throttled(conn);
}

/// Writes what is queued, as long as the peer takes it and up to a bound.
pub(crate) fn write_step(conn: Conn) {
    for _ in 0..MAX_WRITES_PER_VISIT {
        if conn.private().blocked || !write_once(conn) || conn.is_dead() {
            return;
        }
        if conn.is(flags::CLOSING) || !output_pending(conn) {
            return;
        }
    }
}

/// Writes once and reports what was written. False if nothing was.
fn write_once(conn: Conn) -> bool {
    let queued = conn.send_len();
    if queued == 0 && is_throttled(conn) {
        tls::flush(conn);
        conn.private().blocked = is_throttled(conn);
        return false;
    }
    let (result, wanted) =
        if queued > 0 { (transmit(conn), queued) } else { stream::send_file(conn) };
    match result {
        Ok(0) => false,
        Ok(n) => {
            if queued > 0 {
                hexdump_output(conn, n);
                let removed = if conn.is(flags::UDP) { queued } else { n };
                conn.send().delete(0, removed);
            }
            if !conn.is(flags::TLS) {
                note_output(conn, n);
            }
            conn.private().blocked = if conn.is(flags::TLS) {
                is_throttled(conn)
            } else {
                n < wanted && !conn.is(flags::UDP)
            };
            call_count(conn, ev::WRITE, n);
            true
        }
        Err(e) if socket::would_block(&e) => {
            conn.private().blocked = true;
            false
        }
        Err(e) if conn.is(flags::UDP) && !socket::is_unusable(&e) => {
            // A datagram that can't go is lost, as on the way; the socket stays.
            conn.send().delete(0, queued);
            false
        }
        Err(_) => {
            conn.set(flags::CLOSING);
            false
        }
    }
}

/// Hands the output buffer to the kernel or to TLS.
fn transmit(conn: Conn) -> io::Result<usize> {
    // SAFETY: the slice ends with this function, which runs no program code but a TLS back end's.
    let bytes = unsafe { conn.send().bytes() };
    if conn.is(flags::TLS) {
        tls::send(conn, bytes)
    } else if conn.is(flags::UDP) {
        socket::send_to(conn.fd(), bytes, &conn.rem())
    } else {
        socket::send(conn.fd(), bytes)
    }
}

/// Sends one datagram now (`mg_send` on UDP): false if it could not go.
pub(crate) fn send_datagram(conn: Conn, payload: &[u8]) -> bool {
    match socket::send_to(conn.fd(), payload, &conn.rem()) {
        Ok(n) => {
            note_output(conn, n);
            refresh_local(conn);
            if conn.is(flags::HEXDUMPING) {
                hexdump(conn, "->", payload);
            }
            call_count(conn, ev::WRITE, n);
            true
        }
        Err(e) => {
            if socket::is_unusable(&e) {
                conn.set(flags::CLOSING);
            }
            false
        }
    }
}

/// Raw transmit for TLS layers (`mg_io_send`).
pub(crate) fn send_raw(conn: Conn, bytes: &[u8]) -> io::Result<usize> {
    if conn.is(flags::UDP) {
        let n = socket::send_to(conn.fd(), bytes, &conn.rem())?;
        note_output(conn, n);
        refresh_local(conn);
        Ok(n)
    } else {
        let n = socket::send(conn.fd(), bytes)?;
        note_output(conn, n);
        Ok(n)
    }
}

/// A UDP socket has its port only once something was sent.
fn refresh_local(conn: Conn) {
    if let Some(loc) = socket::local_addr(conn.fd()) {
        conn.set_loc(loc);
    }
}

fn hexdump_input(conn: Conn, direction: &str, ofs: usize, len: usize) {
    if conn.is(flags::HEXDUMPING) {
        // SAFETY: printing runs no program code but a log function, which may not touch the buffer.
        let input = unsafe { conn.recv().bytes() };
        hexdump(conn, direction, input.get(ofs..ofs + len).unwrap_or_default());
    }
}

fn hexdump_output(conn: Conn, len: usize) {
    if conn.is(flags::HEXDUMPING) {
        // SAFETY: as in `hexdump_input`.
        let output = unsafe { conn.send().bytes() };
        hexdump(conn, "->", output.get(..len).unwrap_or_default());
    }
}
