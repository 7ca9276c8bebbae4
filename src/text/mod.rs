//! Text and small codecs: strings, matching, formatting, JSON, URLs, base64, digests.
//!
//! Nothing here knows a connection, a socket, a clock or C: slices and numbers in, slices and
//! numbers out.

#![forbid(unsafe_code)]

pub mod percent;
