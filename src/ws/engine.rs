//! The WebSocket protocol handler (`c->pfn`): finds messages in `c->recv` and reports them.
//!
//! A *run* works through `recv` until a frame is incomplete; what was consumed is removed once, at
//! its end. Handlers may do anything to the connection meanwhile, so after each event the run
//! looks again.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ops::Range;
use core::ptr::{NonNull, without_provenance_mut};

use super::send;
use super::session::Session;
use crate::abi::http_parse::fill;
use crate::abi::protocol_types::mg_ws_message;
use crate::abi::timer::now_ms;
use crate::abi::types::{flags, mg_connection, mg_http_message, mg_str};
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::event::state::{Scope, State};
use crate::proto::http::head::{self, Head, HeadEnd, HeadScanner};
use crate::proto::ws::decode::{Decoder, Unit};
use crate::proto::ws::frame::{Role, Violation, opcode};
use crate::proto::ws::handshake;

/// Input waits while more than this of automatic answers waits for the peer to read.
const MAX_PONGS_WAITING: usize = 64 << 10;

/// How long the last output of a connection may take once the closing handshake is done, in
/// milliseconds.
const CLOSE_TIMEOUT_MS: u64 = 10_000;

/// The protocol handler of WebSocket connections. `ev_data` is not looked at.
pub(crate) unsafe extern "C" fn ws_handler(
    c: *mut mg_connection,
    event: c_int,
    _ev_data: *mut c_void,
) {
    contain(c, |conn| match event {
        ev::READ => read(conn),
        ev::POLL if conn.is(flags::DRAINING) => give_up_in_time(conn),
        _ => {}
    });
}

/// Closes a connection whose peer does not take the last bytes.
fn give_up_in_time(conn: Conn) {
    let deadline = Session::of(conn).map_or(0, |session| session.deadline_ms);
    if deadline > 0 && now_ms() > deadline {
        conn.set(flags::CLOSING);
    }
}

/// Tells a peer that the server goes away (RFC 6455 §7.4.1), unless the closing handshake has begun.
pub(crate) fn go_away(conn: Conn) {
    const GOING_AWAY: u16 = 1001;
    if conn.has_protocol(ws_handler)
        && !conn.is(flags::DRAINING | flags::CLOSING)
        && Session::of_or_new(conn).is_some_and(|session| !session.close_sent)
    {
        send::frame(conn, &GOING_AWAY.to_be_bytes(), 2, opcode::CLOSE.into());
    }
}

/// True if the loop should leave input of `conn` in the kernel for now: the peer asks, but does not
/// read the answers.
pub(crate) fn pauses_reading(conn: Conn) -> bool {
    conn.send_len() > MAX_PONGS_WAITING
        && conn.has_protocol(ws_handler)
        && Session::of(conn).is_some_and(|session| session.pongs > MAX_PONGS_WAITING)
}

/// Works through `recv`.
pub(crate) fn read(conn: Conn) {
    let state = conn.state();
    let _scope = state.map(Scope::enter);
    // A connection that a program made by itself has nowhere to keep a session.
    let mut passing = Session::new();
    let session = match state {
        None => &mut passing,
        Some(_) => match Session::of_or_new(conn) {
            Some(session) => session,
            None => return fail(conn, format_args!("OOM")),
        },
    };
    if core::mem::replace(&mut session.busy, true) {
        return;
    }
    let finished = session.finished;
    let mut run = Run { conn, state, session: NonNull::from(session) };
    if finished {
        run.drop_input();
    }
    run.check_input();
    if !finished && (run.is_open() || run.handshake()) {
        run.frames();
    }
    run.end();
}

/// One run over the input of a connection.
pub(super) struct Run {
    pub(super) conn: Conn,
    pub(super) state: Option<State>,
    /// INVARIANT: valid unless the connection is dead.
    session: NonNull<Session>,
}

impl Run {
    /// The session, for immediate use. Only while the connection is not dead.
    pub(super) fn session(&mut self) -> &mut Session {
        // SAFETY: the invariant; nobody keeps a reference across calls into program code.
        unsafe { self.session.as_mut() }
    }

    /// True once `MG_EV_CLOSE` was delivered, when the session is gone too.
    pub(super) fn is_dead(&self) -> bool {
        self.state.is_some() && self.conn.is_dead()
    }

    /// True if frames may come.
    fn is_open(&self) -> bool {
        !self.conn.is(flags::CLIENT) || self.conn.is(flags::WEBSOCKET)
    }

    /// All input.
    fn input<'a>(&self) -> &'a mut [u8] {
        // SAFETY: the slice is not used across calls into program code.
        unsafe { self.conn.recv().bytes_mut() }
    }

    fn slice(&self, at: Range<usize>) -> mg_str {
        mg_str::new(self.input().get(at).unwrap_or_default())
    }

    /// Starts afresh if the program took bytes away between two runs.
    fn check_input(&mut self) {
        let len = self.conn.recv_len();
        let base = match self.state {
            Some(_) if self.conn.private().reading => self.conn.private().read_base as usize,
            _ => len,
        };
        let session = self.session();
        if base.min(len) < session.seen {
            session.decoder = Decoder::new();
            session.scanner = HeadScanner::new();
        }
        if session.pongs > 0 && self.conn.send_len() <= MAX_PONGS_WAITING {
            self.session().pongs = 0;
        }
    }

    /// Delivers an event whose data lies in `recv`. False if the run must stop: the connection is
    /// gone, or the input is not what it was.
    fn tell(&mut self, event: c_int, data: *mut c_void) -> bool {
        let before = self.conn.recv_len();
        call(self.conn, event, data);
        if self.is_dead() {
            return false;
        }
        if self.conn.recv_len() != before {
            self.drop_input();
            return false;
        }
        self.conn.has_protocol(ws_handler)
    }

    /// Forgets all that was received.
    fn drop_input(&mut self) {
        self.session().decoder = Decoder::new();
        self.conn.set_recv_len(0);
    }

    /// Looks for the response to our request. True if frames may follow.
    fn handshake(&mut self) -> bool {
        let input = self.input();
        match self.session().scanner.scan(input) {
            HeadEnd::Partial => false,
            HeadEnd::Malformed => {
                self.session().finished = true;
                fail(self.conn, format_args!("not http"));
                false
            }
            HeadEnd::Complete(len) => {
                let goes_on = self.response(input, len);
                if !self.is_dead() && self.conn.recv_len() >= len {
                    self.conn.recv().delete(0, len);
                }
                goes_on
            }
        }
    }

    /// The head of the response, `len` bytes of `input`, is complete. True if frames may follow.
    fn response(&mut self, input: &[u8], len: usize) -> bool {
        let mut head = Head::default();
        let is_head = head::parse_into(&mut head, input, len).is_ok();
        if is_head && handshake::is_accepted(&head, input, &self.session().accept) {
            return self.open(&head);
        }
        self.session().finished = true;
        fail(self.conn, format_args!("ws handshake error"));
        false
    }

    /// Reports that the server agreed.
    fn open(&mut self, head: &Head) -> bool {
        let mut message = MaybeUninit::<mg_http_message>::uninit();
        // SAFETY: `fill` writes the whole struct; its slices point into `recv`.
        unsafe { fill(message.as_mut_ptr(), self.input().as_ptr(), head) };
        self.conn.set(flags::WEBSOCKET);
        self.tell(ev::WS_OPEN, message.as_mut_ptr().cast())
    }

    /// Reports frame after frame.
    fn frames(&mut self) {
        let role = if self.conn.is(flags::CLIENT) { Role::Client } else { Role::Server };
        while !self.is_dead() && !self.session().finished {
            let limits = self.limits();
            let input = self.input();
            let goes_on = match self.session().decoder.next(input, role, limits) {
                Ok(Some(unit)) => self.report(unit),
                Ok(None) => false,
                Err(Violation::MessageTooBig) if self.spares_message() => true,
                Err(_) if self.is_dead() => false,
                Err(violation) => {
                    self.refuse(violation);
                    false
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Reports one unit. False if the run must stop.
    fn report(&mut self, unit: Unit) -> bool {
        match unit {
            Unit::Message { first, payload } => self.whole_message(first, payload),
            Unit::Control { first, payload } => self.control(first, payload),
            Unit::Fragment { first, payload, message } => {
                self.message(ev::WS_CTL, first, payload).is_some()
                    && message.is_none_or(|(first, payload)| self.whole_message(first, payload))
            }
        }
    }

    /// Reports a message, unless it comes too soon. False if the run must stop.
    fn whole_message(&mut self, first: u8, payload: Range<usize>) -> bool {
        self.session().is_spared = false;
        self.is_in_time() && self.message(ev::WS_MSG, first, payload).is_some()
    }

    /// Delivers a `struct mg_ws_message`. Returns what the handler made of its data, unless the run
    /// must stop.
    fn message(&mut self, event: c_int, first: u8, payload: Range<usize>) -> Option<mg_str> {
        let mut message = mg_ws_message { data: self.slice(payload), flags: first };
        self.tell(event, (&raw mut message).cast()).then_some(message.data)
    }

    fn control(&mut self, first: u8, payload: Range<usize>) -> bool {
        let op = first & 0x0f;
        if op == opcode::PING && !self.pong(payload.clone()) {
            return false;
        }
        let Some(data) = self.message(ev::WS_CTL, first, payload) else { return false };
        if op == opcode::CLOSE {
            self.closed_by_peer(data);
        }
        op != opcode::CLOSE
    }

    /// Answers a PING. False if the connection is gone.
    fn pong(&mut self, payload: Range<usize>) -> bool {
        let payload = self.input().get(payload).unwrap_or_default();
        let sent = send::frame(self.conn, payload, payload.len(), opcode::PONG.into());
        if sent == 0 {
            fail(self.conn, format_args!("OOM"));
        } else if self.conn.send_len() > MAX_PONGS_WAITING {
            self.session().pongs += sent;
        }
        !self.is_dead()
    }

    /// A CLOSE frame came: answers it, unless it is an answer itself, and ends the connection.
    fn closed_by_peer(&mut self, data: mg_str) {
        if !self.session().close_sent {
            // SAFETY: rule 4 of the C edge: the handler may have put data of its own there.
            let payload = unsafe { data.bytes() };
            send::frame(self.conn, payload, payload.len(), opcode::CLOSE.into());
        }
        self.finish();
        self.conn.set(flags::DRAINING);
    }

    /// No further input of this connection is looked at.
    fn finish(&mut self) {
        self.drop_input();
        let session = self.session();
        session.finished = true;
        session.close_sent = true;
        session.deadline_ms = now_ms().saturating_add(CLOSE_TIMEOUT_MS);
    }

    /// The peer broke the rules: tells it why, and the program, and ends the connection.
    fn refuse(&mut self, violation: Violation) {
        if let Violation::Opcode(op) = violation {
            self.conn.note_refusal();
            self.finish();
            return fail(self.conn, format_args!("{} {op}", violation.text()));
        }
        self.close_with(violation.close_code(), violation.text());
    }

    /// Tells the peer `code`, and the program `text`, and ends the connection.
    pub(super) fn close_with(&mut self, code: u16, text: &str) {
        let conn = self.conn;
        conn.note_refusal();
        if !self.session().close_sent {
            send::frame(conn, &code.to_be_bytes(), 2, opcode::CLOSE.into());
            self.count(|stats| &mut stats.websocket_policy_closes);
        }
        self.finish();
        fail(conn, format_args!("{text}"));
        if !self.is_dead() && conn.is(flags::CLOSING) {
            // Closing drops output, and the CLOSE frame is to arrive.
            conn.clear(flags::CLOSING);
            conn.set(flags::DRAINING);
        }
    }

    /// Removes what was consumed.
    fn end(&mut self) {
        if self.is_dead() {
            return;
        }
        let consumed = self.session().decoder.take_consumed();
        self.conn.recv().delete(consumed.start, consumed.len());
        let kept = self.session().decoder.kept();
        self.conn.set_protocol_data(without_provenance_mut(kept));
        let seen = self.conn.recv_len();
        let session = self.session();
        session.seen = seen;
        session.busy = false;
    }
}
