//! HTTP on connections: the protocol handler, writers, file serving, uploads.
//!
//! The codec is in [`crate::proto::http`]; here its results meet `recv`, `send` and the handlers.

pub(crate) mod access_log;
pub(crate) mod engine;
pub(crate) mod login;
pub(crate) mod message;
pub(crate) mod parts;
pub(crate) mod policy;
pub(crate) mod refuse;
pub(crate) mod reply;
pub(crate) mod serve;
pub(crate) mod site;
pub(crate) mod ssi;
pub(crate) mod stream;
pub(crate) mod upload;
