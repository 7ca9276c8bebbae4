//! What the `mg_tls_*` functions do unless the program defines its own (chapter 05, section 4).

use core::ffi::c_long;
use core::mem::MaybeUninit;

use super::IO_WAIT;
use super::config::Config;
use super::options::{Options, Role};
use super::policy::Policy;
use super::session::{Failure, Flush, Read, Session};
use crate::abi::types::flags;
use crate::event::conn::{Conn, NO_FD};
use crate::event::emit::{ErrorText, call_plain, ev, fail, fail_with};
use crate::event::io;
use crate::guard::stats::Stats;

/// `MG_IO_ERR`: the stream is finished or broken.
const IO_ERR: c_long = -1;

/// Most plain text encrypted in one go: four full records, which one system call sends.
const MAX_SEND: usize = 4 * 16384;

/// Alert record for peers of a server whose options are of no use: fatal, internal_error
/// (RFC 8446 section 6).
const INTERNAL_ERROR_ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 80];

/// Session of `conn`, if it is ours.
fn session(conn: Conn) -> Option<Session> {
    // SAFETY: `c->tls` is written by `attach` and `free` alone, as long as the program leaves the
    // `mg_tls_*` family to the library.
    unsafe { Session::from_ptr(conn.tls()) }
}

/// Gives `conn` a TLS session. On failure: ERROR, and nothing is sent in plain text.
pub(crate) fn init(conn: Conn, options: &Options) {
    if conn.is(flags::LISTENING) {
        return; // Handlers are shared; the connections it accepts have sessions of their own.
    }
    if conn.is(flags::UDP) {
        return fail(conn, format_args!("TLS needs a TCP connection"));
    }
    release(conn);
    let config = match conn.state() {
        Some(state) => state.with_tls_configs(|configs| configs.get(options)),
        None => Config::new(options, &Policy::default()),
    };
    match config {
        Ok(config) => attach(conn, &config),
        Err(why) => {
            if options.role == Role::Server {
                reject(conn);
            }
            fail(conn, format_args!("{why}"));
        }
    }
}

/// A server's session can't be set up: tells the peer.
pub(crate) fn reject(conn: Conn) {
    if conn.fd() != NO_FD {
        let _ = io::send_raw(conn, &INTERNAL_ERROR_ALERT);
        conn.note_refusal();
    }
    count(conn, |stats| &mut stats.tls_handshakes_failed);
}

/// Counts something that happened.
fn count(conn: Conn, figure: impl FnOnce(&mut Stats) -> &mut u64) {
    if let Some(state) = conn.state() {
        state.with_guard(|guarded| *figure(&mut guarded.stats) += 1);
    }
}

fn attach(conn: Conn, config: &Config) {
    let Some(session) = Session::new(config) else {
        return fail(conn, format_args!("TLS: no session"));
    };
    conn.set_tls(session.as_ptr());
    conn.set(flags::TLS | flags::TLS_HS);
    if conn.state().is_some() {
        conn.private().own_tls = true;
    }
}

/// Releases the session. If its handshake has not come to its end by now, it has failed.
pub(crate) fn free(conn: Conn) {
    if session(conn).is_some_and(Session::is_handshaking) {
        count(conn, |stats| &mut stats.tls_handshakes_failed);
    }
    release(conn);
}

fn release(conn: Conn) {
    if let Some(session) = session(conn) {
        conn.set_tls(core::ptr::null_mut());
        conn.clear(flags::TLS_THROTTLED);
        session.free();
    }
}

/// Goes on with the handshake as far as the bytes in `rtls` lead.
pub(crate) fn handshake(conn: Conn) {
    let Some(session) = session(conn) else { return };
    if !conn.is(flags::TLS_HS) || conn.is(flags::CLOSING) {
        return;
    }
    loop {
        let is_open = flush_session(conn, session);
        if !is_open && session.is_handshaking() {
            return conn.set(flags::CLOSING);
        }
        // A peer that has left already may have sent data before: reading finds the end.
        if !session.is_handshaking() {
            conn.clear(flags::TLS_HS);
            count(conn, |stats| &mut stats.tls_handshakes_ok);
            if session.is_resumed() {
                count(conn, |stats| &mut stats.tls_handshakes_resumed);
            }
            return call_plain(conn, ev::TLS_HS);
        }
        match take_input(conn, session) {
            Ok(true) => {}
            Ok(false) => return,
            Err(why) => return give_up(conn, session, why),
        }
    }
}

/// Hands bytes from the socket to the session. Returns what it does not take; `None` if it has
/// failed, after ERROR.
pub(crate) fn absorb(conn: Conn, bytes: &[u8]) -> Option<&[u8]> {
    let Some(session) = session(conn) else { return Some(bytes) };
    match feed(session, bytes) {
        Ok(taken) => bytes.get(taken..),
        // What came before the failure is delivered first; `recv` meets the failure again.
        Err(_) if session.has_news() => Some(&[]),
        Err(why) => {
            give_up(conn, session, why);
            None
        }
    }
}

/// Hands bytes of `rtls` to the session. False if there are none, or none that it takes.
fn take_input(conn: Conn, session: Session) -> Result<bool, Failure> {
    // SAFETY: rustls copies from the slice and runs no program code.
    let input = unsafe { conn.rtls().bytes() };
    let taken = feed(session, input)?;
    conn.rtls().delete(0, taken);
    Ok(taken > 0)
}

/// Hands bytes to the session, and has it act on them. Returns how many it has taken.
fn feed(session: Session, input: &[u8]) -> Result<usize, Failure> {
    let mut taken = 0;
    while let Some(rest) = input.get(taken..).filter(|rest| !rest.is_empty()) {
        let n = session.feed(rest);
        if n == 0 {
            break;
        }
        taken += n;
        session.process()?;
    }
    Ok(taken)
}

/// Sends the alert that tells the peer, then raises ERROR.
fn give_up(conn: Conn, session: Session, why: Failure) {
    flush_session(conn, session);
    conn.note_refusal();
    let mut text = ErrorText::new();
    text.push(b"TLS: ");
    text.push(why.describe(&mut [0; 200]));
    fail_with(conn, &mut text);
}

/// Sends encrypted bytes that wait; what the socket does not take goes later. False if the socket
/// is broken.
fn flush_session(conn: Conn, session: Session) -> bool {
    if conn.fd() == NO_FD {
        return true;
    }
    let (sent, end) = session.flush(conn.fd());
    if sent > 0 {
        io::note_output(conn, sent);
    }
    match end {
        Flush::Done => conn.clear(flags::TLS_THROTTLED),
        Flush::Blocked => conn.set(flags::TLS_THROTTLED),
        Flush::Broken => return false,
    }
    true
}

/// Decrypts into `buf`: bytes stored, [`IO_WAIT`], or [`IO_ERR`] at the end.
pub(crate) fn recv(conn: Conn, buf: &mut [MaybeUninit<u8>]) -> c_long {
    let Some(session) = session(conn) else { return IO_ERR };
    loop {
        // Answers to key updates and the like. What was received counts even if they can't go.
        if session.wants_write() {
            flush_session(conn, session);
        }
        if buf.is_empty() && session.has_news() {
            return 0;
        }
        if !buf.is_empty() {
            match session.read(buf) {
                Read::Bytes(n) => return n as c_long,
                Read::End => return IO_ERR,
                Read::Nothing => {}
            }
        }
        let result = session.process().and_then(|()| take_input(conn, session));
        match result {
            Ok(true) => {}
            Ok(false) => return IO_WAIT,
            Err(_) if session.has_news() => {}
            Err(why) => {
                give_up(conn, session, why);
                return IO_ERR;
            }
        }
    }
}

/// Encrypts and sends: bytes taken, [`IO_WAIT`], or [`IO_ERR`].
pub(crate) fn send(conn: Conn, bytes: &[u8]) -> c_long {
    let Some(session) = session(conn) else { return IO_ERR };
    if bytes.is_empty() || conn.is(flags::TLS_HS) {
        return IO_WAIT;
    }
    // Ciphertext must not pile up behind a peer that does not read.
    if session.wants_write() {
        if !flush_session(conn, session) {
            return IO_ERR;
        }
        if session.wants_write() {
            return IO_WAIT;
        }
    }
    let taken = session.write(&bytes[..bytes.len().min(MAX_SEND)]);
    if taken == 0 || !flush_session(conn, session) {
        return IO_ERR;
    }
    taken as c_long
}

/// 1 if decrypted bytes, or the end of the stream, can be had without more input; rustls does not
/// tell how many.
pub(crate) fn pending(conn: Conn) -> usize {
    usize::from(session(conn).is_some_and(Session::has_news))
}

/// Sends encrypted bytes that wait.
pub(crate) fn flush(conn: Conn) {
    if let Some(session) = session(conn)
        && !flush_session(conn, session)
    {
        conn.set(flags::CLOSING);
    }
}

/// Says close_notify, if the stream ends in order: everything queued is out.
pub(crate) fn say_goodbye(conn: Conn) {
    let Some(session) = session(conn) else { return };
    if !conn.is(flags::TLS_HS) && conn.send_len() == 0 && conn.fd() != NO_FD {
        session.close_notify();
        flush_session(conn, session);
    }
}
