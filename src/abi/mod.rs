//! The C edge: every exported type and function, one file per header area.
//!
//! An exported function turns C arguments into Rust values, makes one call and turns the result
//! back, all of it inside [`panics::exported`]: no panic reaches C. What a C caller must keep is
//! said once, here; `SAFETY` comments cite the rule by number.
//!
//! 1. A `struct mg_connection *`, `struct mg_mgr *` or other struct pointer is NULL or points to a
//!    live, properly aligned object of that type for the whole call.
//! 2. A pointer with a length points to that many readable (or, if it is an output, writable)
//!    bytes during the call; it may be NULL if the length is 0.
//! 3. A `const char *` without a length is NULL or a NUL-terminated string.
//! 4. A `struct mg_str` is rule 2 in one value.
//! 5. An output pointer is NULL (where the function says so) or writable.
//! 6. A `va_list *` is live, and its next arguments have the types the format asks for.
//! 7. A function pointer is NULL or callable with the documented arguments.
//! 8. One manager and its connections are used by one thread at a time, except by `mg_wakeup`.

#![allow(non_camel_case_types, non_snake_case)]
// The rules above are the `# Safety` section of every exported function.
#![allow(clippy::missing_safety_doc)]

pub mod app_options;
pub mod hooks;
pub mod protocol_types;
pub mod types;
pub mod variadic;

pub mod base64;
pub mod dash;
pub mod digest;
pub mod dns;
pub mod fmt;
pub mod fs;
/// The guard (`mongoose_guard.h`).
///
/// cbindgen:ignore
pub mod guard;
pub mod http;
pub mod http_parse;
pub mod iobuf;
pub mod json;
pub mod log;
pub mod mdns;
pub mod mem;
pub mod modbus;
pub mod mqtt;
pub mod net;
pub mod ota;
pub mod panics;
pub mod phy;
pub mod printf;
pub mod queue;
pub mod rpc;
pub mod sntp;
pub mod str;
pub mod timer;
#[cfg(feature = "tls")]
pub mod tls;
pub mod url;
pub mod util;
pub mod ws;
