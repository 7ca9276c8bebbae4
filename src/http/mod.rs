//! HTTP on connections: the protocol handler, writers, file serving, uploads.
//!
//! The codec is in [`crate::proto::http`]; here its results meet `recv`, `send` and the handlers.

pub(crate) mod engine;
pub(crate) mod refuse;
pub(crate) mod reply;
pub(crate) mod serve;
pub(crate) mod ssi;
pub(crate) mod stream;
pub(crate) mod upload;
