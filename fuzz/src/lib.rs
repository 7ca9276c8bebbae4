//! What the fuzz targets share: the oracles.
//!
//! 1. No panic: overflow checks and debug assertions are on, and a panic ends the process.
//! 2. Progress, and the same answer however the input arrives: [`stream`].
//! 3. Memory and time are bounded by the length of the input: [`bounds`].

pub mod bounds;
pub mod cuts;
pub mod http;
pub mod stream;
pub mod text;
