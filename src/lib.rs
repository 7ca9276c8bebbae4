//! Meerkat: a memory-safe, permissively licensed drop-in for the Mongoose 7.22 C networking
//! library.
//!
//! C programs use it through `include/mongoose.h`. Inside, calls run one way:
//! [`abi`] (the C edge) → `event`, `http`, `fs` (the loop and what hangs off it) → [`proto`] and
//! [`text`] (codecs: bytes in, facts out, no sockets and no clock).

pub mod abi;
pub(crate) mod dash;
pub(crate) mod dns;
pub(crate) mod event;
#[cfg(feature = "failpoints")]
pub(crate) mod failpoint;
pub mod fs;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod guard;
pub(crate) mod http;
pub(crate) mod lanes;
pub(crate) mod mdns;
pub(crate) mod modbus;
pub(crate) mod mqtt;
pub mod options;
pub(crate) mod ota;
pub mod proto;
pub(crate) mod sntp;
pub(crate) mod sys;
pub mod text;
pub(crate) mod tls;
pub(crate) mod ws;
