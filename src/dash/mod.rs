//! The device dashboard: an HTTP event handler that shows and sets a program's variables.
//!
//! The pure parts know no connection: [`creds`] and [`uri`] take requests apart, [`sessions`] decides
//! who is logged in, [`json`] is what variables look like outside. [`values`] and [`sets`] reach the
//! program's variables and callbacks, [`files`] its directories. [`login`], [`requests`],
//! [`transfer`] and [`notify`] are what the dashboard does.
//!
//! What is known of a connection is in [`links`], not in `c->data`, which is the program's: the bytes
//! there are only written. A user's struct is an [`account`], which lives as long as anybody may look
//! at it.

pub(crate) mod account;
pub(crate) mod boards;
pub(crate) mod creds;
pub(crate) mod files;
pub(crate) mod json;
pub(crate) mod links;
pub(crate) mod login;
pub(crate) mod notify;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod sets;
pub(crate) mod transfer;
pub(crate) mod uri;
pub(crate) mod values;

use core::ffi::{c_char, c_int, c_void};
use core::ptr::NonNull;
use std::collections::HashSet;

use crate::abi::protocol_types::{mg_dash, mg_dash_custom_handler};
use crate::abi::types::{flags, mg_connection, mg_event_handler_t};
use crate::event::conn::Conn;
use crate::event::emit::ev;
use crate::event::state::{Scope, State};
use crate::fs::system::FileSystem;
use crate::http::message::Message;
use crate::http::reply;
use crate::text::glob;
use links::scratch;
use sets::Set;

/// A program's way to tell who may come in.
type Authenticate = unsafe extern "C" fn(*mut c_char, usize, *const c_char) -> c_int;

/// A dashboard. INVARIANT: rule 1 of the C edge: the program keeps it while it is served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dash(NonNull<mg_dash>);

/// Reads a member of the program's struct.
macro_rules! get {
    ($dash:expr, $member:ident) => {
        // SAFETY: the invariant of `Dash`.
        unsafe { (*$dash.0.as_ptr()).$member }
    };
}

impl Dash {
    /// The address, as a key of tables.
    pub(crate) fn key(self) -> usize {
        self.0.as_ptr() as usize
    }

    pub(crate) fn as_ptr(self) -> *mut mg_dash {
        self.0.as_ptr()
    }

    /// Who decides about logins; `None` lets everybody in as the guest.
    fn authenticate(self) -> Option<Authenticate> {
        get!(self, authenticate)
    }

    /// Life of a session in seconds.
    fn session_life(self) -> c_int {
        get!(self, session_auto_expiration_seconds)
    }

    /// Shows the guest to the program.
    fn set_guest(self, guest: &account::Handle) {
        // SAFETY: the type's invariant.
        unsafe { (*self.as_ptr()).guest = guest.as_ptr() };
    }

    fn upload_fs(self) -> FileSystem {
        let fs = get!(self, upload_fs);
        // SAFETY: rule 1 of the C edge for the program's file system.
        unsafe { FileSystem::new(fs) }
    }

    /// The sets in the order of the list, each once.
    fn sets(self) -> Vec<Set> {
        let head = get!(self, sets);
        // SAFETY: rule 1 of the C edge for the members of the list.
        let mut next = unsafe { Set::from_ptr(head) };
        let mut seen = HashSet::new();
        let mut sets = Vec::new();
        while let Some(set) = next.filter(|set| seen.insert(set.as_ptr())) {
            sets.push(set);
            next = set.next();
        }
        sets
    }

    fn find_set(self, name: &[u8]) -> Option<Set> {
        self.sets().into_iter().find(|set| set.name() == name)
    }

    /// The program's handler for `uri`: the first in the list whose pattern fits. A program that
    /// registers one in a loop may have linked it to itself.
    fn custom_handler(self, uri: &[u8]) -> mg_event_handler_t {
        let mut next: *mut mg_dash_custom_handler = get!(self, custom_handlers);
        let mut seen = HashSet::new();
        while !next.is_null() && seen.insert(next) {
            // SAFETY: rules 1 and 4 of the C edge for the members of the list.
            let (handler, pattern) = unsafe { ((*next).handler, (*next).uri_pattern.bytes()) };
            if handler.is_some() && glob::matches(uri, pattern, &mut |_, _| {}) {
                return handler;
            }
            // SAFETY: as above.
            next = unsafe { (*next).next };
        }
        None
    }
}

/// Who a request is answered to.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    pub(crate) conn: Conn,
    /// The manager's state; `None` for a connection that the program made by itself.
    pub(crate) state: Option<State>,
    pub(crate) dash: Dash,
}

impl Client {
    /// True once program code has closed the connection.
    pub(crate) fn is_gone(self) -> bool {
        self.state.is_some() && self.conn.is_dead()
    }

    /// Answers, if there is still somebody to answer.
    pub(crate) fn reply(self, code: c_int, headers: &[u8], body: &[u8]) {
        if !self.is_gone() {
            reply::reply(self.conn, code, headers, body);
        }
    }

    /// Tells the WebSockets that `set` has changed.
    pub(crate) fn announce(self, set: Set) {
        // SAFETY: the manager of a live connection, and a set of a live dashboard.
        unsafe { notify::send_change(self.conn.mgr(), set) };
    }
}

/// What `mg_dash_ev_handler` does.
///
/// # Safety
/// Rules 1 and 7 of the C edge: `c->fn_data` is NULL or a dashboard, `data` is what the event has.
pub(crate) unsafe fn on_event(conn: Conn, event: c_int, data: *mut c_void) {
    // The most frequent event first: nearly always there is nothing to do.
    if event == ev::POLL && !conn.is(flags::WEBSOCKET) {
        return;
    }
    let Some(dash) = NonNull::new(conn.handler_data().cast()).map(Dash) else { return };
    let state = conn.state();
    let _scope = state.map(Scope::enter);
    let client = Client { conn, state, dash };
    match event {
        ev::OPEN => scratch::set_dash(conn, dash.as_ptr()),
        ev::POLL => login::close_if_over(client),
        ev::HTTP_HDRS | ev::HTTP_MSG => {
            // SAFETY: passed on.
            let Some(message) = (unsafe { Message::from_ptr(data.cast()) }) else { return };
            match event {
                ev::HTTP_HDRS => requests::headers(client, message),
                _ => requests::message(client, message),
            }
        }
        ev::CLOSE if conn.is(flags::LISTENING) => login::end_all(client),
        _ => {}
    }
}

/// The program's handler is called as the dashboard's own.
pub(crate) unsafe fn call_custom(
    handler: unsafe extern "C" fn(*mut mg_connection, c_int, *mut c_void),
    conn: Conn,
    data: *mut c_void,
) {
    // SAFETY: rule 7 of the C edge, passed on.
    unsafe { handler(conn.ptr(), ev::HTTP_MSG, data) };
}
