//! Requests: who asks, what is answered early, reading and writing variables.

use core::ffi::c_int;

use super::account::Handle;
use super::creds::Credentials;
use super::files::SharedListing;
use super::links::{Link, scratch};
use super::sets::{Set, op};
use super::uri::{Number, Route, needs_user};
use super::{Client, call_custom, json, login, transfer};
use crate::abi::types::{mg_http_message, mg_http_serve_opts};
use crate::http::serve::{self, Options};
use crate::ws;

/// Header lines of JSON answers.
pub(crate) const JSON_HEADERS: &[u8] =
    b"Content-Type: application/json\r\nCache-Control: no-cache\r\n";

/// Most elements read or deleted at once if the program does not know the size of its array.
const MAX_UNKNOWN_ELEMENTS: c_int = 65_536;

/// What the dashboard wants to know of a request, copied: program code may change the buffer.
pub(crate) struct Request {
    method: Vec<u8>,
    uri: Vec<u8>,
}

impl Request {
    /// # Safety
    /// Rules 1 and 4 of the C edge for `hm`.
    unsafe fn new(hm: *const mg_http_message) -> Request {
        // SAFETY: passed on.
        unsafe {
            Request { method: (*hm).method.bytes().to_vec(), uri: (*hm).uri.bytes().to_vec() }
        }
    }

    /// True for this method, in any case.
    pub(crate) fn is(&self, method: &[u8]) -> bool {
        self.method.eq_ignore_ascii_case(method)
    }

    fn has_content(&self) -> bool {
        self.is(b"POST") || self.is(b"PUT")
    }
}

/// Number of the request, by which it is recognised when it is reported again; `None` if it did not
/// come from the HTTP engine of a connection that the library made.
fn number(client: Client) -> Option<u32> {
    client.state.map(|_| client.conn.private().http_heads).filter(|&number| number > 0)
}

/// What is known of the request in progress.
fn link(client: Client) -> Option<Link> {
    let number = number(client)?;
    let link = client.state?.with_links(|links| links.get(client.conn.id()).cloned())?;
    (link.request == number && link.dash == client.dash).then_some(link)
}

/// Who sends the request. It is found out once, however often the request is reported.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
unsafe fn identify(client: Client, hm: *const mg_http_message) -> Option<Handle> {
    if let Some(link) = link(client) {
        let now = crate::abi::timer::now_ms();
        return link.account.filter(|account| !account.is_over(now));
    }
    // SAFETY: passed on.
    let credentials = unsafe {
        let header = |name| serve::find_header(hm, name);
        Credentials::of(header(b"Authorization"), header(b"Cookie"), (*hm).query.bytes())
    };
    let account = login::authenticate(client, &credentials);
    if client.is_gone() {
        return None;
    }
    scratch::set_marker(client.conn, false);
    match (client.state, number(client)) {
        (Some(state), Some(request)) => {
            scratch::set_user(client.conn, account.as_ref());
            let account = account.clone();
            let link =
                Link { request, account, answered: false, dash: client.dash, is_websocket: false };
            state.with_links(|links| links.put(client.conn.id(), link));
        }
        // Nobody would tell when the pointer stops being good.
        _ => scratch::set_user(client.conn, None),
    }
    account
}

/// The request was answered before its body has arrived.
fn note_answered(client: Client) {
    if client.is_gone() {
        return;
    }
    scratch::set_marker(client.conn, true);
    if let (Some(state), Some(_)) = (client.state, number(client)) {
        state.with_links(|links| {
            if let Some(link) = links.get_mut(client.conn.id()) {
                link.answered = true;
            }
        });
    }
}

fn was_answered(client: Client) -> bool {
    match number(client) {
        Some(_) => link(client).is_some_and(|link| link.answered),
        None => scratch::has_marker(client.conn),
    }
}

/// Refuses a request of nobody.
pub(crate) fn refuse(client: Client) {
    client.reply(403, JSON_HEADERS, b"Not Authorised\n");
}

/// `MG_EV_HTTP_HDRS`: what is decided before the body is there.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
pub(crate) unsafe fn headers(client: Client, hm: *mut mg_http_message) {
    if number(client).is_some() && was_answered(client) {
        return;
    }
    // SAFETY: passed on.
    let (request, account) = unsafe { (Request::new(hm), identify(client, hm)) };
    if client.is_gone() {
        return;
    }
    match (Route::of(&request.uri), account) {
        (_, None) if needs_user(&request.uri) => refuse(client),
        (Route::Login, Some(account)) => login::reply_login(client, &account),
        (Route::Ota, Some(_)) if request.has_content() => {
            // SAFETY: passed on.
            unsafe { transfer::start_firmware(client, hm) }
        }
        (Route::Ota, Some(_)) => client.reply(405, JSON_HEADERS, b"Method Not Allowed\n"),
        (Route::File { set, name }, account) if request.has_content() => {
            // SAFETY: passed on.
            unsafe { transfer::start_upload(client, hm, (set, name), account.as_ref()) }
        }
        _ => return,
    }
    note_answered(client);
}

/// `MG_EV_HTTP_MSG`: everything that was not answered early.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
pub(crate) unsafe fn message(client: Client, hm: *mut mg_http_message) {
    if was_answered(client) {
        scratch::set_marker(client.conn, false);
        crate::http::reply::end_response(client.conn);
        return;
    }
    // SAFETY: passed on. The body is copied because callbacks run before it is used up.
    let (request, body, account) =
        unsafe { (Request::new(hm), (*hm).body.bytes().to_vec(), identify(client, hm)) };
    if client.is_gone() {
        return;
    }
    let route = Route::of(&request.uri);
    match (route, &account) {
        (Route::Hi, _) => client.reply(200, JSON_HEADERS, b"hi\n"),
        (Route::Logout, _) => login::reply_logout(client, account.as_ref()),
        // SAFETY: passed on.
        (Route::Page, _) => unsafe { serve_page(client, hm) },
        (_, None) if needs_user(&request.uri) => refuse(client),
        (Route::File { set, name }, _) if !request.has_content() => {
            let is_delete = request.is(b"DELETE");
            // SAFETY: passed on.
            unsafe { transfer::serve(client, hm, (set, name), account.as_ref(), is_delete) }
        }
        // SAFETY: passed on.
        (Route::WebSocket, Some(_)) => unsafe { upgrade(client, hm) },
        (Route::Login, Some(account)) => login::reply_login(client, account),
        (_, Some(account)) if answer_api(client, &request, route, &body, account) => {}
        // SAFETY: passed on.
        _ => unsafe { custom(client, &request, hm) },
    }
}

/// Requests about sets. False if it is none.
fn answer_api(client: Client, request: &Request, route: Route, body: &[u8], user: &Handle) -> bool {
    match route {
        Route::Set => write(client, body, user),
        Route::Add { set } => add(client, set, body, user),
        Route::Delete { set, from, to } => delete(client, set, (from, to), user),
        Route::Element { set, at } if request.is(b"POST") => update(client, set, at, body, user),
        Route::GetAll => reply_line(client, 200, &read_all(client, user)),
        Route::Get { set } => {
            let text = read(client, set, user, |set| {
                set.size(user).unwrap_or(-1).to_string().into_bytes()
            });
            reply_line(client, 200, &text);
        }
        Route::Element { set, at } => {
            let text = read(client, set, user, |set| elements(set, at, at, user));
            reply_line(client, 200, &text);
        }
        Route::Range { set, from, to } => {
            let text = read(client, set, user, |set| elements(set, from, to, user));
            reply_line(client, 200, &text);
        }
        _ => return false,
    }
    true
}

/// Answers with JSON text and a line feed.
fn reply_line(client: Client, code: c_int, text: &[u8]) {
    client.reply(code, JSON_HEADERS, &[text, b"\n"].concat());
}

/// All sets that the user may read, arrays as their sizes.
fn read_all(client: Client, user: &Handle) -> Vec<u8> {
    let _listing = SharedListing::new();
    let mut out = vec![b'{'];
    for set in client.dash.sets() {
        let value = if set.is_array() {
            set.size(user).map(|size| size.to_string().into_bytes())
        } else {
            set.load(user).then(|| set.object())
        };
        if let Some(value) = value {
            json::key(&mut out, &set.name());
            out.extend(value);
        }
    }
    out.push(b'}');
    out
}

/// A simple set, or of an array what `array` makes of it; `null` if the user may not read it.
fn read(client: Client, name: &[u8], user: &Handle, array: impl FnOnce(Set) -> Vec<u8>) -> Vec<u8> {
    let Some(set) = client.dash.find_set(name) else { return b"null".to_vec() };
    let before = set.index();
    let may_read = if set.is_array() { set.call(op::READ, user) } else { set.load(user) };
    set.set_index(before);
    match (may_read, set.is_array()) {
        (false, _) => b"null".to_vec(),
        (true, true) => array(set),
        (true, false) => set.object(),
    }
}

/// Elements `from` to `to`, as far as there are any.
fn elements(set: Set, from: Number, to: Number, user: &Handle) -> Vec<u8> {
    let _listing = SharedListing::new();
    let mut out = vec![b'['];
    if let (Some(from), Some(to)) = (from, to) {
        let last = to.min(last_element(set, from, user));
        for text in (from..=last).map_while(|at| set.element(at, user)) {
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend(text);
        }
    }
    out.push(b']');
    out
}

/// Where to stop at the latest: one behind the last element, so that the program is still asked.
fn last_element(set: Set, from: c_int, user: &Handle) -> c_int {
    let size = set.size(user).filter(|&size| size >= 0);
    size.unwrap_or(from.saturating_add(MAX_UNKNOWN_ELEMENTS - 1)).max(from)
}

/// Writes what the body has for the sets, and answers with the number of fields.
fn write(client: Client, body: &[u8], user: &Handle) {
    let sets: Vec<_> = client.dash.sets().into_iter().map(|set| (set.name(), set)).collect();
    let mut total = 0;
    let mut changed: Vec<Set> = Vec::new();
    for (name, value) in json::members(body) {
        let known = sets.iter().find(|(known, _)| known == name).map(|(_, set)| *set);
        let Some(set) = known.filter(|set| set.call(op::WRITE, user)) else { continue };
        let stored = set.store(value);
        total += stored;
        if stored > 0 {
            set.call(op::WRITE, user);
            if !changed.contains(&set) {
                changed.push(set);
            }
        }
    }
    // At the end, so that a set which is written many times is announced once.
    changed.into_iter().for_each(|set| client.announce(set));
    reply_line(client, 200, total.to_string().as_bytes());
}

/// An array that a callback looks after.
fn managed_array(client: Client, name: &[u8]) -> Option<Set> {
    client.dash.find_set(name).filter(|set| set.is_array() && set.has_callback())
}

/// Changes one element.
fn update(client: Client, name: &[u8], at: Number, body: &[u8], user: &Handle) {
    let (Some(set), Some(at)) = (managed_array(client, name), at) else {
        return reply_line(client, 404, b"null");
    };
    set.set_index(at);
    if !set.call(op::READ, user) || set.index() != at {
        return reply_line(client, 404, b"null");
    }
    let stored = set.store(body);
    if stored == 0 || !set.call(op::WRITE, user) {
        return reply_line(client, 403, b"false");
    }
    client.announce(set);
    reply_line(client, 200, stored.to_string().as_bytes());
}

/// Appends an element.
fn add(client: Client, name: &[u8], body: &[u8], user: &Handle) {
    let Some(set) = managed_array(client, name) else {
        return reply_line(client, 404, b"null");
    };
    if set.store(body) == 0 || !set.call(op::ADD, user) {
        return reply_line(client, 403, b"false");
    }
    announce_size(client, set);
    reply_line(client, 200, b"true");
}

/// Deletes elements, until the program refuses one.
fn delete(client: Client, name: &[u8], (from, to): (Number, Number), user: &Handle) {
    let set = client.dash.find_set(name).filter(|set| set.is_array());
    let (Some(set), Some(from), Some(to)) = (set, from, to) else {
        return reply_line(client, 404, b"null");
    };
    let mut deleted = 0;
    if set.has_callback() && from <= to {
        let last = to.min(last_element(set, from, user));
        let delete_one = |at: c_int| {
            set.set_index(at);
            set.call(op::DELETE, user)
        };
        deleted = (from..=last).take_while(|&at| delete_one(at)).count();
    }
    if deleted == 0 {
        return reply_line(client, 403, b"false");
    }
    announce_size(client, set);
    reply_line(client, 200, deleted.to_string().as_bytes());
}

/// Tells that the number of elements has changed.
pub(crate) fn announce_size(client: Client, set: Set) {
    set.set_index(-1);
    client.announce(set);
}

/// Sends the page of the dashboard, which is packed into the program.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
unsafe fn serve_page(client: Client, hm: *const mg_http_message) {
    let opts = mg_http_serve_opts {
        root_dir: core::ptr::null(),
        ssi_pattern: core::ptr::null(),
        extra_headers: core::ptr::null(),
        mime_types: core::ptr::null(),
        page404: core::ptr::null(),
        fs: &raw mut crate::abi::fs::mg_fs_packed,
    };
    // SAFETY: passed on; the options live during the call.
    let (options, request) = unsafe { (Options::new(&opts), serve::Request::new(hm)) };
    serve::serve_file(client.conn, &request, Some(c"/dashboard.html"), &options);
}

/// Turns the connection into a WebSocket that gets notifications.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
unsafe fn upgrade(client: Client, hm: *mut mg_http_message) {
    if let Some(state) = client.state {
        // Before, because the program may announce changes as soon as the WebSocket is open.
        state.with_links(|links| {
            if let Some(link) = links.get_mut(client.conn.id()) {
                link.is_websocket = true;
            }
        });
    }
    // SAFETY: passed on; without a format there are no arguments.
    unsafe { ws::handshake::upgrade(client.conn, hm, core::ptr::null(), core::ptr::null_mut()) };
}

/// Requests that are not the dashboard's own.
///
/// # Safety
/// Rules 1 and 7 of the C edge for `hm`.
unsafe fn custom(client: Client, request: &Request, hm: *mut mg_http_message) {
    match client.dash.custom_handler(&request.uri) {
        // SAFETY: passed on.
        Some(handler) => unsafe { call_custom(handler, client.conn, hm.cast()) },
        None => client.reply(404, JSON_HEADERS, b"Not Found"),
    }
}
