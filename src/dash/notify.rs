//! Change notifications over WebSocket.

use super::account::Handle;
use super::json;
use super::sets::Set;
use crate::abi::app_options;
use crate::abi::timer::now_ms;
use crate::abi::types::{flags, mg_mgr};
use crate::event::conn::Conn;
use crate::event::state::{Scope, State};
use crate::proto::ws::frame::opcode;
use crate::ws;

/// Unsent bytes, in units of `MG_IO_SIZE`, above which a WebSocket that takes nothing is closed
/// (`MG_DASH_MAX_SEND_BUF_SIZE`).
const MAX_BLOCKED_BLOCKS: usize = 5;

/// Unsent bytes above which any WebSocket is closed: one handler may announce much at once.
const MAX_UNSENT: usize = 1 << 20;

/// Longest name of an element in a notification, in bytes.
const MAX_ELEMENT_NAME: usize = 63;

/// Tells the WebSockets of the set's dashboard what `set` is now.
///
/// # Safety
/// Rules 1 and 7 of the C edge for `mgr`.
pub(crate) unsafe fn send_change(mgr: *mut mg_mgr, set: Set) {
    let Some(state) = State::of(mgr) else { return };
    let _scope = Scope::enter(state);
    let now = now_ms();
    let mut targets = state.with_links(|links| {
        links.websockets(|link, account| !account.is_over(now) && link.dash.sets().contains(&set))
    });
    // One look at the variables and one text for all the windows of a user.
    targets.sort_by_key(|(id, account)| (account.as_ptr() as usize, *id));
    for group in targets.chunk_by(|(_, a), (_, b)| a.as_ptr() == b.as_ptr()) {
        let Some(text) = group.first().and_then(|(_, user)| message(set, user)) else { continue };
        for (id, _) in group {
            if let Some(conn) = state.find(*id) {
                send(conn, &text);
            }
        }
    }
}

/// The notification for `user`; `None` if there is nothing for him.
fn message(set: Set, user: &Handle) -> Option<Vec<u8>> {
    let mut name = set.name();
    let value = if !set.is_array() {
        set.load(user).then(|| set.object())?
    } else if set.index() < 0 {
        set.size(user)?.to_string().into_bytes()
    } else {
        let at = set.index();
        name.extend(format!("/{at}").bytes());
        name.truncate(MAX_ELEMENT_NAME);
        set.element(at, user)?
    };
    let mut text = br#"{"method":"change","params":{"#.to_vec();
    json::key(&mut text, &name);
    text.extend(value);
    text.extend(b"}}");
    Some(text)
}

/// Sends a notification, or ends a connection whose peer lets them pile up: it can reconnect and
/// read everything anew, which a gap would not tell it to.
fn send(conn: Conn, text: &[u8]) {
    if conn.is(flags::DRAINING | flags::CLOSING) || conn.is_dead() {
        return;
    }
    let limit = if conn.private().blocked {
        MAX_BLOCKED_BLOCKS * app_options::io_size()
    } else {
        MAX_UNSENT
    };
    if conn.send_len() > limit {
        crate::error!("{} does not read its notifications", conn.id());
        conn.set(flags::CLOSING);
    } else {
        ws::send::frame(conn, text, text.len(), opcode::TEXT.into());
    }
}
