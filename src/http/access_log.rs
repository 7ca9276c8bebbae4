//! A line per request in `access_log_file`.
//!
//! What a line says is known in pieces: the request when it is reported, the status when a response
//! begins, its length when it ends. Requests in between are kept by connection id.

use core::net::IpAddr;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::policy::client_of;
use crate::event::conn::Conn;
use crate::event::state::State;
use crate::guard::access_log::{Entry, format_line};
use crate::guard::options::Name;
use crate::proto::http::head::Head;

/// A request that has no line yet.
struct Request {
    host: IpAddr,
    method: Vec<u8>,
    target: Vec<u8>,
    protocol: Vec<u8>,
    referer: Vec<u8>,
    user_agent: Vec<u8>,
    status: u16,
    bytes: u64,
}

/// Requests without a line yet, by connection.
#[derive(Default)]
pub(crate) struct Open(HashMap<u64, Request>);

/// A request has come.
pub(crate) fn begin(state: State, conn: Conn, head: &Head, text: &[u8]) {
    if state.with_guard(|guarded| !guarded.settings.is_set(Name::AccessLogFile)) {
        return;
    }
    end(state, conn);
    let end = head.query.map_or(head.uri.end(), |query| query.end());
    let field = |name: &[u8]| head.header(text, name).unwrap_or_default().to_vec();
    let request = Request {
        host: client_of(state, conn, head, text),
        method: head.method.of(text).to_vec(),
        target: text.get(head.uri.start()..end).unwrap_or_default().to_vec(),
        protocol: head.proto.of(text).to_vec(),
        referer: field(b"Referer"),
        user_agent: field(b"User-Agent"),
        status: 0,
        bytes: 0,
    };
    state.with_guard(|guarded| guarded.open_requests.0.insert(conn.id(), request));
}

/// A response with this status has begun.
pub(crate) fn note_status(state: State, conn: Conn, status: u16) {
    with_request(state, conn, |request| request.status = status);
}

/// The body of the response has this many bytes.
pub(crate) fn note_length(state: State, conn: Conn, bytes: u64) {
    with_request(state, conn, |request| request.bytes = bytes);
}

fn with_request(state: State, conn: Conn, f: impl FnOnce(&mut Request)) {
    state.with_guard(|guarded| {
        if !guarded.open_requests.0.is_empty()
            && let Some(request) = guarded.open_requests.0.get_mut(&conn.id())
        {
            f(request);
        }
    });
}

/// The response is complete, or the connection is gone.
pub(crate) fn end(state: State, conn: Conn) {
    state.with_guard(|guarded| {
        if guarded.open_requests.0.is_empty() {
            return;
        }
        let Some(request) = guarded.open_requests.0.remove(&conn.id()) else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = format_line(&Entry {
            host: request.host,
            user: b"",
            unix_time: now.as_secs(),
            method: &request.method,
            target: &request.target,
            protocol: &request.protocol,
            status: request.status,
            bytes: request.bytes,
            referer: &request.referer,
            user_agent: &request.user_agent,
        });
        guarded.access_log.write(&line);
    });
}
