//! WebSocket (RFC 6455): frames, messages and the opening handshake.
//!
//! [`decode::Decoder`] works on the input buffer in place and says which of its bytes are what;
//! [`frame`] has the frame header and masking, [`handshake`] what is checked before,
//! [`policy`] what a server may demand beyond that.

pub mod decode;
pub mod frame;
pub mod handshake;
pub mod policy;
pub mod utf8;
