//! SNTP clients: one request, the first reply to it, or silence.

use core::ffi::{c_int, c_void};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::abi::hooks::mg_random;
use crate::abi::mem;
use crate::abi::net;
use crate::abi::timer::{mg_boot_timestamp_ms, now_ms};
use crate::abi::types::{flags, mg_addr, mg_connection};
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::proto::sntp;

/// How long a connection waits for the time, name resolution included, in milliseconds.
const TIMEOUT_MS: u64 = 3000;

/// What a connection has asked; `c->pfn_data` owns it.
struct Exchange {
    /// Transmit timestamp of the last request.
    sent: Option<[u8; 8]>,
    /// Whom it went to.
    server: mg_addr,
}

/// Stores what to add to the uptime. The library only accesses the variable in single steps.
pub(crate) fn set_boot_time(ms: u64) {
    // SAFETY: the object is a static that the library only accesses atomically.
    let boot = unsafe { AtomicU64::from_ptr(&raw mut mg_boot_timestamp_ms) };
    boot.store(ms, Ordering::Relaxed);
}

/// Reads a packet that has arrived now; a time later than 1970 sets the clock.
pub(crate) fn take_time(packet: &[u8]) -> Option<i64> {
    let now = now_ms();
    let time = sntp::parse(packet, now)?;
    if time > 0 {
        set_boot_time((time as u64).wrapping_sub(now));
    }
    Some(time)
}

/// Protocol handler of SNTP connections.
pub(crate) unsafe extern "C" fn sntp_handler(
    c: *mut mg_connection,
    event: c_int,
    _ev_data: *mut c_void,
) {
    contain(c, |conn| match event {
        ev::OPEN => open(conn),
        ev::CONNECT => {
            if let Some(exchange) = exchange(conn) {
                exchange.server = conn.rem();
            }
            request(conn);
        }
        ev::READ => read(conn),
        ev::POLL if now_ms() > deadline(conn) => conn.set(flags::CLOSING),
        ev::CLOSE => drop_exchange(conn),
        _ => {}
    });
}

fn open(conn: Conn) {
    let unknown = conn.rem();
    match mem::try_box(Exchange { sent: None, server: unknown }) {
        Some(exchange) => conn.set_protocol_data(exchange.as_ptr().cast()),
        None => fail(conn, format_args!("OOM")),
    }
    set_deadline(conn, now_ms().saturating_add(TIMEOUT_MS));
}

/// The deadline lies in the first eight bytes of `c->data`.
fn deadline(conn: Conn) -> u64 {
    // SAFETY: `data` has at least eight bytes and belongs to a live connection.
    unsafe { (&raw const (*conn.ptr()).data).cast::<u64>().read_unaligned() }
}

fn set_deadline(conn: Conn, ms: u64) {
    // SAFETY: as above.
    unsafe { (&raw mut (*conn.ptr()).data).cast::<u64>().write_unaligned(ms) }
}

/// What this connection has asked. For immediate use: no reference lives across program code.
fn exchange<'a>(conn: Conn) -> Option<&'a mut Exchange> {
    if !conn.has_protocol(sntp_handler) {
        return None;
    }
    let boxed = NonNull::new(conn.protocol_data().cast::<Exchange>())?;
    // SAFETY: `open` put it there and `drop_exchange` takes it away; programs leave it alone.
    Some(unsafe { &mut *boxed.as_ptr() })
}

fn drop_exchange(conn: Conn) {
    if let Some(exchange) = NonNull::new(conn.protocol_data().cast::<Exchange>()) {
        conn.set_protocol_data(core::ptr::null_mut());
        // SAFETY: `open` made it, and nothing refers to it any more.
        unsafe { mem::unbox(exchange) };
    }
}

/// Sends a request, unless the address of the server is not known yet.
pub(crate) fn request(conn: Conn) {
    if conn.is(flags::RESOLVING) {
        return crate::error!("{} the name of the server is still being looked up", conn.id());
    }
    let mut noise = [0u8; 4];
    // SAFETY: four writable bytes.
    if !unsafe { mg_random(noise.as_mut_ptr().cast(), noise.len()) } {
        return crate::error!("{} no random number for an SNTP request", conn.id());
    }
    let packet = sntp::request(now_ms(), u32::from_ne_bytes(noise));
    if let Some(exchange) = exchange(conn) {
        exchange.sent = Some(sntp::transmit_time(&packet));
    }
    // SAFETY: rule 1 of the C edge; the packet is readable.
    unsafe { net::mg_send(conn.ptr(), packet.as_ptr().cast(), packet.len()) };
}

/// Something came in. The reply sets the clock and ends the connection; all else is dropped.
fn read(conn: Conn) {
    let Some(exchange) = exchange(conn) else { return };
    let (sent, server) = (exchange.sent, exchange.server);
    let from = conn.rem();
    // SAFETY: no program code runs while the slice is borrowed.
    let packet = unsafe { conn.recv().bytes() };
    let is_udp = conn.is(flags::UDP);
    if !is_udp && packet.len() < sntp::PACKET_LEN {
        return; // The rest is under way.
    }
    let is_reply = (!is_udp || server.is_same_peer(&from))
        && sent.is_some_and(|sent| sntp::is_reply_to(packet, sent));
    let time = if is_reply { take_time(packet).filter(|&time| time > 0) } else { None };
    let Some(time) = time else {
        conn.set_rem(server);
        conn.set_recv_len(0);
        return;
    };
    let mut time = time as u64;
    call(conn, ev::SNTP_TIME, (&raw mut time).cast());
    conn.set(flags::CLOSING);
}
