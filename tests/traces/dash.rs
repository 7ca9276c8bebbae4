//! The dashboards of the recorded scenarios.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{addr_of_mut, null, null_mut};

use mongoose::abi::dash::*;
use mongoose::abi::protocol_types::*;
use mongoose::abi::types::{mg_connection, mg_mgr, mg_str};
use serde_json::Value;

use crate::conn::{Conn, Message};
use crate::program::{self as http, Detail, Entry, Program, ev};
use crate::tree::DASH_UPLOADS;

const READ: mg_dash_op = 0;
const DELETE: mg_dash_op = 2;
const ADD: mg_dash_op = 3;

/// Most elements of `events`.
const MAX_EVENTS: usize = 8;

/// What the program sees of a call of a set's callback.
#[derive(Debug)]
pub struct Seen {
    pub set: &'static str,
    pub op: mg_dash_op,
    user: String,
    index: c_int,
    result: bool,
    /// Only of `SET_FN_NAME`.
    name: String,
}

impl Seen {
    pub fn is_as_recorded(&self, key: &str, value: &Value) -> bool {
        match key {
            "set" => *value == self.set,
            "op" => *value == self.op,
            "user" => *value == self.user,
            "index" => *value == self.index,
            "result" => *value == self.result,
            "name" => *value == self.name,
            _ => panic!("unknown member {key}"),
        }
    }
}

/// The dashboard, and all its variables. It comes first, so that `user->dash` leads to the rest.
#[repr(C)]
struct Board {
    dash: mg_dash,
    program: *const Program,
    on: bool,
    level: c_int,
    temp: f64,
    name: [c_char; 12],
    uptime: u64,
    big: u64,
    pin: c_int,
    event: (c_int, [c_char; 10]),
    event_index: c_int,
    events: Vec<(c_int, [c_char; 10])>,
    v: c_int,
    file: [c_char; 64],
    size: u64,
    file_index: c_int,
    /// The lists, each with an entry without a name at its end.
    fields: Vec<Box<[mg_field]>>,
    /// The library and C know their addresses.
    #[allow(clippy::vec_box)]
    sets: Vec<Box<mg_field_set>>,
    custom: mg_dash_custom_handler,
}

/// A dashboard in memory that stays where it is.
pub struct Device(*mut Board);

fn text<const N: usize>(s: &str) -> [c_char; N] {
    let mut field = [0; N];
    field.iter_mut().zip(s.bytes()).for_each(|(to, b)| *to = b as c_char);
    field
}

fn shown(field: &[c_char]) -> String {
    field.iter().map(|&c| c as u8 as char).take_while(|&c| c != '\0').collect()
}

type Callback = unsafe extern "C" fn(mg_dash_op, *mut mg_dash_user) -> bool;

impl Device {
    pub fn new() -> Device {
        let board = Board {
            dash: mg_dash {
                sets: null_mut(),
                custom_handlers: null_mut(),
                authenticate: None,
                session_auto_expiration_seconds: 0,
                guest: null_mut(),
                upload_fs: null_mut(),
            },
            program: null(),
            on: true,
            level: 3,
            temp: 21.456,
            name: text("north"),
            uptime: 12_345_678_901,
            big: 7,
            pin: 4242,
            event: (0, [0; 10]),
            event_index: -1,
            events: (0..4).map(|i| (100 + i, text(&format!("ev{i}")))).collect(),
            v: 11,
            file: [0; 64],
            size: 0,
            file_index: 0,
            fields: Vec::new(),
            sets: Vec::new(),
            custom: mg_dash_custom_handler {
                next: null_mut(),
                uri_pattern: mg_str::new(b"/custom/#"),
                handler: Some(custom),
                handler_data: null_mut(),
            },
        };
        let p = Box::into_raw(Box::new(board));
        let field = |name: &'static CStr, kind, value: *mut c_void, size| mg_field {
            name: name.as_ptr(),
            r#type: kind,
            value,
            value_size: size,
        };
        // SAFETY: nobody else knows the board yet; `Drop` takes the box back.
        unsafe {
            let none = null_mut::<c_int>();
            Board::add(
                p,
                c"led",
                Some(led),
                none,
                vec![
                    field(c"on", 2, (&raw mut (*p).on).cast(), 1),
                    field(c"level", 0, (&raw mut (*p).level).cast(), 4),
                    field(c"temp", 3, (&raw mut (*p).temp).cast(), 8),
                    field(c"name", 4, (&raw mut (*p).name).cast(), 12),
                    field(c"uptime", 1, (&raw mut (*p).uptime).cast(), 0),
                    field(c"big", 1, (&raw mut (*p).big).cast(), 8),
                ],
            );
            Board::add(
                p,
                c"secret",
                Some(secret),
                none,
                vec![field(c"pin", 0, (&raw mut (*p).pin).cast(), 4)],
            );
            Board::add(
                p,
                c"events",
                Some(events),
                &raw mut (*p).event_index,
                vec![
                    field(c"id", 0, (&raw mut (*p).event.0).cast(), 4),
                    field(c"text", 4, (&raw mut (*p).event.1).cast(), 10),
                ],
            );
            Board::add(p, c"plain", None, none, vec![field(c"v", 0, (&raw mut (*p).v).cast(), 4)]);
            Board::add(
                p,
                c"files",
                Some(files),
                &raw mut (*p).file_index,
                vec![
                    field(c"name", 4, (&raw mut (*p).file).cast(), 64),
                    field(c"size", 1, (&raw mut (*p).size).cast(), 8),
                ],
            );
            (&mut *addr_of_mut!((*p).sets))[4].get_dir = Some(directory);
            (*p).dash.custom_handlers = &raw mut (*p).custom;
        }
        Device(p)
    }

    /// The step `dash_change`.
    pub fn change(&self, n: u64, mgr: &mut mg_mgr) {
        // SAFETY: the board is live, and so is the manager (rule 1).
        unsafe {
            let set = match n {
                0 => {
                    (*self.0).level += 1;
                    0
                }
                1 | 2 => {
                    (*self.0).event_index = if n == 1 { -1 } else { 1 };
                    2
                }
                _ => 1,
            };
            let sets = &mut *addr_of_mut!((*self.0).sets);
            let set: *mut mg_field_set = &mut *sets[set];
            mg_dash_send_change(mgr, set);
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: `new` made the box.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

impl Board {
    /// Puts a set in front, as `MG_DASH_ADD_FIELD_SET` does.
    unsafe fn add(
        p: *mut Board,
        name: &'static CStr,
        f: Option<Callback>,
        index: *mut c_int,
        mut fields: Vec<mg_field>,
    ) {
        fields.push(mg_field { name: null(), r#type: 0, value: null_mut(), value_size: 0 });
        let mut fields = fields.into_boxed_slice();
        // SAFETY: the caller's board is live, and nobody has a reference to it.
        let board = unsafe { &mut *p };
        let mut set = Box::new(mg_field_set {
            name: name.as_ptr(),
            fields: fields.as_mut_ptr(),
            r#fn: f,
            index,
            get_dir: None,
            next: board.dash.sets,
        });
        board.dash.sets = &raw mut *set;
        board.fields.push(fields);
        board.sets.push(set);
    }
}

/// The handlers `dash_guest` and `dash_auth`.
pub fn serve(p: &Program, c: Conn, event: i32, data: *mut c_void, with_login: bool) {
    let board = p.dash.0;
    // SAFETY: the board is live, and so is the connection (rule 1).
    unsafe {
        (*board).program = p;
        (*board).dash.authenticate = if with_login { Some(authenticate) } else { None };
        (*c.0).fn_data = board.cast();
        mg_dash_ev_handler(c.0, event, data);
    }
}

unsafe extern "C" fn authenticate(user: *mut c_char, _: usize, pass: *const c_char) -> c_int {
    // SAFETY: rule 3.
    match unsafe { (CStr::from_ptr(user).to_bytes(), CStr::from_ptr(pass).to_bytes()) } {
        (b"root", b"pw9") => 9,
        (b"oper", b"pw5") => 5,
        (b"view", b"pw1") => 1,
        _ => 0,
    }
}

unsafe extern "C" fn custom(c: *mut mg_connection, event: c_int, data: *mut c_void) {
    if event == ev::HTTP_MSG {
        let body = [b"custom ", &Message(data.cast()).uri()[..], b"\n"].concat();
        Conn(c).reply(200, Some(c""), body);
    }
}

/// Board and level of a user.
unsafe fn board<'a>(user: *mut mg_dash_user) -> (&'a mut Board, c_int) {
    // SAFETY: rule 1; the dashboard is the first member of its board.
    unsafe { (&mut *(*user).dash.cast::<Board>(), (*user).level) }
}

/// Logs a call that does not only read.
unsafe fn log(user: *mut mg_dash_user, set: &'static str, op: mg_dash_op, result: bool) -> bool {
    if op == READ {
        return result;
    }
    // SAFETY: rule 1.
    let (board, name) = unsafe { (board(user).0, shown(&(*user).name)) };
    let index = if set == "events" { board.event_index } else { 0 };
    let seen = |name| Seen { set, op, user: name, index, result, name: shown(&board.file) };
    // SAFETY: `serve` has set the program, which is live.
    let program = unsafe { &*board.program };
    program.called_back("SET_FN", Detail::Set(seen(name.clone())));
    if set == "files" && result {
        program.called_back("SET_FN_NAME", Detail::Set(seen(name)));
    }
    result
}

unsafe extern "C" fn led(op: mg_dash_op, user: *mut mg_dash_user) -> bool {
    // SAFETY: rule 1.
    unsafe { log(user, "led", op, board(user).1 >= if op == READ { 1 } else { 5 }) }
}

unsafe extern "C" fn secret(op: mg_dash_op, user: *mut mg_dash_user) -> bool {
    // SAFETY: rule 1.
    unsafe { log(user, "secret", op, board(user).1 >= 7) }
}

unsafe extern "C" fn events(op: mg_dash_op, user: *mut mg_dash_user) -> bool {
    // SAFETY: rule 1.
    let (b, level) = unsafe { board(user) };
    let at = usize::try_from(b.event_index).ok().filter(|&at| at < b.events.len());
    let done = match (op, at) {
        (READ, Some(at)) => {
            b.event = b.events[at];
            true
        }
        (READ, None) => {
            b.event_index = if b.event_index == -1 { b.events.len() as c_int } else { -1 };
            true
        }
        _ if level < 5 => false,
        (ADD, _) => b.events.len() < MAX_EVENTS,
        (_, at) => at.is_some(),
    };
    // SAFETY: rule 1.
    unsafe { log(user, "events", op, done) };
    match (op, at) {
        (READ, _) => {}
        _ if !done => {}
        (ADD, _) => b.events.push(b.event),
        (DELETE, Some(at)) => b.events[at] = (-1, [0; 10]),
        (_, Some(at)) => b.events[at] = b.event,
        (_, None) => {}
    }
    done
}

unsafe extern "C" fn files(op: mg_dash_op, user: *mut mg_dash_user) -> bool {
    // SAFETY: rule 1.
    unsafe {
        let (b, level) = board(user);
        if op == READ {
            return mg_dash_dir_read(&mut *b.sets[4], user);
        }
        log(user, "files", op, level >= 5)
    }
}

unsafe extern "C" fn directory(_: *const mg_dash_user, buf: *mut c_char, len: usize) -> bool {
    assert_eq!(len, 256);
    // SAFETY: rule 2; the name is shorter.
    unsafe { buf.copy_from(DASH_UPLOADS.as_ptr().cast(), DASH_UPLOADS.len()) };
    true
}

const COOKIE: &[u8] = b"Set-Cookie: access_token=";

/// The session tokens in what the peer has received, in order.
fn tokens(received: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut tokens: Vec<Vec<u8>> = Vec::new();
    for stream in received {
        let starts = stream.windows(COOKIE.len()).enumerate().filter(|(_, part)| *part == COOKIE);
        for (at, _) in starts {
            let value = stream[at + COOKIE.len()..].split(|&b| b == b';').next().expect("a value");
            if !value.is_empty() && !tokens.iter().any(|token| token == value) {
                assert!(value.len() == 20 && value.iter().all(u8::is_ascii_alphanumeric));
                tokens.push(value.to_vec());
            }
        }
    }
    tokens
}

fn replace(text: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = &text[..];
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        out.extend([&rest[..at], to].concat());
        rest = &rest[at + from.len()..];
    }
    out.extend(rest);
    out
}

fn placeholder(i: usize) -> Vec<u8> {
    format!("TOKEN{}", i + 1).into_bytes()
}

/// What the peer sends, with the tokens it has got.
pub fn with_tokens(data: Vec<u8>, received: &[Vec<u8>]) -> Vec<u8> {
    let tokens = tokens(received);
    let numbered = tokens.iter().enumerate();
    numbered.fold(data, |data, (i, token)| replace(data, &placeholder(i), token))
}

/// Hides the tokens in the queries that the program has seen.
pub fn hide_tokens(events: &mut [Entry], received: &[Vec<u8>]) {
    for event in events {
        if let Detail::Http(http::Seen { whole: Some(whole), .. }) = &mut event.detail
            && let Some(query) = &mut whole.query
        {
            let all = [received, &[std::mem::take(query)]].concat();
            *query = without_tokens(all).pop().expect("the query");
        }
    }
}

/// What the peer has received, with `TOKEN1` for the first token and so on.
pub fn without_tokens(received: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let tokens = tokens(&received);
    let hide = |data| {
        let numbered = tokens.iter().enumerate();
        numbered.fold(data, |data, (i, token)| replace(data, token, &placeholder(i)))
    };
    received.into_iter().map(hide).collect()
}
