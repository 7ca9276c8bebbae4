//! The MQTT protocol handler (`c->pfn`): finds packets in `c->recv`, acknowledges and reports them.
//!
//! A *run* works through `recv` from the start. Packets finished in a run are removed together at
//! its end, so that many small ones cost no more than their bytes.

use core::ffi::{c_int, c_void};

use super::{send, version};
use crate::abi::app_options;
use crate::abi::mqtt::fill;
use crate::abi::protocol_types::mg_mqtt_message;
use crate::abi::types::{flags, mg_connection};
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::event::state::Scope;
use crate::proto::mqtt::build::acknowledgement;
use crate::proto::mqtt::packet_type;
use crate::proto::mqtt::parse::{Packet, Parsed, parse};

/// Packets are left waiting while this much of what is queued may be automatic answers. A peer
/// that keeps the rules never gets there: packet identifiers have 16 bits, so it can have 65 535
/// messages and as many releases unanswered, of at most 6 bytes each.
const MAX_ANSWERS: u32 = 1 << 20;

/// While packets wait, at most this much further input is buffered.
const MAX_INPUT_WAITING: usize = 64 << 10;

/// What the library knows about an MQTT connection.
#[derive(Default)]
pub(crate) struct Progress {
    /// Most bytes of `send` that may be automatic answers.
    answers: u32,
    /// A run is on the stack; one that starts inside leaves the input to it.
    is_running: bool,
    /// Packets wait for the output to shrink.
    is_waiting: bool,
}

/// The protocol handler of MQTT connections.
pub(crate) unsafe extern "C" fn mqtt_handler(
    c: *mut mg_connection,
    event: c_int,
    _ev_data: *mut c_void,
) {
    contain(c, |conn| match event {
        ev::READ => run(conn),
        ev::WRITE if conn.state().is_some() && conn.private().mqtt.is_waiting => run(conn),
        _ => {}
    });
}

/// True while the peer makes us answer but does not take the answers.
fn owes_reading(conn: Conn) -> bool {
    let answers = &mut conn.private().mqtt.answers;
    *answers = (*answers).min(u32::try_from(conn.send_len()).unwrap_or(u32::MAX));
    *answers >= MAX_ANSWERS
}

/// True if the loop should leave input of `conn` in the kernel for now.
pub(crate) fn pauses_reading(conn: Conn) -> bool {
    conn.private().mqtt.is_waiting
        && conn.recv_len() >= MAX_INPUT_WAITING
        && conn.has_protocol(mqtt_handler)
        && owes_reading(conn)
}

/// Works through `recv`.
fn run(conn: Conn) {
    let Some(state) = conn.state() else {
        return Run { conn, is_listed: false, consumed: 0 }.all_packets();
    };
    let _scope = Scope::enter(state);
    if core::mem::replace(&mut conn.private().mqtt.is_running, true) {
        return;
    }
    conn.private().mqtt.is_waiting = false;
    Run { conn, is_listed: true, consumed: 0 }.all_packets();
    conn.private().mqtt.is_running = false;
}

/// What became of a packet.
#[derive(PartialEq, Eq)]
enum Step {
    /// It was reported; look at the next one.
    Next,
    /// It was reported, and is the last one.
    Last,
    /// It stays where it is.
    Stop,
}

/// One run over the input of a connection.
struct Run {
    conn: Conn,
    /// The library made the connection, so it has a private part.
    is_listed: bool,
    /// Bytes at the front of `recv` that belong to finished packets.
    consumed: usize,
}

impl Run {
    /// Serves packet after packet and removes them.
    fn all_packets(&mut self) {
        loop {
            if self.is_listed && owes_reading(self.conn) {
                self.conn.private().mqtt.is_waiting = true;
                break;
            }
            if self.next_packet() != Step::Next {
                break;
            }
        }
        if self.consumed > 0 && !self.is_gone() {
            self.conn.recv().delete(0, self.consumed);
        }
    }

    fn is_gone(&self) -> bool {
        self.is_listed && self.conn.is_dead()
    }

    /// The input that is not consumed.
    fn input<'a>(&self) -> &'a [u8] {
        // SAFETY: the slice is not used across calls into program code.
        let all = unsafe { self.conn.recv().bytes() };
        all.get(self.consumed..).unwrap_or_default()
    }

    /// Looks for a packet and serves it.
    fn next_packet(&mut self) -> Step {
        let conn = self.conn;
        match parse(self.input(), version(conn)) {
            Parsed::Complete(packet) => {
                let step = self.serve(&packet);
                if step != Step::Stop {
                    self.consumed += packet.len;
                }
                return step;
            }
            Parsed::Partial(Some(len)) if len > app_options::max_recv_size() => {
                fail(conn, format_args!("MG_MAX_RECV_SIZE"));
            }
            Parsed::Partial(_) => {}
            Parsed::Malformed => {
                crate::debug!("{} malformed MQTT packet", conn.id());
                conn.set(flags::CLOSING);
            }
        }
        Step::Stop
    }

    /// Acknowledges and reports a packet.
    fn serve(&self, packet: &Packet) -> Step {
        let conn = self.conn;
        if !self.acknowledge(packet) {
            return Step::Stop;
        }
        let mut message = mg_mqtt_message::EMPTY;
        fill(&mut message, self.input(), packet);
        let is_refused = packet.kind == packet_type::CONNACK && packet.code != 0;
        match packet.kind {
            packet_type::CONNACK => {
                let mut code = c_int::from(packet.code);
                call(conn, ev::MQTT_OPEN, (&raw mut code).cast());
                if is_refused && !self.is_gone() {
                    conn.set(flags::CLOSING);
                }
            }
            packet_type::PUBLISH => call(conn, ev::MQTT_MSG, (&raw mut message).cast()),
            _ => {}
        }
        if self.is_gone() {
            return Step::Stop;
        }
        // The handler may have thrown the input away, or moved it.
        let input = self.input();
        if input.len() < packet.len {
            return Step::Last;
        }
        if input.as_ptr() != message.dgram.buf.cast_const().cast() {
            fill(&mut message, input, packet);
        }
        call(conn, ev::MQTT_CMD, (&raw mut message).cast());
        match self.is_gone() {
            true => Step::Stop,
            false if is_refused => Step::Last,
            false => Step::Next,
        }
    }

    /// Appends the automatic answer. False, with an error raised, if memory is out.
    fn acknowledge(&self, packet: &Packet) -> bool {
        let Some(answer) = acknowledgement(packet, version(self.conn)) else { return true };
        let bytes = answer.as_bytes();
        let done = send::append(self.conn, bytes);
        if done && self.is_listed {
            let answers = &mut self.conn.private().mqtt.answers;
            *answers = answers.saturating_add(bytes.len() as u32);
        }
        done
    }
}
