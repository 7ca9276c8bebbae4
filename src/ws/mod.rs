//! WebSocket on connections: the protocol handler, framing into `send`, both sides of the opening
//! handshake.
//!
//! The codec is in [`crate::proto::ws`]; here its results meet `recv`, `send` and the handlers.

pub(crate) mod engine;
mod guard;
pub(crate) mod handshake;
pub(crate) mod send;
pub(crate) mod session;
