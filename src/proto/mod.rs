//! Sans-I/O protocol codecs: bytes in, facts out.

#![forbid(unsafe_code)]

pub mod dns;
pub mod http;
pub mod mdns;
pub mod modbus;
pub mod mqtt;
pub mod ota;
pub mod proxy;
pub mod rpc;
pub mod sntp;
pub mod ws;
