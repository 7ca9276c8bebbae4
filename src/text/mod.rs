//! Text and small codecs: strings, matching, formatting, JSON, URLs, base64, digests.
//!
//! Nothing here knows a connection, a socket, a clock or C: slices and numbers in, slices and
//! numbers out.

#![forbid(unsafe_code)]

pub mod acl;
pub mod addr;
pub mod base64;
pub mod digest;
pub mod digits;
pub mod float;
pub mod fmt;
pub mod glob;
pub mod json;
pub mod log_line;
pub mod path;
pub mod percent;
pub mod print;
pub(crate) mod search;
pub mod str;
pub mod url;
