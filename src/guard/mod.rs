//! The guard: limits, deadlines, access rules and rates.
//!
//! Nothing here knows a connection, a socket or a clock: slices, numbers and the time in
//! milliseconds come in, decisions go out.

#![forbid(unsafe_code)]

pub mod access_log;
pub mod address;
pub mod auth;
pub mod deadline;
pub mod evict;
pub mod options;
pub mod rate;
pub mod schedule;
pub mod stats;
pub mod table;
