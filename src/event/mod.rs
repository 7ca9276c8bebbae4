//! The event manager: connections, readiness, reading, writing, closing, wake-up.
//!
//! A manager (`struct mg_mgr`, owned by the program) has a list of connections (`mgr->conns`,
//! newest first) and, hanging off one of its internal fields, the private [`state::State`]: the
//! table of connections by id, the poller, the wake-up queue. One call of `mg_mgr_poll` is one
//! iteration of [`poll`]:
//!
//! ```text
//! wait for readiness → errors → timers → deadlines → visit every connection, newest first:
//!     POLL event → accept | finish connect | read once, write → drain? → close?
//! ```
//!
//! C owns the public structs and handlers may do almost anything to them, so nothing here keeps a
//! Rust reference to one across a call into program code: [`conn::Conn`] is a copyable handle with
//! accessors. A connection that is closed is unlinked at once, but its memory is released only
//! when the outermost call into the library returns ([`state::Scope`]), so that a handle stays
//! readable while the library is at work, whatever the handlers closed.
//!
//! The guard (`crate::guard`) decides, and four modules here act: [`admission`] at the door,
//! [`phases`] by deadlines, [`output`] for what is queued, [`settings`] for options.

pub(crate) mod accept;
pub(crate) mod admission;
pub(crate) mod close;
pub(crate) mod conn;
pub(crate) mod connect;
pub(crate) mod emit;
pub(crate) mod guarded;
pub(crate) mod hexdump;
pub(crate) mod io;
pub(crate) mod linger;
pub(crate) mod listen;
pub(crate) mod mgr;
pub(crate) mod output;
pub(crate) mod phases;
pub(crate) mod poll;
pub(crate) mod proxy_header;
pub(crate) mod rounds;
pub(crate) mod settings;
pub(crate) mod slow;
pub(crate) mod state;
pub(crate) mod trim;
pub(crate) mod unlisted;
pub(crate) mod url;
pub(crate) mod wake;
