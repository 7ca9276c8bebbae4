//! What a connection is doing, and until when it may.

use super::options::{Name, Settings, choice};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It is no peer's: a listener, the wake-up channel. Not counted.
    #[default]
    None,
    /// Looking a name up, connecting, awaiting a PROXY header.
    Connecting,
    /// In a TLS handshake.
    Handshaking,
    /// HTTP server: nothing has come yet.
    AwaitingRequest,
    /// HTTP server: in the middle of a header block.
    ReadingHeader,
    /// HTTP server: in the middle of a body.
    ReadingBody,
    /// HTTP server: the program is producing a response, or made one in its own way.
    InHandler,
    /// Output waits for the peer.
    Sending,
    /// HTTP server: between two requests.
    KeepAliveIdle,
    /// WebSocket.
    WebSocket,
    /// Kept unread for coming too often.
    Tarpitted,
    /// Anything else.
    Other,
}

/// What the guard remembers of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// When the phase began, or, while sending, when the peer last took something. Milliseconds.
    pub since_ms: u64,
    /// When the request in progress began, in milliseconds.
    pub request_ms: u64,
    /// The time for which the connection is in the [`super::schedule::Schedule`]; 0 = none.
    pub check_at_ms: u64,
    /// Body bytes received in this phase; while sending, what the kernel held at the last look.
    pub body_bytes: u32,
    /// What it is doing.
    pub phase: Phase,
    /// Unanswered pings.
    pub pings: u8,
    /// A request was finished, so that the same phase is a new one.
    pub is_restarted: bool,
    /// While sending: how often nothing was found to have moved since `since_ms`.
    pub looks: u8,
}

impl Watch {
    /// While sending: the peer took something at `now_ms`.
    pub fn note_progress(&mut self, now_ms: u64) {
        self.since_ms = now_ms;
        self.body_bytes = 0;
        self.looks = 0;
    }

    /// While sending: the kernel holds `unsent` bytes of output, which may be fewer than before long
    /// before there is room for more. True if time is up.
    pub fn look(&mut self, unsent: usize, now_ms: u64, settings: &Settings) -> bool {
        let unsent = u32::try_from(unsent).unwrap_or(u32::MAX);
        if unsent < self.body_bytes {
            self.note_progress(now_ms);
        } else {
            self.looks += 1;
            // Looks that come late say nothing about the time before them.
            let elapsed_ms = quarters(settings.number(Name::IoTimeoutMs), self.looks);
            self.since_ms = self.since_ms.max(now_ms.saturating_sub(elapsed_ms));
        }
        self.body_bytes = unsent;
        self.looks >= LOOKS
    }
}

fn quarters(time_ms: u64, n: u8) -> u64 {
    time_ms.saturating_mul(n.into()) / u64::from(LOOKS)
}

/// Which deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// `io_timeout_ms`.
    Io,
    /// `header_timeout_ms`.
    Header,
    /// `min_body_rate`.
    Body,
    /// `request_timeout_ms`.
    Request,
    /// `keep_alive_timeout_ms`.
    KeepAlive,
    /// `websocket_ping_ms`.
    WebSocket,
    /// `tarpit_ms`.
    Tarpit,
    /// Idle while the manager drains.
    Drain,
}

impl Deadline {
    /// The option that sets it.
    pub fn option(self) -> Name {
        match self {
            Deadline::Io => Name::IoTimeoutMs,
            Deadline::Header => Name::HeaderTimeoutMs,
            Deadline::Body => Name::MinBodyRate,
            Deadline::Request => Name::RequestTimeoutMs,
            Deadline::KeepAlive => Name::KeepAliveTimeoutMs,
            Deadline::WebSocket => Name::WebsocketPingMs,
            Deadline::Tarpit => Name::TarpitMs,
            Deadline::Drain => Name::Drain,
        }
    }
}

/// How long a body may come slower than `min_body_rate`, in milliseconds.
const BODY_GRACE_MS: u64 = 10_000;

/// How long a connection may be idle while the manager drains, in milliseconds. The next request of
/// a busy peer is on its way already; its response says that it is the last one.
const DRAIN_IDLE_MS: u64 = 1000;

/// How long a WebSocket peer has for its CLOSE frame when the manager drains, in milliseconds.
const DRAIN_CLOSE_MS: u64 = 10_000;

/// How often `io_timeout_ms` looks whether the peer takes output.
const LOOKS: u8 = 4;

/// Unanswered pings after which a WebSocket peer is given up.
pub const MAX_PINGS: u8 = 2;

/// When time is up for a connection, and by which option; `None` if it has all the time it wants.
///
/// `last_io_ms` is when bytes last moved in either direction.
pub fn due(watch: &Watch, last_io_ms: u64, settings: &Settings) -> Option<(u64, Deadline)> {
    let after = |since_ms: u64, option: Name, deadline: Deadline| {
        let time = settings.number(option);
        (time > 0).then(|| (since_ms.saturating_add(time), deadline))
    };
    let own = match watch.phase {
        Phase::None => return None,
        Phase::Tarpitted => {
            return Some((
                watch.since_ms.saturating_add(settings.number(Name::TarpitMs)),
                Deadline::Tarpit,
            ));
        }
        Phase::Connecting | Phase::Handshaking => {
            return after(watch.since_ms, Name::IoTimeoutMs, Deadline::Io);
        }
        Phase::Sending => {
            let next = quarters(settings.number(Name::IoTimeoutMs), watch.looks + 1);
            return (next > 0).then(|| (watch.since_ms.saturating_add(next), Deadline::Io));
        }
        Phase::AwaitingRequest => after(watch.since_ms, Name::HeaderTimeoutMs, Deadline::Header),
        Phase::ReadingHeader => sooner(
            after(watch.request_ms, Name::HeaderTimeoutMs, Deadline::Header),
            after(watch.request_ms, Name::RequestTimeoutMs, Deadline::Request),
        ),
        Phase::ReadingBody => sooner(
            body_due(watch, settings),
            after(watch.request_ms, Name::RequestTimeoutMs, Deadline::Request),
        ),
        Phase::KeepAliveIdle => {
            after(watch.since_ms, Name::KeepAliveTimeoutMs, Deadline::KeepAlive)
        }
        Phase::WebSocket => {
            after(last_io_ms.max(watch.since_ms), Name::WebsocketPingMs, Deadline::WebSocket)
        }
        Phase::InHandler | Phase::Other => None,
    };
    let own = sooner(own, drain_due(watch, settings));
    if settings.number(Name::IoTimeoutScope) == choice::SCOPE_ALL {
        let since_ms = last_io_ms.max(watch.since_ms);
        return sooner(own, after(since_ms, Name::IoTimeoutMs, Deadline::Io));
    }
    own
}

/// When a connection that has nothing to do goes, if the manager drains.
fn drain_due(watch: &Watch, settings: &Settings) -> Option<(u64, Deadline)> {
    let time = match watch.phase {
        Phase::AwaitingRequest | Phase::KeepAliveIdle => DRAIN_IDLE_MS,
        Phase::WebSocket => DRAIN_CLOSE_MS,
        _ => return None,
    };
    (settings.number(Name::Drain) != 0)
        .then(|| (watch.since_ms.saturating_add(time), Deadline::Drain))
}

fn sooner(a: Option<(u64, Deadline)>, b: Option<(u64, Deadline)>) -> Option<(u64, Deadline)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn body_due(watch: &Watch, settings: &Settings) -> Option<(u64, Deadline)> {
    let earned_ms =
        (u64::from(watch.body_bytes) * 1000).checked_div(settings.number(Name::MinBodyRate))?;
    Some((watch.since_ms.saturating_add(BODY_GRACE_MS).saturating_add(earned_ms), Deadline::Body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::options::{Defaults, spec};

    fn settings(changes: &[(Name, &str)]) -> Settings {
        let defaults = Defaults { io_timeout_ms: 60_000, ..Defaults::of_build() };
        let mut settings = Settings::new(defaults);
        for (name, value) in changes {
            settings.set(spec(*name), Some(value)).unwrap();
        }
        settings
    }

    fn watch(phase: Phase) -> Watch {
        Watch { since_ms: 5_000, request_ms: 4_000, phase, ..Watch::default() }
    }

    #[test]
    fn defaults_by_phase() {
        use Deadline::*;
        let settings = settings(&[]);
        for (phase, expected) in [
            (Phase::None, None),
            (Phase::Connecting, Some((65_000, Io))),
            (Phase::Handshaking, Some((65_000, Io))),
            (Phase::AwaitingRequest, Some((25_000, Header))),
            (Phase::ReadingHeader, Some((24_000, Header))),
            (Phase::ReadingBody, Some((15_000, Body))),
            (Phase::Sending, Some((20_000, Io))),
            (Phase::KeepAliveIdle, Some((80_000, KeepAlive))),
            (Phase::Tarpitted, Some((10_000, Tarpit))),
        ] {
            assert_eq!(due(&watch(phase), 5_000, &settings), expected, "{phase:?}");
        }
    }

    /// Chapter 08, checklist 9: what is legitimately quiet has no deadline by default.
    #[test]
    fn ch08_9_quiet_connections_have_no_deadline() {
        let settings = settings(&[]);
        for phase in [Phase::WebSocket, Phase::InHandler, Phase::Other] {
            assert_eq!(due(&watch(phase), 5_000, &settings), None, "{phase:?}");
        }
    }

    #[test]
    fn io_timeout_scope_all_counts_every_quiet_connection() {
        let settings = settings(&[(Name::IoTimeoutScope, "all"), (Name::IoTimeoutMs, "1000")]);
        for phase in [Phase::WebSocket, Phase::InHandler, Phase::Other, Phase::KeepAliveIdle] {
            assert_eq!(due(&watch(phase), 7_000, &settings), Some((8_000, Deadline::Io)));
        }
        assert_eq!(due(&watch(Phase::None), 7_000, &settings), None);
    }

    #[test]
    fn what_is_idle_goes_while_draining() {
        let drain = settings(&[(Name::Drain, "on")]);
        for (phase, expected) in [
            (Phase::AwaitingRequest, Some((6_000, Deadline::Drain))),
            (Phase::KeepAliveIdle, Some((6_000, Deadline::Drain))),
            (Phase::WebSocket, Some((15_000, Deadline::Drain))),
            (Phase::ReadingHeader, Some((24_000, Deadline::Header))),
            (Phase::InHandler, None),
            (Phase::Other, None),
        ] {
            assert_eq!(due(&watch(phase), 5_000, &drain), expected, "{phase:?}");
        }
    }

    #[test]
    fn body_bytes_earn_time() {
        let half_rate = settings(&[(Name::MinBodyRate, "500")]);
        let mut slow = watch(Phase::ReadingBody);
        slow.body_bytes = 1500;
        assert_eq!(due(&slow, 0, &half_rate), Some((18_000, Deadline::Body)));
        slow.body_bytes = u32::MAX;
        assert!(due(&slow, 0, &half_rate).is_some_and(|(at, _)| at > 8_000_000_000));
        let off = settings(&[(Name::MinBodyRate, "0")]);
        assert_eq!(due(&slow, 0, &off), None);
        let request = settings(&[(Name::MinBodyRate, "0"), (Name::RequestTimeoutMs, "3000")]);
        assert_eq!(due(&slow, 0, &request), Some((7_000, Deadline::Request)));
    }

    /// Four looks a quarter of `io_timeout_ms` apart find nothing moved: time is up.
    #[test]
    fn ch08_8_output_that_does_not_move() {
        let settings = settings(&[]);
        let mut watch = watch(Phase::Sending);
        for (at_ms, unsent, is_up, next_ms) in [
            (20_000, 900, false, 35_000),
            (35_000, 800, false, 50_000), // Moved.
            (50_000, 800, false, 65_000),
            (65_000, 800, false, 80_000),
            (80_000, 800, false, 95_000),
            (95_000, 800, true, 110_000),
        ] {
            assert_eq!(watch.look(unsent, at_ms, &settings), is_up, "{at_ms}");
            assert_eq!(due(&watch, 0, &settings), Some((next_ms, Deadline::Io)), "{at_ms}");
        }
        // A program that was away for long.
        watch.note_progress(200_000);
        assert!(!watch.look(0, 300_000, &settings));
        assert_eq!(due(&watch, 0, &settings), Some((315_000, Deadline::Io)));
    }

    #[test]
    fn zero_switches_off() {
        let off = settings(&[
            (Name::IoTimeoutMs, "0"),
            (Name::HeaderTimeoutMs, "0"),
            (Name::KeepAliveTimeoutMs, "0"),
        ]);
        for phase in [Phase::Sending, Phase::AwaitingRequest, Phase::KeepAliveIdle] {
            assert_eq!(due(&watch(phase), 0, &off), None, "{phase:?}");
        }
    }
}
