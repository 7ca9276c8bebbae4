//! What the guard's options say to a connection: its messages, and the request that opens it.

use core::ptr::null_mut;

use super::engine::Run;
use crate::abi::app_options;
use crate::abi::guard::mg_guard_action;
use crate::abi::types::mg_http_message;
use crate::event::admission::ip_of;
use crate::event::conn::Conn;
use crate::event::guarded::{Intent, may_act};
use crate::event::state::State;
use crate::guard::options::{Name, spec};
use crate::guard::stats::Stats;
use crate::http::message::Message;
use crate::proto::ws::decode::Limits;
use crate::proto::ws::policy;

/// Close codes (RFC 6455 section 7.4.1).
const POLICY_VIOLATION: u16 = 1008;
const TOO_BIG: u16 = 1009;

impl Run {
    /// Counts something that happened.
    pub(super) fn count(&self, figure: impl FnOnce(&mut Stats) -> &mut u64) {
        if let Some(state) = self.state {
            state.with_guard(|guarded| *figure(&mut guarded.stats) += 1);
        }
    }

    /// How much the peer may send.
    pub(super) fn limits(&mut self) -> Limits {
        let Some(state) = self.state else {
            return Limits { buffer: app_options::max_recv_size(), message: usize::MAX };
        };
        let message = match self.session().is_spared {
            true => usize::MAX,
            false => state.limit(Name::WebsocketMaxMessageSize),
        };
        Limits { buffer: state.limit(Name::MaxRecvSize), message }
    }

    /// A message is too long: true if the program spares the peer. The connection may be gone then.
    pub(super) fn spares_message(&mut self) -> bool {
        let action = mg_guard_action::MG_GUARD_REJECT;
        let is_spared = self.spares(action, TOO_BIG, Name::WebsocketMaxMessageSize);
        if is_spared && !self.is_dead() {
            self.session().is_spared = true;
        }
        is_spared
    }

    /// Takes note of a message. False if it comes too soon, when the connection has been ended.
    pub(super) fn is_in_time(&mut self) -> bool {
        let Some(state) = self.state else { return true };
        self.count(|stats| &mut stats.websocket_messages);
        let rate = state.with_guard(|guarded| guarded.websocket_rate);
        if rate.is_off() || self.session().bucket.take(state.now(), &rate).is_ok() {
            return true;
        }
        let conn = self.conn;
        if state.with_guard(|guarded| guarded.priority.contains(&ip_of(&conn.rem()))) {
            return true;
        }
        let action = mg_guard_action::MG_GUARD_RATE_LIMIT;
        let is_spared = self.spares(action, POLICY_VIOLATION, Name::WebsocketRate);
        if self.is_dead() {
            return false;
        }
        if !is_spared {
            self.close_with(POLICY_VIOLATION, "too many WS messages");
        }
        is_spared
    }

    fn spares(&self, action: mg_guard_action, code: u16, option: Name) -> bool {
        let Some(state) = self.state else { return true };
        let status = i32::from(code);
        let peer = self.conn.rem();
        let option = spec(option).c_name;
        let intent = Intent { action: action as i32, status, option, peer, request: null_mut() };
        !may_act(state, self.conn, &intent)
    }
}

/// What becomes of a request for a WebSocket.
pub(super) enum Verdict {
    /// It is granted. The subprotocol to name; `None` if the options have no say in it.
    Grant(Option<Vec<u8>>),
    /// It gets this status.
    Refuse(u16),
    /// The connection has ended.
    Gone,
}

/// Judges a request by the options for origins and subprotocols.
pub(super) fn judge(conn: Conn, message: Message) -> Verdict {
    let Some(state) = conn.state() else { return Verdict::Grant(None) };
    let [origins, offered] = [Name::WebsocketAllowedOrigins, Name::WebsocketProtocols]
        .map(|name| state.with_guard(|guarded| guarded.settings.text(name).into_owned()));
    if origins.is_empty() && offered.is_empty() {
        return Verdict::Grant(None);
    }
    // These are not used across calls into program code.
    let values = |name| values(message, name);
    let hm = message.ptr();
    let host = values(b"Host").first().copied();
    let is_foreign = values(b"Origin")
        .iter()
        .any(|origin| !policy::is_origin_allowed(origins.as_bytes(), origin, host));
    if is_foreign && !spares_request(state, conn, hm, (403, Name::WebsocketAllowedOrigins)) {
        return Verdict::Refuse(403);
    }
    if conn.is_dead() {
        return Verdict::Gone;
    }
    let named = values(b"Sec-WebSocket-Protocol");
    let chosen = policy::choose_protocol(offered.as_bytes(), &named).map(<[u8]>::to_vec);
    if offered.is_empty() || chosen.is_some() || !policy::names_any(&named) {
        return Verdict::Grant(chosen);
    }
    if !spares_request(state, conn, hm, (400, Name::WebsocketProtocols)) {
        return Verdict::Refuse(400);
    }
    if conn.is_dead() { Verdict::Gone } else { Verdict::Grant(None) }
}

/// Values of all headers called `name`: those listed, and those that did not fit into the list.
fn values<'a>(message: Message<'a>, name: &'a [u8]) -> Vec<&'a [u8]> {
    let listed = message.headers().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    listed.map(|(_, value)| value).chain(policy::fields(message.head(), name)).collect()
}

/// True if the program spares a peer whose request would get this status for that option.
fn spares_request(
    state: State,
    conn: Conn,
    request: *mut mg_http_message,
    (status, option): (u16, Name),
) -> bool {
    let action = mg_guard_action::MG_GUARD_REJECT as i32;
    let option = spec(option).c_name;
    let intent = Intent { action, status: status.into(), option, peer: conn.rem(), request };
    !may_act(state, conn, &intent)
}
