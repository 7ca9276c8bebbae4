//! The program at the library's end: it logs the events and hands them to the scenario's handler.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_long, c_void};

use mongoose::abi::protocol_types::mg_ws_message;
use mongoose::abi::types::{flags, mg_connection, mg_str};
use serde_json::Value;

use crate::conn::{Conn, Message};
use crate::{dash, handlers, modbus, mqtt};

/// Numbers of the events, as in `enum mg_event`.
pub mod ev {
    pub const ERROR: i32 = 0;
    pub const OPEN: i32 = 1;
    pub const POLL: i32 = 2;
    pub const RESOLVE: i32 = 3;
    pub const CONNECT: i32 = 4;
    pub const ACCEPT: i32 = 5;
    pub const READ: i32 = 7;
    pub const WRITE: i32 = 8;
    pub const CLOSE: i32 = 9;
    pub const HTTP_HDRS: i32 = 10;
    pub const HTTP_MSG: i32 = 11;
    pub const WS_OPEN: i32 = 12;
    pub const WS_MSG: i32 = 13;
    pub const WS_CTL: i32 = 14;
    pub const MQTT_CMD: i32 = 15;
    pub const MQTT_MSG: i32 = 16;
    pub const MQTT_OPEN: i32 = 17;
    pub const WAKEUP: i32 = 19;
    pub const MODBUS_REQ: i32 = 22;
}

/// Which connection an event is about; the order is the one in which a step's events are grouped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Who {
    Listener,
    Number(usize),
}

/// What the user handler sees of an HTTP message.
#[derive(Debug)]
pub struct Seen {
    pub uri: Vec<u8>,
    pub head_len: usize,
    pub body_len: usize,
    /// Only in `HTTP_MSG`.
    pub whole: Option<Whole>,
}

/// What is known once the body is complete.
#[derive(Debug)]
pub struct Whole {
    pub method: Vec<u8>,
    pub query: Option<Vec<u8>>,
    pub proto: Vec<u8>,
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub body: Vec<u8>,
    pub message_len: usize,
}

/// What came with an event.
#[derive(Debug)]
pub enum Detail {
    None,
    Url(String),
    /// Count, what is left in the buffer, and for READ the bytes.
    Transfer {
        n: usize,
        left: usize,
        data: Vec<u8>,
    },
    Text(Option<Vec<u8>>),
    Left {
        recv: usize,
        send: usize,
    },
    Data(Vec<u8>),
    Http(Seen),
    /// First byte of a WebSocket frame, and its payload.
    Ws(u8, Vec<u8>),
    Code(c_int),
    Mqtt(mqtt::Seen),
    Modbus(modbus::Seen),
    Set(dash::Seen),
}

/// One entry of the log.
#[derive(Debug)]
pub struct Entry {
    pub who: Who,
    pub name: &'static str,
    /// The flag word when the handler was entered.
    pub flags: u32,
    pub detail: Detail,
}

/// A handler: gets every event of the connections of its manager.
pub type Handler = fn(&Program, Conn, i32, *mut c_void);

/// What the handlers remember about one connection.
#[derive(Default)]
pub struct Notes {
    /// Its number.
    number: Option<usize>,
    /// `HTTP_HDRS` was seen for the message that is arriving.
    pub in_message: bool,
    /// Body bytes that `steal` still expects.
    pub stealing: Option<usize>,
    /// `hdrs_drain` has answered.
    pub refused: bool,
    /// `client_again` has asked again.
    pub asked_again: bool,
}

/// The program of one scenario; `mgr->userdata` points to it.
pub struct Program {
    pub handler: Handler,
    pub opts: Value,
    /// Options of MQTT calls, which steps change.
    pub mqtt: RefCell<mqtt::Options>,
    /// What `modbus` serves.
    pub device: RefCell<modbus::Device>,
    /// What `dash_guest` and `dash_auth` serve.
    pub dash: dash::Device,
    /// The connection whose event is being handled.
    current: Cell<Option<Conn>>,
    /// Replies that `delayed` and its like may send.
    pub released: Cell<usize>,
    pub log: RefCell<Vec<Entry>>,
    notes: RefCell<HashMap<u64, Notes>>,
    /// Connections that are alive, oldest first: `(number, connection)`.
    pub alive: RefCell<Vec<(usize, Conn)>>,
    next_number: Cell<usize>,
}

impl Program {
    pub fn new(handler: Handler, opts: Value) -> Program {
        Program {
            handler,
            mqtt: RefCell::new(mqtt::Options::new(&opts)),
            opts,
            device: RefCell::default(),
            dash: dash::Device::new(),
            current: Cell::new(None),
            released: Cell::new(0),
            log: RefCell::default(),
            notes: RefCell::default(),
            alive: RefCell::default(),
            next_number: Cell::new(0),
        }
    }

    /// An option that is a text.
    pub fn opt(&self, name: &str) -> Option<&str> {
        self.opts[name].as_str()
    }

    /// Reads or changes what is remembered of a connection.
    pub fn notes<R>(&self, c: Conn, f: impl FnOnce(&mut Notes) -> R) -> R {
        f(self.notes.borrow_mut().entry(c.id()).or_default())
    }

    /// Takes one of the released replies.
    pub fn take_release(&self) -> bool {
        let left = self.released.get();
        self.released.set(left.saturating_sub(1));
        left > 0
    }

    /// The newest connection that is alive.
    pub fn newest(&self) -> Option<Conn> {
        self.alive.borrow().last().map(|(_, conn)| *conn)
    }

    /// Connection number `number`, if it is alive.
    pub fn numbered(&self, number: usize) -> Option<Conn> {
        self.alive.borrow().iter().find(|(n, _)| *n == number).map(|(_, conn)| *conn)
    }

    fn who(&self, c: Conn) -> Who {
        if c.is(flags::LISTENING) {
            return Who::Listener;
        }
        let number = self.notes(c, |notes| {
            *notes.number.get_or_insert_with(|| {
                let number = self.next_number.get();
                self.next_number.set(number + 1);
                self.alive.borrow_mut().push((number, c));
                number
            })
        });
        Who::Number(number)
    }

    fn push(&self, c: Conn, name: &'static str, detail: Detail) {
        let who = self.who(c);
        self.log.borrow_mut().push(Entry { who, name, flags: c.flags(), detail });
    }

    /// Logs a call of the upload callback.
    pub fn uploaded(&self, c: Conn, text: Option<&CStr>) {
        self.push(c, "UPLOAD_FN", Detail::Text(text.map(|text| text.to_bytes().to_vec())));
    }

    /// Logs a JSON-RPC response that arrived.
    pub fn rpc_response(&self, c: Conn, frame: Vec<u8>) {
        self.push(c, "RPC_RESPONSE", Detail::Data(frame));
    }

    /// Logs a call of a dashboard's callback.
    pub fn called_back(&self, name: &'static str, detail: Detail) {
        let who = self.who(self.current.get().expect("a request"));
        self.log.borrow_mut().push(Entry { who, name, flags: 0, detail });
    }

    /// Logs an event.
    fn record(&self, c: Conn, event: c_int, data: *mut c_void) {
        let (name, detail) = match event {
            ev::ERROR => ("ERROR", Detail::Text(Some(text(data)))),
            ev::OPEN if c.is(flags::CLIENT) => {
                ("OPEN", Detail::Url(String::from_utf8(text(data)).expect("a URL")))
            }
            ev::OPEN => {
                assert!(data.is_null(), "OPEN of a connection that is no client has no data");
                ("OPEN", Detail::None)
            }
            ev::RESOLVE => ("RESOLVE", Detail::None),
            ev::CONNECT => ("CONNECT", Detail::None),
            ev::ACCEPT => ("ACCEPT", Detail::None),
            ev::READ => ("READ", read(c, count(data))),
            ev::WRITE => {
                let (n, left) = (count(data), c.send_len());
                ("WRITE", Detail::Transfer { n, left, data: Vec::new() })
            }
            ev::CLOSE => ("CLOSE", Detail::Left { recv: c.recv_len(), send: c.send_len() }),
            ev::WAKEUP => ("WAKEUP", Detail::Data(slice(data))),
            ev::HTTP_HDRS => {
                if self.notes(c, |notes| notes.in_message) {
                    return;
                }
                ("HTTP_HDRS", Detail::Http(seen(Message(data.cast()), false)))
            }
            ev::HTTP_MSG => ("HTTP_MSG", Detail::Http(seen(Message(data.cast()), true))),
            ev::WS_OPEN => ("WS_OPEN", Detail::Http(seen(Message(data.cast()), true))),
            ev::WS_MSG => ("WS_MSG", ws_message(data)),
            ev::WS_CTL => ("WS_CTL", ws_message(data)),
            ev::MQTT_OPEN => ("MQTT_OPEN", Detail::Code(mqtt::code(data))),
            ev::MQTT_MSG => ("MQTT_MSG", Detail::Mqtt(mqtt::seen(data))),
            ev::MQTT_CMD => ("MQTT_CMD", Detail::Mqtt(mqtt::seen(data))),
            ev::MODBUS_REQ => ("MODBUS_REQ", Detail::Modbus(modbus::seen(data))),
            ev::POLL => return,
            _ => panic!("unexpected event {event}"),
        };
        self.push(c, name, detail);
    }

    fn handle(&self, c: Conn, event: c_int, data: *mut c_void) {
        self.record(c, event, data);
        self.current.set(Some(c));
        (self.handler)(self, c, event, data);
        match event {
            ev::HTTP_HDRS => self.notes(c, |notes| notes.in_message = true),
            ev::HTTP_MSG => self.notes(c, |notes| notes.in_message = false),
            ev::CLOSE => self.alive.borrow_mut().retain(|(_, conn)| *conn != c),
            _ => {}
        }
    }
}

impl Conn {
    fn flags(self) -> u32 {
        // SAFETY: rule 1.
        unsafe { (*self.0).flags }
    }

    /// The program that uses this connection.
    pub fn program<'a>(self) -> &'a Program {
        // SAFETY: rule 1; `replay` keeps the program alive until its manager is freed.
        unsafe { &*(*(*self.0).mgr).userdata.cast::<Program>() }
    }
}

fn text(data: *mut c_void) -> Vec<u8> {
    // SAFETY: rule 3: the event's data is a C string.
    unsafe { CStr::from_ptr(data.cast::<c_char>()) }.to_bytes().to_vec()
}

fn ws_message(data: *mut c_void) -> Detail {
    // SAFETY: rules 1 and 4: the event's data is a live `struct mg_ws_message`.
    let (flags, data) = unsafe {
        let message = data.cast::<mg_ws_message>();
        ((*message).flags, (*message).data.bytes())
    };
    Detail::Ws(flags, data.to_vec())
}

fn slice(data: *mut c_void) -> Vec<u8> {
    // SAFETY: rule 4: the event's data is a live `struct mg_str`.
    unsafe { (*data.cast::<mg_str>()).bytes() }.to_vec()
}

fn count(data: *mut c_void) -> usize {
    // SAFETY: rule 1: the event's data is a `long`.
    unsafe { *data.cast::<c_long>() }.try_into().expect("a count")
}

fn read(c: Conn, n: usize) -> Detail {
    Detail::Transfer { n, left: c.recv_len(), data: c.last_input(n) }
}

fn seen(message: Message, complete: bool) -> Seen {
    let whole = complete.then(|| Whole {
        method: message.method(),
        query: message.query(),
        proto: message.proto(),
        headers: message.headers(),
        body: message.body(),
        message_len: message.message_len(),
    });
    let (head_len, body_len) = (message.head_len(), message.body_len());
    Seen { uri: message.uri(), head_len, body_len, whole }
}

/// The event handler that is given to the library.
pub unsafe extern "C" fn on_event(c: *mut mg_connection, event: c_int, data: *mut c_void) {
    let conn = Conn(c);
    conn.program().handle(conn, event, data);
}

/// The upload callback that is given to the library.
pub unsafe extern "C" fn on_upload(c: *mut mg_connection, message: *const c_char) {
    let conn = Conn(c);
    // SAFETY: rule 3.
    let text = (!message.is_null()).then(|| unsafe { CStr::from_ptr(message) });
    let program = conn.program();
    program.uploaded(conn, text);
    handlers::upload_done(program, conn, text);
}
