//! Public structures of the protocols above HTTP and of the services: WebSocket, MQTT, DNS, mDNS,
//! Modbus, JSON-RPC, dashboard, Wi-Fi, modem and PHY.

use core::ffi::{c_char, c_int, c_uint, c_void};

use super::types::{mg_addr, mg_event_handler_t, mg_fs, mg_pfn_t, mg_str};
use crate::options::MG_DASH_MAX_USER_NAME;

/// The built-in TCP/IP stack's interface; never present with sockets.
#[repr(C)]
pub struct mg_tcpip_if {
    _opaque: [u8; 0],
}

/// A WebSocket message, `ev_data` of `MG_EV_WS_MSG` and `MG_EV_WS_CTL`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_ws_message {
    /// Payload, a slice of the connection's input buffer.
    pub data: mg_str,
    /// First byte of the frame: FIN bit and opcode (RFC 6455 section 5.2).
    pub flags: u8,
}

/// An MQTT 5 property (section 2.2.2 of the standard).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_mqtt_prop {
    /// `MQTT_PROP_*` identifier.
    pub id: u8,
    /// Value of the numeric properties.
    pub iv: u32,
    /// Name of a user property.
    pub key: mg_str,
    /// Value of the text and binary properties.
    pub val: mg_str,
}

/// Settings of an MQTT connection, and what to publish or subscribe to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_mqtt_opts {
    /// User name; empty = none.
    pub user: mg_str,
    /// Password; empty = none.
    pub pass: mg_str,
    /// Client identifier; empty = a random one.
    pub client_id: mg_str,
    /// Topic to publish or subscribe to; on connect, the topic of the will.
    pub topic: mg_str,
    /// Message to publish; on connect, the will.
    pub message: mg_str,
    /// Quality of service, 0 to 2.
    pub qos: u8,
    /// Protocol level: 4 (3.1.1) or 5; 0 = 4.
    pub version: u8,
    /// Keep-alive time in seconds.
    pub keepalive: u16,
    /// Packet identifier of a retransmission; 0 = a new packet.
    pub retransmit_id: u16,
    /// Ask the broker to keep the message.
    pub retain: bool,
    /// Start a clean session.
    pub clean: bool,
    /// MQTT 5 properties.
    pub props: *mut mg_mqtt_prop,
    /// Number of properties.
    pub num_props: usize,
    /// MQTT 5 properties of the will.
    pub will_props: *mut mg_mqtt_prop,
    /// Number of properties of the will.
    pub num_will_props: usize,
}

/// A parsed MQTT packet; slices point into the input buffer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_mqtt_message {
    /// Topic of a PUBLISH.
    pub topic: mg_str,
    /// Payload of a PUBLISH.
    pub data: mg_str,
    /// The whole packet.
    pub dgram: mg_str,
    /// Packet identifier.
    pub id: u16,
    /// `MQTT_CMD_*`.
    pub cmd: u8,
    /// Quality of service.
    pub qos: u8,
    /// Return code of a CONNACK.
    pub ack: u8,
    /// Offset of the MQTT 5 properties in `dgram`.
    pub props_start: usize,
    /// Bytes of MQTT 5 properties.
    pub props_size: usize,
}

/// An answer of a DNS server.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_dns_message {
    /// Transaction identifier, host order.
    pub txnid: u16,
    /// True if `addr` holds an address.
    pub resolved: bool,
    /// Address that was found.
    pub addr: mg_addr,
    /// Name that was asked for, NUL-terminated.
    pub name: [c_char; 256],
}

/// Header of a DNS message as it is on the wire (RFC 1035 section 4.1.1).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_dns_header {
    /// Transaction identifier, network order.
    pub txnid: u16,
    /// Flags, network order.
    pub flags: u16,
    /// Questions, network order.
    pub num_questions: u16,
    /// Answers, network order.
    pub num_answers: u16,
    /// Authority records, network order.
    pub num_authority_prs: u16,
    /// Additional records, network order.
    pub num_other_prs: u16,
}

/// A DNS resource record without its name and data.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_dns_rr {
    /// Bytes of the name, as encoded.
    pub nlen: u16,
    /// Type.
    pub atype: u16,
    /// Class.
    pub aclass: u16,
    /// Bytes of the record's data.
    pub alen: u16,
}

/// A service announced over DNS-SD.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_dnssd_record {
    /// Service and protocol, such as `_http._tcp`.
    pub srvcproto: mg_str,
    /// TXT record as it goes on the wire.
    pub txt: mg_str,
    /// Port, host order.
    pub port: u16,
}

/// An mDNS question, `ev_data` of `MG_EV_MDNS_REQ`.
#[repr(C)]
pub struct mg_mdns_req {
    /// The question.
    pub rr: *mut mg_dns_rr,
    /// Service to answer with; set by the handler.
    pub r: *mut mg_dnssd_record,
    /// Name that was asked for.
    pub reqname: mg_str,
    /// Name to answer with; set by the handler.
    pub respname: mg_str,
    /// Address to answer with; NULL = the connection's own.
    pub addr: *mut mg_addr,
    /// The question asks for the list of services.
    pub is_listing: bool,
    /// Set by the handler: do answer.
    pub is_resp: bool,
    /// The asker wants a unicast answer.
    pub is_unicast: bool,
}

/// An mDNS answer, `ev_data` of `MG_EV_MDNS_RESP`.
#[repr(C)]
pub struct mg_mdns_resp {
    /// The record.
    pub rr: *mut mg_dns_rr,
    /// Name that was resolved.
    pub name: mg_str,
    /// Its address.
    pub addr: mg_addr,
}

/// Values of a Modbus request: single bits or 16-bit registers.
#[repr(C)]
#[derive(Clone, Copy)]
pub union mg_modbus_values {
    /// Functions 1, 2, 5 and 15.
    pub bits: *mut bool,
    /// All other functions, host order.
    pub regs: *mut u16,
}

/// A Modbus request, `ev_data` of `MG_EV_MODBUS_REQ`.
#[repr(C)]
pub struct mg_modbus_req {
    /// Function code.
    pub func: u8,
    /// Set by the handler to answer with an exception.
    pub error: u8,
    /// First address.
    pub addr: u16,
    /// Values to read into or write from.
    pub u: mg_modbus_values,
    /// Number of values.
    pub len: u16,
}

/// A JSON-RPC request while its handler runs.
#[repr(C)]
pub struct mg_rpc_req {
    /// List of methods.
    pub head: *mut *mut mg_rpc,
    /// Method that was found.
    pub rpc: *mut mg_rpc,
    /// Output function of the answer.
    pub pfn: mg_pfn_t,
    /// Argument of `pfn`.
    pub pfn_data: *mut c_void,
    /// The program's pointer.
    pub req_data: *mut c_void,
    /// The request's JSON text.
    pub frame: mg_str,
}

/// A JSON-RPC method, a member of a singly linked list.
#[repr(C)]
pub struct mg_rpc {
    /// Next method.
    pub next: *mut mg_rpc,
    /// Pattern of method names, see `mg_match`.
    pub method: mg_str,
    /// Handler.
    pub r#fn: Option<unsafe extern "C" fn(r: *mut mg_rpc_req)>,
    /// The program's pointer.
    pub fn_data: *mut c_void,
}

/// `enum mg_val_type` of C.
pub type mg_val_type = c_uint;

/// `enum mg_dash_op` of C.
pub type mg_dash_op = c_uint;

/// A variable shown on the dashboard.
#[repr(C)]
pub struct mg_field {
    /// JSON key; NULL ends an array of fields.
    pub name: *const c_char,
    /// Type of the variable.
    pub r#type: mg_val_type,
    /// The variable.
    pub value: *mut c_void,
    /// Bytes of the variable; 0 = read-only.
    pub value_size: usize,
}

/// A user of the dashboard.
#[repr(C)]
pub struct mg_dash_user {
    /// Next user.
    pub next: *mut mg_dash_user,
    /// Name.
    pub name: [c_char; MG_DASH_MAX_USER_NAME],
    /// Session token.
    pub token: [c_char; 21],
    /// Access level.
    pub level: c_int,
    /// End of the session on the `mg_millis` clock.
    pub expire: u64,
    /// Dashboard.
    pub dash: *mut mg_dash,
}

/// A named group of dashboard variables.
#[repr(C)]
pub struct mg_field_set {
    /// Name in URLs.
    pub name: *const c_char,
    /// Array that ends in an entry without a name.
    pub fields: *mut mg_field,
    /// Called before a read and after a write, or NULL.
    pub r#fn: Option<unsafe extern "C" fn(op: mg_dash_op, user: *mut mg_dash_user) -> bool>,
    /// Row number of a table, or NULL.
    pub index: *mut c_int,
    /// Directory of the files of this set, or NULL.
    pub get_dir: Option<
        unsafe extern "C" fn(user: *const mg_dash_user, buf: *mut c_char, len: usize) -> bool,
    >,
    /// Next set.
    pub next: *mut mg_field_set,
}

/// A program's own handler for some URIs of the dashboard.
#[repr(C)]
pub struct mg_dash_custom_handler {
    /// Next handler.
    pub next: *mut mg_dash_custom_handler,
    /// Pattern of URIs, see `mg_match`.
    pub uri_pattern: mg_str,
    /// Handler.
    pub handler: mg_event_handler_t,
    /// Argument of `handler`.
    pub handler_data: *mut c_void,
}

/// A dashboard.
#[repr(C)]
pub struct mg_dash {
    /// Variables.
    pub sets: *mut mg_field_set,
    /// The program's own handlers.
    pub custom_handlers: *mut mg_dash_custom_handler,
    /// Returns the access level of a user, 0 or less = refused; NULL = no login.
    pub authenticate: Option<
        unsafe extern "C" fn(user: *mut c_char, userlen: usize, pass: *const c_char) -> c_int,
    >,
    /// Life of a session in seconds.
    pub session_auto_expiration_seconds: c_int,
    /// User that stands for everybody, or NULL.
    pub guest: *mut mg_dash_user,
    /// File system of uploads; NULL = `mg_fs_posix`.
    pub upload_fs: *mut mg_fs,
}

/// Wi-Fi settings.
#[repr(C)]
pub struct mg_wifi_data {
    /// Network to join.
    pub ssid: *mut c_char,
    /// Its password.
    pub pass: *mut c_char,
    /// Name of the own access point.
    pub apssid: *mut c_char,
    /// Password of the own access point.
    pub appass: *mut c_char,
    /// Address of the own access point, network order.
    pub apip: u32,
    /// Netmask of the own access point, network order.
    pub apmask: u32,
    /// `MG_WIFI_SECURITY_*` bits.
    pub security: u8,
    /// `MG_WIFI_SECURITY_*` bits of the own access point.
    pub apsecurity: u8,
    /// Channel of the own access point.
    pub apchannel: u8,
    /// Be an access point.
    pub apmode: bool,
}

/// One network found by a Wi-Fi scan.
#[repr(C)]
pub struct mg_wifi_scan_bss_data {
    /// Name.
    pub SSID: mg_str,
    /// MAC address of the access point, 6 bytes.
    pub BSSID: *mut c_char,
    /// Signal strength in dBm.
    pub RSSI: i16,
    /// `MG_WIFI_SECURITY_*` bits.
    pub security: u8,
    /// Channel.
    pub channel: u8,
    /// `band` in two bits, then `has_n`, `has_ac`, `has_ax`.
    pub bits: c_uint,
}

/// State of the driver for modems with AT commands.
#[repr(C)]
pub struct mg_tcpip_driver_atcmd_data {
    /// Argument of the functions below.
    pub usart: *mut c_void,
    /// Resets the modem.
    pub reset: Option<unsafe extern "C" fn(usart: *mut c_void)>,
    /// Sends one byte.
    pub tx: Option<unsafe extern "C" fn(usart: *mut c_void, byte: u8)>,
    /// Receives one byte, or returns a negative number.
    pub rx: Option<unsafe extern "C" fn(usart: *mut c_void) -> c_int>,
    /// Commands and expected answers.
    pub script: *mut *const c_char,
    /// Position in `script`.
    pub script_index: c_int,
    /// When to give up on an answer.
    pub deadline: u64,
    /// Frames are sent as they are.
    pub no_byte_stuff: bool,
    /// The link is up.
    pub link: bool,
    /// The last byte was an escape.
    pub unstuffing: bool,
}

/// Access to the registers of an Ethernet PHY.
#[repr(C)]
pub struct mg_phy {
    /// Reads register `reg` of the PHY at `addr`.
    pub read_reg: Option<unsafe extern "C" fn(addr: u8, reg: u8) -> u16>,
    /// Writes register `reg` of the PHY at `addr`.
    pub write_reg: Option<unsafe extern "C" fn(addr: u8, reg: u8, value: u16)>,
}
