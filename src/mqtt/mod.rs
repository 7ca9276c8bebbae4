//! MQTT on connections: what is received, and appending packets to `c->send`.
//!
//! The codec is in [`crate::proto::mqtt`]; here its results meet `recv`, `send` and the handlers.

pub(crate) mod receive;
pub(crate) mod send;

use crate::abi::types::flags;
use crate::event::conn::Conn;
use crate::proto::mqtt::Version;

/// The version that a connection speaks: the program or `mg_mqtt_login` says so in `is_mqtt5`.
fn version(conn: Conn) -> Version {
    if conn.is(flags::MQTT5) { Version::V5 } else { Version::V3 }
}
