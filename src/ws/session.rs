//! What the library remembers of a WebSocket connection.

use core::ptr::{NonNull, null_mut};

use crate::abi::mem;
use crate::event::conn::Conn;
use crate::guard::rate::Bucket;
use crate::proto::http::head::HeadScanner;
use crate::proto::ws::decode::Decoder;
use crate::proto::ws::handshake::ACCEPT_LEN;

/// State of one connection. It hangs off the private part of the connection.
pub(crate) struct Session {
    pub(crate) decoder: Decoder,
    /// Client: search for the end of the response's head.
    pub(crate) scanner: HeadScanner,
    /// Client: the `Sec-WebSocket-Accept` that is right for our key.
    pub(crate) accept: [u8; ACCEPT_LEN],
    /// `recv.len` when decoding last stopped.
    pub(crate) seen: usize,
    /// Bytes of PONGs appended since the output was last below the bound.
    pub(crate) pongs: usize,
    /// When a connection that waits for its last output is given up, in milliseconds; 0 = never.
    pub(crate) deadline_ms: u64,
    /// Messages that may still come, under `websocket_rate`.
    pub(crate) bucket: Bucket,
    /// The program spares the message being received, which is too long.
    pub(crate) is_spared: bool,
    /// Decoding is on the stack.
    pub(crate) busy: bool,
    /// A CLOSE frame was sent.
    pub(crate) close_sent: bool,
    /// Further input has no meaning.
    pub(crate) finished: bool,
}

impl Session {
    pub(crate) fn new() -> Session {
        Session {
            decoder: Decoder::new(),
            scanner: HeadScanner::new(),
            accept: [0; ACCEPT_LEN],
            seen: 0,
            pongs: 0,
            deadline_ms: 0,
            bucket: Bucket::default(),
            is_spared: false,
            busy: false,
            close_sent: false,
            finished: false,
        }
    }

    /// The session of a connection that the library made; `None` if it has none.
    ///
    /// The reference is for immediate use: it never lives across a call into program code.
    pub(crate) fn of<'a>(conn: Conn) -> Option<&'a mut Session> {
        conn.state()?;
        // SAFETY: `make` put it there for this connection alone; one thread uses a manager, and
        // callers keep the reference briefly.
        NonNull::new(conn.private().ws).map(|mut session| unsafe { session.as_mut() })
    }

    /// The session of a connection that the library made, a new one if need be. `None` if memory is
    /// out.
    pub(crate) fn of_or_new<'a>(conn: Conn) -> Option<&'a mut Session> {
        conn.state()?;
        if conn.private().ws.is_null() {
            conn.private().ws = mem::try_box(Session::new())?.as_ptr();
        }
        Session::of(conn)
    }
}

/// Releases the session of a connection.
pub(crate) fn drop_session(conn: Conn) {
    if let Some(session) = NonNull::new(core::mem::replace(&mut conn.private().ws, null_mut())) {
        // SAFETY: `of_or_new` made it with `try_box`, and the pointer was just cleared.
        let _: Session = unsafe { mem::unbox(session) };
    }
}
