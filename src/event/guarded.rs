//! What a manager's guard keeps: settings, figures, the schedule of deadlines, who may be evicted.

use core::ffi::{CStr, c_void};
use std::collections::HashMap;

use super::conn::{Conn, Origin};
use super::state::State;
use super::trim::Trim;
use crate::abi::app_options;
use crate::abi::guard::{mg_guard_event, mg_guard_handler_t};
use crate::abi::types::mg_addr;
use crate::guard::address::{AddressList, PeerKey};
use crate::guard::deadline::Phase;
use crate::guard::evict::Candidates;
use crate::guard::options::{self, AUTO, Defaults, Name, Settings};
use crate::guard::rate::{Buckets, Rate};
use crate::guard::schedule::Schedule;
use crate::guard::stats::Stats;
use crate::http::access_log;
use crate::http::policy::Policy;
use crate::sys::limits;
use crate::sys::log_file::LogFile;

/// The guard of one manager.
pub(crate) struct Guarded {
    pub(crate) settings: Settings,
    pub(crate) stats: Stats,
    pub(crate) schedule: Schedule,
    /// When memory is given back to the system.
    pub(crate) trim: Trim,
    pub(crate) candidates: Candidates,
    /// When the walk for candidates was last done, in milliseconds.
    pub(crate) walked_ms: u64,
    /// Since when accepting is stopped for lack of room; 0 = it is not.
    pub(crate) full_since_ms: u64,
    /// The last accept failed for lack of descriptors or memory.
    pub(crate) is_starved: bool,
    /// Most connections at once, with `auto` resolved; `usize::MAX` = no limit.
    pub(crate) max_connections: usize,
    /// Connections per phase.
    pub(crate) phases: [u64; PHASES],
    /// Who may connect, who is privileged, whose word counts.
    pub(crate) access_list: AddressList,
    pub(crate) priority: AddressList,
    pub(crate) proxies: AddressList,
    pub(crate) connect_rate: Rate,
    pub(crate) request_rate: Rate,
    pub(crate) websocket_rate: Rate,
    pub(crate) connect_buckets: Buckets,
    pub(crate) request_buckets: Buckets,
    /// Accepted connections by address, while `max_connections_per_ip` is on.
    pub(crate) per_ip: HashMap<PeerKey, u32>,
    /// Which address a connection was counted for.
    pub(crate) counted_for: HashMap<u64, PeerKey>,
    /// Header lines of every response, and of those over TLS.
    pub(crate) extra_headers: Vec<u8>,
    pub(crate) hsts: Vec<u8>,
    /// Where requests are logged, and those without a line yet.
    pub(crate) access_log: LogFile,
    pub(crate) open_requests: access_log::Open,
    /// Slow handlers are looked for.
    pub(crate) warns: bool,
    /// Where the guard says what it does.
    pub(crate) error_log: LogFile,
    /// What requests have to pass.
    pub(crate) policy: Policy,
    /// There is more for requests to pass than sizes and framing ([`Guarded::note_rules`]).
    pub(crate) has_rules: bool,
    /// Whom the program wants asked.
    handler: mg_guard_handler_t,
    handler_data: *mut c_void,
}

const PHASES: usize = Phase::Other as usize + 1;

impl Guarded {
    /// A guard with the defaults of the build and of the program's compilation.
    pub(crate) fn new() -> Guarded {
        let defaults = Defaults {
            max_connections: app_options::max_connections(),
            io_timeout_ms: app_options::io_timeout(),
            max_recv_size: app_options::max_recv_size() as u64,
            enable_dirlist: app_options::enable_dirlist(),
            http_index: String::from_utf8_lossy(app_options::http_index()).into_owned(),
        };
        let mut guarded = Guarded {
            settings: Settings::new(defaults),
            stats: Stats::default(),
            schedule: Schedule::default(),
            trim: Trim::default(),
            candidates: Candidates::default(),
            walked_ms: 0,
            full_since_ms: 0,
            is_starved: false,
            max_connections: usize::MAX,
            phases: [0; PHASES],
            access_list: AddressList::default(),
            priority: AddressList::default(),
            proxies: AddressList::default(),
            connect_rate: Rate::default(),
            request_rate: Rate::default(),
            websocket_rate: Rate::default(),
            connect_buckets: Buckets::default(),
            request_buckets: Buckets::default(),
            per_ip: HashMap::new(),
            counted_for: HashMap::new(),
            extra_headers: Vec::new(),
            hsts: Vec::new(),
            access_log: LogFile::default(),
            open_requests: access_log::Open::default(),
            warns: false,
            error_log: LogFile::default(),
            policy: Policy::default(),
            has_rules: false,
            handler: None,
            handler_data: core::ptr::null_mut(),
        };
        guarded.resolve_max_connections();
        guarded
    }

    /// Turns `max_connections` into a number.
    pub(crate) fn resolve_max_connections(&mut self) {
        self.max_connections = match self.settings.number(Name::MaxConnections) {
            AUTO => options::auto_connections(limits::descriptors()),
            _ => self.settings.limit(Name::MaxConnections),
        };
    }

    /// Finds out whether requests have more to pass than sizes and framing, so that they need not ask
    /// for every rule. To be called when a rule may have changed.
    pub(crate) fn note_rules(&mut self) {
        let set = |id| self.settings.is_set(id);
        self.has_rules = set(Name::AccessLogFile)
            || set(Name::AllowedMethods)
            || set(Name::MaxBodySize)
            || !self.request_rate.is_off()
            || self.policy.has_rules();
    }

    /// Connections that count towards `max_connections`.
    pub(crate) fn connections(&self) -> usize {
        (self.stats.now_accepted + self.stats.now_outgoing) as usize
    }

    /// Memory that all buffers hold, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.stats.recv_bytes + self.stats.send_bytes
    }

    /// The figures as they are now.
    pub(crate) fn snapshot(&self, now_ms: u64) -> Stats {
        let phase = |phase: Phase| self.phases[phase as usize];
        let full_ms = match self.full_since_ms {
            0 => 0,
            since_ms => now_ms.saturating_sub(since_ms),
        };
        Stats {
            now_connecting: phase(Phase::Connecting),
            now_handshaking: phase(Phase::Handshaking),
            now_reading_header: phase(Phase::AwaitingRequest) + phase(Phase::ReadingHeader),
            now_reading_body: phase(Phase::ReadingBody),
            now_in_handler: phase(Phase::InHandler),
            now_sending: phase(Phase::Sending),
            now_keep_alive_idle: phase(Phase::KeepAliveIdle),
            now_websocket: phase(Phase::WebSocket),
            now_tarpitted: phase(Phase::Tarpitted),
            now_other: phase(Phase::Other),
            max_connections: match self.max_connections {
                usize::MAX => 0,
                limit => limit as u64,
            },
            panics: crate::abi::panics::panics(),
            full_ms: self.stats.full_ms + full_ms,
            ..self.stats
        }
    }

    pub(crate) fn set_handler(&mut self, handler: mg_guard_handler_t, data: *mut c_void) {
        self.handler = handler;
        self.handler_data = data;
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if self.warns {
            super::slow::watch(false);
        }
    }
}

/// Counts `conn` as made by `origin`.
pub(crate) fn enroll(state: State, conn: Conn, origin: Origin) {
    conn.private().origin = origin;
    state.with_guard(|guarded| {
        let stats = &mut guarded.stats;
        match origin {
            Origin::Accepted => {
                stats.accepted += 1;
                stats.now_accepted += 1;
            }
            Origin::Program => {
                stats.outgoing += 1;
                stats.now_outgoing += 1;
            }
            Origin::Uncounted => return,
        }
        stats.now_max = stats.now_max.max(stats.now_accepted + stats.now_outgoing);
    });
}

/// `conn` is closed: nothing of it counts any more.
pub(crate) fn dismiss(state: State, conn: Conn) {
    let private = conn.private();
    let origin = core::mem::replace(&mut private.origin, Origin::Uncounted);
    let phase = core::mem::replace(&mut private.watch.phase, Phase::None);
    let [recv, send] = core::mem::take(&mut private.counted_bytes);
    state.with_guard(|guarded| {
        if phase != Phase::None {
            guarded.phases[phase as usize] -= 1;
        }
        let stats = &mut guarded.stats;
        stats.recv_bytes -= u64::from(recv);
        stats.send_bytes -= u64::from(send);
        match origin {
            Origin::Accepted => {
                stats.closed += 1;
                stats.now_accepted -= 1;
            }
            Origin::Program => {
                stats.outgoing_closed += 1;
                stats.now_outgoing -= 1;
            }
            Origin::Uncounted => {}
        }
        if let Some(key) = guarded.counted_for.remove(&conn.id())
            && let Some(count) = guarded.per_ip.get_mut(&key)
        {
            *count -= 1;
            if *count == 0 {
                guarded.per_ip.remove(&key);
            }
        }
    });
}

/// What the guard wants to do to a peer.
pub(crate) struct Intent {
    /// `enum mg_guard_action`.
    pub(crate) action: i32,
    /// HTTP status, WebSocket close code, or 0.
    pub(crate) status: i32,
    /// The option that asks for it.
    pub(crate) option: &'static CStr,
    /// Whom it concerns.
    pub(crate) peer: mg_addr,
    /// The request, if there is one; else NULL.
    pub(crate) request: *mut crate::abi::types::mg_http_message,
}

/// Asks the program whether the guard may act on `conn`, and notes in the log of errors that it does.
/// False spares the peer.
pub(crate) fn may_act(state: State, conn: Conn, intent: &Intent) -> bool {
    let (handler, data) = state.with_guard(|guarded| (guarded.handler, guarded.handler_data));
    if let Some(handler) = handler {
        let event = mg_guard_event {
            action: intent.action,
            status: intent.status,
            option: intent.option.as_ptr(),
            peer: intent.peer,
            hm: intent.request,
        };
        let _scope = super::state::Scope::enter(state);
        // SAFETY: rule 7 of the C edge; the connection is live.
        if !unsafe { handler(conn.ptr(), &raw const event, data) } {
            return false;
        }
    }
    let option = intent.option.to_string_lossy();
    crate::debug!("{} guard: {option} {}", conn.id(), intent.status);
    super::settings::log_action(state, conn, intent);
    true
}
