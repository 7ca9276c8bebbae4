//! Answers of the library to requests that it does not let through.

use core::ffi::CStr;

use super::reply;
use crate::abi::types::{flags, mg_http_message};
use crate::event::conn::Conn;
use crate::event::guarded::{Intent, may_act};
use crate::event::io;
use crate::event::state::State;
use crate::guard::options::{self, Name};

/// What a peer gets when the server is full and `full_policy` is `reject`.
pub(crate) const SERVICE_UNAVAILABLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    Retry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// An error response that is due.
pub(crate) struct Refusal {
    /// Its status.
    pub(crate) status: u16,
    /// The option that asks for it.
    pub(crate) option: &'static CStr,
    /// Header lines that belong to it.
    headers: Vec<u8>,
    /// The next request may come, if the refused one has no body.
    pub(crate) keeps_open: bool,
}

impl Refusal {
    pub(crate) fn new(status: u16, option: Name) -> Refusal {
        Refusal::by(status, options::spec(option).c_name)
    }

    /// A refusal that no option asks for.
    pub(crate) fn by(status: u16, option: &'static CStr) -> Refusal {
        Refusal { status, option, headers: Vec::new(), keeps_open: false }
    }

    /// Adds header lines.
    pub(crate) fn with(mut self, lines: &[u8]) -> Refusal {
        self.headers.extend_from_slice(lines);
        self
    }

    /// Says when to come again.
    pub(crate) fn retry_after_ms(self, ms: u64) -> Refusal {
        let line = format!("Retry-After: {}\r\n", ms.div_ceil(1000).max(1));
        self.with(line.as_bytes())
    }

    /// Says which methods there are.
    pub(crate) fn allow(self, methods: &[u8]) -> Refusal {
        self.with(&[b"Allow: ", methods, b"\r\n"].concat())
    }

    /// The connection may go on.
    pub(crate) fn keeping_open(mut self) -> Refusal {
        self.keeps_open = true;
        self
    }
}

/// Asks the program whether a request may be refused. The message may be NULL.
pub(crate) fn may_refuse(
    state: State,
    conn: Conn,
    refusal: &Refusal,
    request: *mut mg_http_message,
) -> bool {
    let intent = Intent {
        action: super::policy::action_of(refusal.status) as i32,
        status: i32::from(refusal.status),
        option: refusal.option,
        peer: conn.rem(),
        request,
    };
    may_act(state, conn, &intent)
}

/// Queues the answer and counts it.
pub(crate) fn answer(state: State, conn: Conn, refusal: &Refusal, closes: bool) {
    state.with_guard(|guarded| guarded.stats.count_rejection(refusal.status));
    let mut headers = refusal.headers.clone();
    if closes {
        headers.extend_from_slice(b"Connection: close\r\n");
    }
    reply::error_page(conn, i32::from(refusal.status), &headers, b"");
}

/// Answers with an error status and ends the connection, whatever it was doing.
pub(crate) fn and_close(state: State, conn: Conn, status: u16) {
    conn.note_refusal();
    answer(state, conn, &Refusal::by(status, c""), true);
    // Closing drops output.
    io::write_step(conn);
    conn.set(flags::CLOSING);
}
