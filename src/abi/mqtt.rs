//! MQTT: connections, sending packets, taking packets apart.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use super::mem::bytes;
use super::net::{mg_connect_svc, mg_listen};
use super::panics::{exported, exported_on};
use super::protocol_types::{mg_mqtt_message, mg_mqtt_opts, mg_mqtt_prop};
use super::types::{mg_connection, mg_event_handler_t, mg_mgr, mg_str};
use crate::event::conn::Conn;
use crate::mqtt::receive::mqtt_handler;
use crate::mqtt::send::{self, Opts};
use crate::proto::mqtt::Version;
use crate::proto::mqtt::packet_type::{PINGREQ, PINGRESP};
use crate::proto::mqtt::parse::{Packet, Parsed, Span, kind_of, parse, qos_of};
use crate::proto::mqtt::property::{self, Value};

/// `MQTT_OK`
const MQTT_OK: c_int = 0;
/// `MQTT_INCOMPLETE`
const MQTT_INCOMPLETE: c_int = 1;
/// `MQTT_MALFORMED`
const MQTT_MALFORMED: c_int = 2;

/// Connects to the MQTT broker at `url` (default ports: mqtt 1883, mqtts 8883) and queues CONNECT
/// as mg_mqtt_login does; see mg_connect. Packets queued right away follow it.
///
/// `fn` gets MG_EV_MQTT_OPEN with the broker's return code, MG_EV_MQTT_MSG for each message and
/// MG_EV_MQTT_CMD for each packet. `opts` may be NULL: a generated client id, everything else zero.
/// The program has to call mg_mqtt_ping often enough for its keep-alive time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_connect(
    mgr: *mut mg_mgr,
    url: *const c_char,
    opts: *const mg_mqtt_opts,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_mqtt_connect", null_mut(), || {
        // SAFETY: passed on; the result is NULL or live.
        unsafe {
            let c = mg_connect_svc(mgr, url, r#fn, fn_data, Some(mqtt_handler), null_mut());
            mg_mqtt_login(c, opts);
            c
        }
    })
}

/// Listens for MQTT on `url`; see mg_listen. Handlers get MG_EV_MQTT_CMD for each packet and
/// MG_EV_MQTT_MSG for each message.
///
/// Messages are acknowledged by the library; CONNECT, SUBSCRIBE, UNSUBSCRIBE and PINGREQ are the
/// program's to answer, with mg_mqtt_send_header and mg_send, and mg_mqtt_pong. It sets
/// c->is_mqtt5 when a CONNECT asks for level 5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_listen(
    mgr: *mut mg_mgr,
    url: *const c_char,
    r#fn: mg_event_handler_t,
    fn_data: *mut c_void,
) -> *mut mg_connection {
    exported("mg_mqtt_listen", null_mut(), || {
        // SAFETY: passed on; the result is NULL or live.
        unsafe {
            let c = mg_listen(mgr, url, r#fn, fn_data);
            if let Some(conn) = Conn::from_ptr(c) {
                conn.set_protocol(Some(mqtt_handler));
                conn.set_protocol_data(mgr.cast());
            }
            c
        }
    })
}

/// Appends CONNECT to c->send and sets c->is_mqtt5 if opts->version is 5.
///
/// User, password and client id are opts->user, opts->pass and opts->client_id; if the latter is
/// empty, 19 random letters and digits. opts->topic, if it is not empty, opts->message, opts->qos
/// and opts->retain are the will. NULL options are like all-zero ones.
///
/// What MQTT can't express (strings over 65535 bytes, QoS 3, an unknown property) raises
/// MG_EV_ERROR and nothing is appended; so does lack of memory ("OOM"). The same holds for all
/// functions that send a packet. Strings must not lie in c->send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_login(c: *mut mg_connection, opts: *const mg_mqtt_opts) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_login", conn, (), |conn| {
        // SAFETY: rule 4.
        let opts = unsafe { Opts::new(opts) };
        send::login(conn, opts)
    })
}

/// Publishes opts->message to opts->topic with opts->qos and opts->retain.
///
/// Returns the packet id, if the QoS is 1 or 2: opts->retransmit_id if that is not zero, which also
/// marks the message as a duplicate, else a new one. With QoS 0 it returns opts->retransmit_id.
/// 0 with MG_EV_ERROR if nothing was sent. Nothing is kept for retransmission.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_pub(c: *mut mg_connection, opts: *const mg_mqtt_opts) -> u16 {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_pub", conn, 0, |conn| {
        // SAFETY: rule 4.
        let opts = unsafe { Opts::new(opts) };
        send::publish(conn, opts)
    })
}

/// Subscribes to opts->topic with opts->qos. The packet id is in c->mgr->mqtt_id afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_sub(c: *mut mg_connection, opts: *const mg_mqtt_opts) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_sub", conn, (), |conn| {
        // SAFETY: rule 4.
        let opts = unsafe { Opts::new(opts) };
        send::subscription(conn, opts, true)
    })
}

/// Unsubscribes from opts->topic. The packet id is in c->mgr->mqtt_id afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_unsub(c: *mut mg_connection, opts: *const mg_mqtt_opts) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_unsub", conn, (), |conn| {
        // SAFETY: rule 4.
        let opts = unsafe { Opts::new(opts) };
        send::subscription(conn, opts, false)
    })
}

/// Sends PINGREQ, the client's sign of life.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_ping(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_ping", conn, (), |conn| send::header(conn, PINGREQ << 4, 0))
}

/// Sends PINGRESP, a broker's answer to PINGREQ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_pong(c: *mut mg_connection) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_pong", conn, (), |conn| send::header(conn, PINGRESP << 4, 0))
}

/// Sends DISCONNECT, in MQTT 5 with reason 0 and the properties of `opts`, which may be NULL. The
/// connection stays open until the broker closes it or the program does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_disconnect(c: *mut mg_connection, opts: *const mg_mqtt_opts) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_disconnect", conn, (), |conn| {
        // SAFETY: rule 4.
        let opts = unsafe { Opts::new(opts) };
        send::disconnect(conn, opts)
    })
}

/// Sends the fixed header of a packet of type `cmd` (MQTT_CMD_*) that goes on for `len` bytes, up
/// to 268435455. The program sends those itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_send_header(c: *mut mg_connection, cmd: u8, flags: u8, len: u32) {
    // SAFETY: rule 1.
    let conn = unsafe { Conn::from_ptr(c) };
    exported_on("mg_mqtt_send_header", conn, (), |conn| send::header(conn, cmd << 4 | flags, len))
}

/// Parses the MQTT packet at the front of `len` bytes at `buf` and stores it in `*m`, with slices
/// that point into `buf`. `version` 5 looks for properties in PUBLISH, all others mean 3.1.1.
///
/// Returns MQTT_OK, MQTT_INCOMPLETE if the packet is not all there, or MQTT_MALFORMED; unless it is
/// MQTT_OK, only m->cmd and m->qos are set, from the first of at least two bytes. `*m` is
/// overwritten whole. `m` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_parse(
    buf: *const u8,
    len: usize,
    version: u8,
    m: *mut mg_mqtt_message,
) -> c_int {
    exported("mg_mqtt_parse", MQTT_MALFORMED, || {
        // SAFETY: rule 2.
        let input = unsafe { bytes(buf.cast(), len) };
        let parsed = if input.len() < 2 {
            Parsed::Partial(None)
        } else {
            parse(input, Version::of_level(version))
        };
        if !m.is_null() {
            // SAFETY: rule 5. Zero bytes are a valid message.
            let message = unsafe {
                m.write_bytes(0, 1);
                &mut *m
            };
            message.dgram.buf = buf.cast_mut().cast();
            if let (Some(&first), true) = (input.first(), input.len() >= 2) {
                (message.cmd, message.qos) = (kind_of(first), qos_of(first));
            }
            if let Parsed::Complete(packet) = &parsed {
                fill(message, input, packet);
            }
        }
        match parsed {
            Parsed::Complete(_) => MQTT_OK,
            Parsed::Partial(_) => MQTT_INCOMPLETE,
            Parsed::Malformed => MQTT_MALFORMED,
        }
    })
}

/// Reads the MQTT 5 property at offset `ofs` of the properties of `msg` and stores it in `*prop`,
/// with slices that point into msg->dgram.
///
/// Start with `ofs` 0 and pass the result on until it is 0: there are no more, or the next one is
/// malformed. `*prop` is then meaningless: untouched or, but for its id, zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_mqtt_next_prop(
    msg: *mut mg_mqtt_message,
    prop: *mut mg_mqtt_prop,
    ofs: usize,
) -> usize {
    exported("mg_mqtt_next_prop", 0, || {
        // SAFETY: rules 1 and 5.
        let (Some(msg), Some(prop)) = (unsafe { msg.as_ref() }, unsafe { prop.as_mut() }) else {
            return 0;
        };
        // SAFETY: rule 4.
        let dgram = unsafe { msg.dgram.bytes() };
        let section = dgram.get(msg.props_start..).and_then(|rest| rest.get(..msg.props_size));
        let Some(rest) = section.and_then(|section| section.get(ofs..)) else { return 0 };
        let Some(&id) = rest.first() else { return 0 };
        // SAFETY: rule 5. Zero bytes are a valid property.
        unsafe { core::ptr::from_mut(prop).write_bytes(0, 1) };
        prop.id = id;
        let Some((property, len)) = property::read(rest) else { return 0 };
        match property.value {
            Value::Number(n) => prop.iv = n,
            Value::Bytes(text) => prop.val = mg_str::new(text),
            Value::Pair(name, text) => {
                (prop.key, prop.val) = (mg_str::new(name), mg_str::new(text));
            }
        }
        ofs + len
    })
}

impl mg_mqtt_message {
    /// All zero.
    pub(crate) const EMPTY: mg_mqtt_message = mg_mqtt_message {
        topic: mg_str::NULL,
        data: mg_str::NULL,
        dgram: mg_str::NULL,
        id: 0,
        cmd: 0,
        qos: 0,
        ack: 0,
        props_start: 0,
        props_size: 0,
    };
}

/// Stores a packet that was found at the front of `input`.
pub(crate) fn fill(message: &mut mg_mqtt_message, input: &[u8], packet: &Packet) {
    let slice = |span: Span| mg_str::new(span.of(input));
    message.dgram = slice(Span { start: 0, len: packet.len });
    (message.cmd, message.qos) = (packet.kind, packet.qos);
    (message.id, message.ack) = (packet.id, packet.code);
    if let Some(publish) = &packet.publish {
        message.topic = slice(publish.topic);
        message.data = slice(publish.payload);
        if let Some(properties) = publish.properties {
            message.props_start = properties.start;
            message.props_size = properties.len;
        }
    }
}
