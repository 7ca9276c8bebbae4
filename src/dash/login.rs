//! Who sends a request, login and logout, and the end of sessions.

use core::ffi::c_char;

use super::account::{Account, Handle, cut_name};
use super::creds::{Credentials, MAX_LEN};
use super::sessions::{end_of_life, new_token};
use super::{Client, boards, json};
use crate::abi::hooks::mg_random;
use crate::abi::timer::now_ms;
use crate::abi::types::flags;
use crate::event::conn::Conn;
use crate::event::state::State;
use crate::proto::ws::frame::opcode;
use crate::ws;

/// Close code 1000, normal closure (RFC 6455 section 7.4.1), in network order.
const NORMAL_CLOSURE: [u8; 2] = 1000u16.to_be_bytes();

/// The user that these credentials stand for. Calls the program at most once.
pub(crate) fn authenticate(client: Client, credentials: &Credentials) -> Option<Handle> {
    let dash = client.dash;
    if dash.authenticate().is_none() {
        let guest = boards::guest(dash);
        dash.set_guest(&guest);
        return Some(guest);
    }
    let now = now_ms();
    end(client.state, boards::with_sessions(dash, |sessions| sessions.expire(now)));
    if credentials.pass.is_empty() {
        return None;
    }
    let expires = end_of_life(now, dash.session_life());
    if credentials.may_be_token {
        let token = &credentials.pass;
        let known = boards::with_sessions(dash, |sessions| sessions.by_token(token, expires));
        if let Some(account) = known {
            account.renew(expires);
            return Some(account);
        }
    }
    let (name, level) = ask_program(client, credentials)?;
    session_of(client, cut_name(&name), level, expires)
}

/// Lets the program decide. Returns the name, which it may have changed, and the level.
fn ask_program(client: Client, credentials: &Credentials) -> Option<(Vec<u8>, i32)> {
    let terminated = |text: &[u8]| {
        let mut buffer = [0u8; MAX_LEN + 1];
        buffer.iter_mut().zip(text).for_each(|(to, &byte)| *to = byte);
        buffer
    };
    let mut user = terminated(&credentials.user);
    let pass = terminated(&credentials.pass);
    let decide = client.dash.authenticate()?;
    let user_ptr: *mut c_char = user.as_mut_ptr().cast();
    // SAFETY: rule 7 of the C edge; both are NUL-terminated buffers, the first may be written.
    let level = unsafe { decide(user_ptr, user.len(), pass.as_ptr().cast()) };
    let len = memchr::memchr(0, &user).unwrap_or(user.len());
    (level > 0).then(|| (user[..len].to_vec(), level))
}

/// The session of a user whom the program has let in, a new one if need be. `None` without random
/// bytes.
fn session_of(client: Client, name: &[u8], level: i32, expires: u64) -> Option<Handle> {
    let dash = client.dash;
    if let Some(account) = boards::with_sessions(dash, |s| s.by_user(name, level, expires)) {
        account.renew(expires);
        return Some(account);
    }
    // SAFETY: rule 2 of the C edge: the block is writable.
    let random = |block: &mut [u8]| unsafe { mg_random(block.as_mut_ptr().cast(), block.len()) };
    let Some(token) = new_token(random) else {
        crate::error!("{} no random bytes for a session", client.conn.id());
        return None;
    };
    let account = Account::of_session(dash, name, level, &token, expires);
    let evicted = boards::with_sessions(dash, |sessions| {
        sessions.add(name, level, token, expires, account.clone())
    });
    end(client.state, evicted.into_iter().collect());
    Some(account)
}

/// `Secure; ` for cookies on TLS connections.
fn secure(client: Client) -> &'static [u8] {
    if client.conn.is(flags::TLS) { b"Secure; " } else { b"" }
}

/// Answers a login of `account`.
pub(crate) fn reply_login(client: Client, account: &Account) {
    let (name, level, token) = account.facts();
    let headers = [
        b"Set-Cookie: access_token=",
        &token[..],
        b"; Path=/; ",
        secure(client),
        b"HttpOnly; SameSite=Lax; Max-Age=86400\r\n",
        super::requests::JSON_HEADERS,
    ]
    .concat();
    let mut body = b"{\"user\":".to_vec();
    json::string(&mut body, &name);
    body.extend(format!(",\"level\":{level}}}\n").bytes());
    client.reply(200, &headers, &body);
}

/// Answers a logout, and ends the session.
pub(crate) fn reply_logout(client: Client, account: Option<&Handle>) {
    let headers = [
        b"Set-Cookie: access_token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 UTC; ",
        secure(client),
        b"HttpOnly; Max-Age=0; \r\n",
    ]
    .concat();
    client.reply(401, &headers, b"Unauthorized\n");
    if let Some(account) = account {
        let is_it = |other: &Handle| std::sync::Arc::ptr_eq(other, account);
        end(client.state, boards::with_sessions(client.dash, |sessions| sessions.remove(is_it)));
    }
}

/// Ends all sessions of the dashboard.
pub(crate) fn end_all(client: Client) {
    end(client.state, boards::with_sessions(client.dash, |sessions| sessions.remove(|_| true)));
}

/// Sessions are over: their WebSockets in this manager are closed. Those in other managers find out
/// by themselves.
fn end(state: Option<State>, accounts: Vec<Handle>) {
    if accounts.is_empty() {
        return;
    }
    accounts.iter().for_each(|account| account.end());
    let Some(state) = state else { return };
    let now = now_ms();
    for (id, _) in state.with_links(|l| l.websockets(|_, account| account.is_over(now))) {
        if let Some(conn) = state.find(id) {
            close_websocket(conn);
        }
    }
}

/// Closes a WebSocket whose session is over.
pub(crate) fn close_if_over(client: Client) {
    let (Some(state), id) = (client.state, client.conn.id()) else { return };
    let over = state.with_links(|links| {
        let account = links.get(id).and_then(|link| link.account.as_ref());
        account.is_some_and(|account| account.is_over(now_ms()))
    });
    if over {
        close_websocket(client.conn);
    }
}

/// Says goodbye on a WebSocket, once.
fn close_websocket(conn: Conn) {
    if conn.is(flags::DRAINING | flags::CLOSING) || conn.is_dead() {
        return;
    }
    let text = br#"{"method":"logout"}"#;
    ws::send::frame(conn, text, text.len(), opcode::TEXT.into());
    let code = NORMAL_CLOSURE;
    ws::send::frame(conn, &code, code.len(), opcode::CLOSE.into());
    conn.set(flags::DRAINING);
    if conn.private().blocked {
        // A peer that does not read would never be rid of.
        conn.set(flags::CLOSING);
    }
}
