//! The guard: limits, deadlines, access rules and rates.
//!
//! Nothing here knows a connection, a socket or a clock: slices, numbers and the time in
//! milliseconds come in, decisions go out.

#![forbid(unsafe_code)]

pub mod address;
pub mod rate;
pub mod table;
