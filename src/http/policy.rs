//! What a request has to pass before a handler of the program sees it.
//!
//! The checks run once per request, when its head is complete, in this order: framing, sizes,
//! rate, method, body length, endpoints that are switched off, authentication, routes.

use core::ffi::{CStr, c_void};
use core::net::IpAddr;

use super::access_log;
use super::login::{self, Login};
use super::refuse::{self, Refusal};
use crate::abi::guard::mg_auth_handler_t;
use crate::abi::guard::mg_guard_action;
use crate::abi::types::{flags, mg_connection, mg_event_handler_t, mg_http_message};
use crate::event::admission::ip_of;
use crate::event::conn::Conn;
use crate::event::guarded::Guarded;
use crate::event::state::State;
use crate::guard::address::peer_key;
use crate::guard::options::{Name, choice};
use crate::guard::routes::{Pattern, Route, Routes, has_method};
use crate::proto::http::forwarded::client_address;
use crate::proto::http::head::{BodyLen, Head, HeadError, TransferEncoding};

/// A handler of the program with its data.
pub(crate) type Handler = (mg_event_handler_t, *mut c_void);

/// What the program registered, and who may log in.
#[derive(Default)]
pub(crate) struct Policy {
    /// Handlers of requests.
    pub(crate) routes: Routes<Handler>,
    /// Functions that decide whether a request may go on.
    pub(crate) auth: Routes<(mg_auth_handler_t, *mut c_void)>,
    /// What is answered with 404.
    pub(crate) disabled: Routes<()>,
    /// HTTP authentication.
    pub(crate) login: Login,
}

impl Policy {
    /// True if the program registered something, or somebody has to log in.
    pub(crate) fn has_rules(&self) -> bool {
        !(self.routes.is_empty() && self.auth.is_empty() && self.disabled.is_empty())
            || self.login.is_on()
    }
}

/// What becomes of a request.
pub(crate) enum Verdict {
    /// It goes to the connection's handler.
    Pass,
    /// It goes to a handler of its own.
    Route(Handler),
    /// It is answered with an error.
    Refuse(Refusal),
    /// The program answered it, or closed the connection.
    Answered,
}

/// Too long a head, complete or not: 431, or 414 if it is the request target that is too long.
pub(crate) fn check_size(state: State, input: &[u8], head_len: Option<usize>) -> Option<Refusal> {
    let (max_header, max_uri) = (state.limit(Name::MaxHeaderSize), state.limit(Name::MaxUriSize));
    let len = head_len.unwrap_or(input.len());
    if len <= max_header && len <= max_uri {
        return None;
    }
    let line = input.get(..len).unwrap_or(input);
    let first = memchr::memchr(b'\n', line).unwrap_or(line.len());
    let mut words = line.get(..first).unwrap_or_default().split(|&byte| byte == b' ');
    let target = words.nth(1).unwrap_or_default();
    if target.len() > max_uri {
        return Some(Refusal::new(414, Name::MaxUriSize));
    }
    (len > max_header).then(|| Refusal::new(431, Name::MaxHeaderSize))
}

/// Whether a head may be what it is; `Err(None)` if it is malformed.
pub(crate) fn check_head(
    state: State,
    head: &Head,
    text: &[u8],
    parsed: Result<(), HeadError>,
) -> Result<(), Option<Refusal>> {
    let is_strict = state.number(Name::StrictHttp) != 0;
    match parsed {
        Ok(()) | Err(HeadError::Unlisted) => {}
        Err(HeadError::TwoHosts) if !is_strict => {}
        Err(_) => return Err(None),
    }
    let is_11 = !head.is_response && !head.http10;
    // A recipient that goes by the version takes the chunks for the next request.
    let is_before_1_0 = !head.is_response && head.proto.of(text).get(5) == Some(&b'0');
    if is_before_1_0 && head.transfer_encoding != TransferEncoding::None {
        return Err(None);
    }
    if is_strict && head.has_del || is_11 && !head.has_host && state.number(Name::RequireHost) != 0
    {
        return Err(None);
    }
    if head.header_lines > state.limit(Name::MaxHeaders) {
        return Err(Some(Refusal::new(431, Name::MaxHeaders)));
    }
    Ok(())
}

/// What a request has to pass, in this order, when its head is complete.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Rate,
    Method,
    BodyLength,
    Disabled,
    Login,
    Program,
    Route,
}

impl Check {
    pub(crate) const ALL: [Check; 7] = [
        Check::Rate,
        Check::Method,
        Check::BodyLength,
        Check::Disabled,
        Check::Login,
        Check::Program,
        Check::Route,
    ];

    /// Does the check. `text` is the input from the request's first byte on.
    ///
    /// # Safety
    /// `hm` is the message that was made of `head`.
    pub(crate) unsafe fn judge(
        self,
        state: State,
        conn: Conn,
        head: &Head,
        text: &[u8],
        hm: *mut mg_http_message,
    ) -> Verdict {
        let (method, uri) = (head.method.of(text), head.uri.of(text));
        let refusal = match self {
            Check::Rate => over_rate(state, conn, head, text),
            Check::Method => wrong_method(state, method),
            Check::BodyLength => {
                let is_set = |guarded: &mut Guarded| guarded.settings.is_set(Name::MaxBodySize);
                state.with_guard(is_set).then(|| too_large(state, head)).flatten()
            }
            Check::Disabled => state
                .with_guard(|guarded| guarded.policy.disabled.matches(method, uri))
                .then(|| Refusal::by(404, DISABLED).keeping_open()),
            Check::Login => login::check(state, conn, head, text),
            Check::Program => {
                match state.with_guard(|guarded| guarded.policy.auth.find(method, uri)) {
                    // SAFETY: passed on.
                    Route::Found((Some(handler), data)) => unsafe {
                        return ask_program(state, conn, hm, handler, data);
                    },
                    _ => None,
                }
            }
            Check::Route => return route(state, method, uri),
        };
        refusal.map_or(Verdict::Pass, Verdict::Refuse)
    }
}

/// Who sent the request: the peer, or whom a trusted proxy names.
pub(crate) fn client_of(state: State, conn: Conn, head: &Head, text: &[u8]) -> IpAddr {
    let peer = ip_of(&conn.rem());
    state.with_guard(|guarded| {
        if !guarded.proxies.contains(&peer) {
            return peer;
        }
        // Most proxies append to X-Forwarded-For and pass a client's own Forwarded on.
        let list = last_field(head, text, b"X-Forwarded-For");
        let forwarded = last_field(head, text, b"Forwarded").filter(|_| list.is_none());
        client_address(forwarded, list, peer, |ip| guarded.proxies.contains(ip))
    })
}

/// Value of the last field called `name`, wherever it stands: a proxy appends its own.
fn last_field<'a>(head: &Head, text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let lines = text.get(..head.head_len)?.rsplit(|&byte| byte == b'\n');
    lines
        .filter_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            let (field, value) = line.split_at(colon);
            field.eq_ignore_ascii_case(name).then(|| value.get(1..).unwrap_or_default())
        })
        .map(<[u8]>::trim_ascii)
        .next()
}

fn over_rate(state: State, conn: Conn, head: &Head, text: &[u8]) -> Option<Refusal> {
    if state.with_guard(|guarded| guarded.request_rate.is_off()) {
        return None;
    }
    let client = client_of(state, conn, head, text);
    let now = state.now();
    let wait_ms = state.with_guard(|guarded| {
        if guarded.priority.contains(&client) {
            return None;
        }
        let rate = guarded.request_rate;
        guarded.request_buckets.take(peer_key(&client), now, &rate).err()
    })?;
    Some(Refusal::new(429, Name::RequestRate).retry_after_ms(wait_ms).keeping_open())
}

fn wrong_method(state: State, method: &[u8]) -> Option<Refusal> {
    state.with_guard(|guarded| {
        if !guarded.settings.is_set(Name::AllowedMethods) {
            return None;
        }
        let allowed = guarded.settings.text(Name::AllowedMethods);
        if allowed.is_empty() || has_method(allowed.as_bytes(), method) {
            return None;
        }
        Some(Refusal::new(405, Name::AllowedMethods).allow(allowed.as_bytes()).keeping_open())
    })
}

/// An announced body that is longer than `max_body_size`.
pub(crate) fn too_large(state: State, head: &Head) -> Option<Refusal> {
    match head.body {
        BodyLen::Known(len) if len > state.limit(Name::MaxBodySize) => {
            Some(Refusal::new(413, Name::MaxBodySize))
        }
        _ => None,
    }
}

/// Asks the program's auth handler, which may answer by itself.
///
/// # Safety
/// Rule 7 of the C edge for the handler; the message is live.
unsafe fn ask_program(
    state: State,
    conn: Conn,
    hm: *mut mg_http_message,
    handler: unsafe extern "C" fn(*mut mg_connection, *mut mg_http_message, *mut c_void) -> bool,
    data: *mut c_void,
) -> Verdict {
    let queued = conn.send_len();
    // SAFETY: passed on; the connection is live.
    if unsafe { handler(conn.ptr(), hm, data) } {
        return Verdict::Pass;
    }
    if conn.is_dead() {
        return Verdict::Answered;
    }
    if conn.send_len() > queued || conn.is(flags::DRAINING | flags::CLOSING) {
        state.with_guard(|guarded| guarded.stats.count_rejection(401));
        return Verdict::Answered;
    }
    Verdict::Refuse(login::challenge(state, false, Name::AuthDomain))
}

fn route(state: State, method: &[u8], uri: &[u8]) -> Verdict {
    match state.with_guard(|guarded| guarded.policy.routes.find(method, uri)) {
        Route::None => Verdict::Pass,
        Route::Found(handler) => Verdict::Route(handler),
        Route::MethodNotAllowed(mut allow) => {
            allow.extend_from_slice(b", OPTIONS");
            let status = if method == b"OPTIONS" { 204 } else { 405 };
            let refusal = Refusal::new(status, Name::AllowedMethods);
            Verdict::Refuse(refusal.allow(&allow).keeping_open())
        }
    }
}

/// What malformed input gets, if anything.
pub(crate) fn malformed(state: State, conn: Conn) {
    let status = match state.number(Name::MalformedReply) {
        choice::REPLY_400 if conn.is(flags::ACCEPTED) => Some(400),
        _ => None,
    };
    state.with_guard(|guarded| guarded.stats.malformed += 1);
    if let Some(status) = status {
        refuse::answer(state, conn, &Refusal::new(status, Name::MalformedReply), true);
    }
}

/// Registers something for a pattern; a pattern that can't be used is logged.
pub(crate) fn register<T: Clone>(
    state: State,
    pattern: Option<&[u8]>,
    value: Option<T>,
    table: impl FnOnce(&mut Guarded) -> &mut Routes<T>,
) {
    let done = pattern.and_then(Pattern::parse).is_some_and(|pattern| {
        state.with_guard(|guarded| {
            let done = table(guarded).set(pattern, value);
            guarded.note_rules();
            done
        })
    });
    if !done {
        crate::error!("a pattern is empty or too long, or there are too many");
    }
}

/// The part of [`crate::abi::guard::mg_guard_action`] that a status belongs to.
pub(crate) fn action_of(status: u16) -> mg_guard_action {
    match status {
        429 => mg_guard_action::MG_GUARD_RATE_LIMIT,
        _ => mg_guard_action::MG_GUARD_REJECT,
    }
}

/// Name of what [`crate::abi::guard::meerkat_disable_http_endpoint`] does, where an option is named.
pub(crate) const DISABLED: &CStr = c"mg_disable_http_endpoint";

/// True if the connection closes behind the response to the request at hand.
pub(crate) fn is_last_request(state: State, conn: Conn) -> bool {
    let most = state.number(Name::KeepAliveMaxRequests);
    most > 0 && u64::from(conn.private().http_heads) >= most || state.number(Name::Drain) != 0
}

/// A response that the program wrote by itself, at offset `at` of the output: counts its status.
pub(crate) fn note_own_response(state: State, conn: Conn, at: usize) {
    // SAFETY: what is read is copied before anything happens to the buffer.
    let output = unsafe { conn.send().bytes() };
    let line = output.get(at..).unwrap_or_default();
    if let Some([b'H', b'T', b'T', b'P', b'/', _, b'.', _, b' ', a, b, c]) =
        line.first_chunk::<12>()
        && [a, b, c].iter().all(|digit| digit.is_ascii_digit())
    {
        let status = [a, b, c].iter().fold(0, |sum, digit| sum * 10 + u16::from(**digit - b'0'));
        conn.private().status_noted = true;
        access_log::note_status(state, conn, status);
        state.with_guard(|guarded| guarded.stats.count_response(u32::from(status)));
    }
    if conn.private().response_ended {
        access_log::end(state, conn);
    }
}
