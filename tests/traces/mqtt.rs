//! MQTT: the programs, what they see, and their calls.

use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use mongoose::abi::mqtt::*;
use mongoose::abi::protocol_types::{mg_mqtt_message, mg_mqtt_opts, mg_mqtt_prop};
use mongoose::abi::types::{flags, mg_connection, mg_mgr, mg_str};
use serde_json::{Value, json};

use crate::conn::Conn;
use crate::program::{Handler, Program, ev, on_event};
use crate::vector::{same_bytes, shown};

const CONNECT: u8 = 1;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
const PINGREQ: u8 = 12;
const DISCONNECT: u8 = 14;

/// What the user handler sees of a packet.
#[derive(Debug)]
pub struct Seen {
    cmd: u8,
    qos: u8,
    pid: u16,
    ack: u8,
    props: usize,
    topic: Vec<u8>,
    data: Vec<u8>,
    dgram: Vec<u8>,
    proplist: Vec<(u8, u32, Vec<u8>, Vec<u8>)>,
}

/// The message of an event, inside its handler.
fn message(data: *mut c_void) -> mg_mqtt_message {
    // SAFETY: rule 1: the event's data is a live `struct mg_mqtt_message`.
    unsafe { *data.cast::<mg_mqtt_message>() }
}

fn copy(s: mg_str) -> Vec<u8> {
    // SAFETY: rule 4: slices of the message live while the handler runs.
    unsafe { s.bytes() }.to_vec()
}

/// Copies what came with `MQTT_MSG` or `MQTT_CMD`.
pub fn seen(data: *mut c_void) -> Seen {
    let mut m = message(data);
    let mut proplist = Vec::new();
    let mut ofs = 0;
    loop {
        let mut p = mg_mqtt_prop { id: 0, iv: 0, key: mg_str::NULL, val: mg_str::NULL };
        // SAFETY: rules 1 and 5.
        ofs = unsafe { mg_mqtt_next_prop(&mut m, &mut p, ofs) };
        if ofs == 0 {
            break;
        }
        proplist.push((p.id, p.iv, copy(p.key), copy(p.val)));
    }
    Seen {
        cmd: m.cmd,
        qos: m.qos,
        pid: m.id,
        ack: m.ack,
        props: m.props_size,
        topic: copy(m.topic),
        data: copy(m.data),
        dgram: copy(m.dgram),
        proplist,
    }
}

/// The return code that came with `MQTT_OPEN`.
pub fn code(data: *mut c_void) -> c_int {
    // SAFETY: rule 1: the event's data is an `int`.
    unsafe { *data.cast::<c_int>() }
}

impl Seen {
    /// Compares member `key` of an event.
    pub fn is_as_recorded(&self, key: &str, recorded: &Value) -> bool {
        match key {
            "cmd" => *recorded == self.cmd,
            "qos" => *recorded == self.qos,
            "pid" => *recorded == self.pid,
            "ack" => *recorded == self.ack,
            "props" => *recorded == self.props,
            "topic" => same_bytes(recorded, &self.topic),
            "data" => same_bytes(recorded, &self.data),
            "dgram" => same_bytes(recorded, &self.dgram),
            "proplist" => {
                let list = recorded.as_array().expect("a list of properties");
                list.len() == self.proplist.len()
                    && list.iter().zip(&self.proplist).all(|(want, (id, iv, key, val))| {
                        want[0] == *id
                            && want[1] == *iv
                            && same_bytes(&want[2], key)
                            && same_bytes(&want[3], val)
                    })
            }
            _ => panic!("unknown member {key}"),
        }
    }

    /// For messages and short tables.
    pub fn summary(&self) -> String {
        format!("{} {} {}", self.cmd, shown(&self.topic), shown(&self.data))
    }
}

/// Handlers of servers and clients.
pub fn handler(name: &str) -> Handler {
    match name {
        "log" | "mcli" => |_, _, _, _| {},
        "broker" => broker,
        "broker_refuse" => |_, c, event, data| {
            if event == ev::MQTT_CMD && message(data).cmd == CONNECT {
                answer(c, 2, &[0, 5]);
                c.set(flags::DRAINING);
            }
        },
        _ => panic!("unknown handler {name}"),
    }
}

/// A fixed header and what follows it.
fn answer(c: Conn, cmd: u8, body: &[u8]) {
    // SAFETY: rule 1.
    unsafe { mg_mqtt_send_header(c.0, cmd, 0, body.len() as u32) };
    c.send(body);
}

fn broker(_: &Program, c: Conn, event: i32, data: *mut c_void) {
    if event == ev::MQTT_MSG {
        let m = message(data);
        let mut opts = Options::default().to_c();
        (opts.topic, opts.message, opts.qos) = (m.topic, m.data, m.qos);
        // SAFETY: rules 1 and 4.
        unsafe { mg_mqtt_pub(c.0, &opts) };
    } else if event == ev::MQTT_CMD {
        let m = message(data);
        let id = m.id.to_be_bytes();
        match m.cmd {
            CONNECT => {
                // Behind fixed header, protocol name and its length.
                c.put(flags::MQTT5, copy(m.dgram)[8] == 5);
                let body: &[u8] = if c.is(flags::MQTT5) { &[0, 0, 0] } else { &[0, 0] };
                answer(c, 2, body);
            }
            SUBSCRIBE => answer(c, SUBACK, &[id[0], id[1], 0]),
            UNSUBSCRIBE => answer(c, UNSUBACK, &id),
            // SAFETY: rule 1.
            PINGREQ => unsafe { mg_mqtt_pong(c.0) },
            DISCONNECT => c.set(flags::DRAINING),
            _ => {}
        }
    }
}

/// The members of `struct mg_mqtt_opts` that a scenario sets, as texts.
#[derive(Default)]
pub struct Options(HashMap<String, String>);

impl Options {
    /// The options that a scenario begins with.
    pub fn new(opts: &Value) -> Options {
        let mut all = Options::default();
        for (key, value) in opts.as_object().into_iter().flatten() {
            all.set(key, value.as_str().unwrap_or_default());
        }
        all
    }

    /// Changes an option of the program; those of MQTT begin with `m.`.
    pub fn set(&mut self, key: &str, value: &str) {
        if let Some(member) = key.strip_prefix("m.") {
            self.0.insert(member.into(), value.into());
        }
    }

    /// As C takes them. The texts belong to `self`.
    fn to_c(&self) -> mg_mqtt_opts {
        let text =
            |key: &str| self.0.get(key).map_or(mg_str::NULL, |text| mg_str::new(text.as_bytes()));
        let number = |key: &str| self.0.get(key).map_or(0, |n| n.parse().expect("a number"));
        mg_mqtt_opts {
            user: text("user"),
            pass: text("pass"),
            client_id: text("client_id"),
            topic: text("topic"),
            message: text("message"),
            qos: number("qos") as u8,
            version: number("version") as u8,
            keepalive: number("keepalive"),
            retransmit_id: number("retransmit_id"),
            retain: number("retain") != 0,
            clean: number("clean") != 0,
            props: null_mut(),
            num_props: 0,
            will_props: null_mut(),
            num_will_props: 0,
        }
    }

    /// Calls `f` with the options and the properties that `m.props` stands for.
    fn with<R>(&self, f: impl FnOnce(&mg_mqtt_opts) -> R) -> R {
        let expiry = mg_mqtt_prop { id: 0x11, iv: 77, key: mg_str::NULL, val: mg_str::NULL };
        let user =
            mg_mqtt_prop { id: 0x26, iv: 0, key: mg_str::new(b"k1"), val: mg_str::new(b"v1") };
        let mut props = [expiry, user];
        let mut opts = self.to_c();
        if self.0.contains_key("props") {
            (opts.props, opts.num_props) = (props.as_mut_ptr(), props.len());
        }
        f(&opts)
    }
}

/// `mg_mqtt_listen` with the handler that hands events to the program.
pub fn listen(mgr: &mut mg_mgr, url: &CStr) -> *mut mg_connection {
    // SAFETY: rules 1, 3 and 7.
    unsafe { mg_mqtt_listen(mgr, url.as_ptr(), Some(on_event), null_mut()) }
}

/// `mg_mqtt_connect` with the program's options.
pub fn connect(program: &Program, mgr: &mut mg_mgr, url: &CStr) -> *mut mg_connection {
    program.mqtt.borrow().with(|opts| {
        // SAFETY: rules 1, 3, 4 and 7.
        let c = unsafe { mg_mqtt_connect(mgr, url.as_ptr(), opts, Some(on_event), null_mut()) };
        if program.opt("ping_now").is_some() {
            // SAFETY: rule 1.
            unsafe { mg_mqtt_ping(c) };
        }
        c
    })
}

/// Performs `act` on a connection with the program's options, and gives the result of the call.
pub fn perform(program: &Program, c: Conn, act: &str) -> Option<Value> {
    let c = c.0;
    program.mqtt.borrow().with(|opts| {
        // SAFETY: rules 1 and 4.
        unsafe {
            match act {
                "mqtt_pub" => return Some(json!(mg_mqtt_pub(c, opts))),
                "mqtt_sub" => mg_mqtt_sub(c, opts),
                "mqtt_unsub" => mg_mqtt_unsub(c, opts),
                "mqtt_ping" => mg_mqtt_ping(c),
                "mqtt_disconnect" => mg_mqtt_disconnect(c, opts),
                _ => panic!("unknown act {act}"),
            }
        }
        None
    })
}
