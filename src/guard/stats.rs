//! The figures of a manager, and their text form for Prometheus.

use core::fmt::{self, Write};

/// Whether a figure only ever grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It goes up and down.
    Gauge,
    /// It only goes up.
    Counter,
}

/// How a figure is called in the text form.
#[derive(Debug)]
pub struct Metric {
    /// Field of `struct mg_stats`.
    pub field: &'static str,
    /// Gauge or counter.
    pub kind: MetricKind,
    /// Metric name.
    pub name: &'static str,
    /// `label="value"`, or nothing.
    pub label: &'static str,
    /// What it counts. Given by the first figure of a name.
    pub help: &'static str,
}

macro_rules! figures {
    ($($field:ident $kind:ident $name:literal $label:literal $help:literal;)+) => {
        /// All figures, in the order of `struct mg_stats` behind its `size`.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[allow(missing_docs)] // METRICS says what they are.
        pub struct Stats { $(pub $field: u64),+ }

        /// What the figures are called in the text form.
        pub static METRICS: &[Metric] = &[$(Metric {
            field: stringify!($field),
            kind: MetricKind::$kind,
            name: $name,
            label: $label,
            help: $help,
        }),+];

        impl Stats {
            /// The figures in the order of [`METRICS`].
            pub fn values(&self) -> [u64; METRICS.len()] {
                [$(self.$field),+]
            }
        }
    };
}

figures! {
    now_accepted Gauge "mongoose_connections" "origin=\"accepted\"" "Connections now, by who made them.";
    now_outgoing Gauge "mongoose_connections" "origin=\"outgoing\"" "";
    now_connecting Gauge "mongoose_connections_by_state" "state=\"connecting\"" "Connections now, by state.";
    now_handshaking Gauge "mongoose_connections_by_state" "state=\"handshaking\"" "";
    now_reading_header Gauge "mongoose_connections_by_state" "state=\"reading_header\"" "";
    now_reading_body Gauge "mongoose_connections_by_state" "state=\"reading_body\"" "";
    now_in_handler Gauge "mongoose_connections_by_state" "state=\"in_handler\"" "";
    now_sending Gauge "mongoose_connections_by_state" "state=\"sending\"" "";
    now_keep_alive_idle Gauge "mongoose_connections_by_state" "state=\"keep_alive_idle\"" "";
    now_websocket Gauge "mongoose_connections_by_state" "state=\"websocket\"" "";
    now_tarpitted Gauge "mongoose_connections_by_state" "state=\"tarpitted\"" "";
    now_other Gauge "mongoose_connections_by_state" "state=\"other\"" "";
    now_max Gauge "mongoose_connections_max" "" "Most connections at once so far.";
    recv_bytes Gauge "mongoose_buffer_bytes" "direction=\"recv\"" "Memory of buffers now.";
    recv_bytes_max Gauge "mongoose_buffer_bytes_max" "direction=\"recv\"" "Most memory of buffers so far.";
    send_bytes Gauge "mongoose_buffer_bytes" "direction=\"send\"" "";
    send_bytes_max Gauge "mongoose_buffer_bytes_max" "direction=\"send\"" "";
    max_connections Gauge "mongoose_connections_limit" "" "Limit of connections in force; 0 = none.";
    accepted Counter "mongoose_connections_accepted_total" "" "Connections accepted.";
    closed Counter "mongoose_connections_closed_total" "" "Accepted connections that were closed.";
    outgoing Counter "mongoose_connections_outgoing_total" "" "Connections made by the program.";
    outgoing_closed Counter "mongoose_connections_outgoing_closed_total" "" "Connections made by the program that were closed.";
    evicted Counter "mongoose_connections_evicted_total" "" "Connections closed to make room.";
    refused_acl Counter "mongoose_connections_refused_total" "reason=\"acl\"" "Peers turned away at the door.";
    refused_per_ip Counter "mongoose_connections_refused_total" "reason=\"per_ip\"" "";
    refused_rate Counter "mongoose_connections_refused_total" "reason=\"rate\"" "";
    refused_full Counter "mongoose_connections_refused_total" "reason=\"full\"" "";
    full_episodes Counter "mongoose_full_episodes_total" "" "Times that accepting stopped because the manager was full.";
    full_ms Counter "mongoose_full_milliseconds_total" "" "How long accepting was stopped.";
    timeout_io Counter "mongoose_timeouts_total" "deadline=\"io\"" "Connections closed by a deadline.";
    timeout_header Counter "mongoose_timeouts_total" "deadline=\"header\"" "";
    timeout_body Counter "mongoose_timeouts_total" "deadline=\"body\"" "";
    timeout_request Counter "mongoose_timeouts_total" "deadline=\"request\"" "";
    timeout_keep_alive Counter "mongoose_timeouts_total" "deadline=\"keep_alive\"" "";
    timeout_websocket Counter "mongoose_timeouts_total" "deadline=\"websocket\"" "";
    rejected_400 Counter "mongoose_rejected_requests_total" "status=\"400\"" "Requests that the library answered by itself.";
    rejected_401 Counter "mongoose_rejected_requests_total" "status=\"401\"" "";
    rejected_403 Counter "mongoose_rejected_requests_total" "status=\"403\"" "";
    rejected_404 Counter "mongoose_rejected_requests_total" "status=\"404\"" "";
    rejected_405 Counter "mongoose_rejected_requests_total" "status=\"405\"" "";
    rejected_408 Counter "mongoose_rejected_requests_total" "status=\"408\"" "";
    rejected_411 Counter "mongoose_rejected_requests_total" "status=\"411\"" "";
    rejected_413 Counter "mongoose_rejected_requests_total" "status=\"413\"" "";
    rejected_414 Counter "mongoose_rejected_requests_total" "status=\"414\"" "";
    rejected_429 Counter "mongoose_rejected_requests_total" "status=\"429\"" "";
    rejected_431 Counter "mongoose_rejected_requests_total" "status=\"431\"" "";
    rejected_503 Counter "mongoose_rejected_requests_total" "status=\"503\"" "";
    malformed Counter "mongoose_malformed_requests_total" "" "Connections closed for malformed HTTP.";
    requests Counter "mongoose_requests_total" "" "Complete HTTP requests.";
    responses_1xx Counter "mongoose_responses_total" "class=\"1xx\"" "Responses, by class.";
    responses_2xx Counter "mongoose_responses_total" "class=\"2xx\"" "";
    responses_3xx Counter "mongoose_responses_total" "class=\"3xx\"" "";
    responses_4xx Counter "mongoose_responses_total" "class=\"4xx\"" "";
    responses_5xx Counter "mongoose_responses_total" "class=\"5xx\"" "";
    bytes_in Counter "mongoose_bytes_total" "direction=\"in\"" "Bytes on the wire.";
    bytes_out Counter "mongoose_bytes_total" "direction=\"out\"" "";
    tls_handshakes_ok Counter "mongoose_tls_handshakes_total" "result=\"ok\"" "TLS handshakes.";
    tls_handshakes_failed Counter "mongoose_tls_handshakes_total" "result=\"failed\"" "";
    tls_handshakes_resumed Counter "mongoose_tls_handshakes_resumed_total" "" "TLS handshakes that went well by resuming a session.";
    websocket_messages Counter "mongoose_websocket_messages_total" "" "WebSocket messages received.";
    websocket_policy_closes Counter "mongoose_websocket_policy_closes_total" "" "WebSocket connections closed with 1002, 1007, 1008 or 1009.";
    accept_no_descriptors Counter "mongoose_accept_failures_total" "error=\"no_descriptors\"" "Failures of accept().";
    accept_no_memory Counter "mongoose_accept_failures_total" "error=\"no_memory\"" "";
    accept_other Counter "mongoose_accept_failures_total" "error=\"other\"" "";
    panics Counter "mongoose_panics_total" "" "Bugs of the library that were contained.";
    slow_handlers Counter "mongoose_slow_handlers_total" "" "Calls of program code longer than handler_warn_ms.";
}

impl Stats {
    /// Counts an answer of the library with this status.
    pub fn count_rejection(&mut self, status: u16) {
        let counter = match status {
            400 => &mut self.rejected_400,
            401 => &mut self.rejected_401,
            403 => &mut self.rejected_403,
            404 => &mut self.rejected_404,
            405 => &mut self.rejected_405,
            408 => &mut self.rejected_408,
            411 => &mut self.rejected_411,
            413 => &mut self.rejected_413,
            414 => &mut self.rejected_414,
            429 => &mut self.rejected_429,
            431 => &mut self.rejected_431,
            503 => &mut self.rejected_503,
            _ => return,
        };
        *counter += 1;
    }

    /// Counts a response by the class of its status.
    pub fn count_response(&mut self, status: u32) {
        let counter = match status / 100 {
            1 => &mut self.responses_1xx,
            2 => &mut self.responses_2xx,
            3 => &mut self.responses_3xx,
            4 => &mut self.responses_4xx,
            5 => &mut self.responses_5xx,
            _ => return,
        };
        *counter += 1;
    }

    /// Takes note of how much memory buffers hold now.
    pub fn set_buffers(&mut self, recv_bytes: u64, send_bytes: u64) {
        self.recv_bytes = recv_bytes;
        self.recv_bytes_max = self.recv_bytes_max.max(recv_bytes);
        self.send_bytes = send_bytes;
        self.send_bytes_max = self.send_bytes_max.max(send_bytes);
    }

    /// Writes all figures in the text exposition format 0.0.4, each metric in one piece.
    pub fn write_prometheus(&self, out: &mut dyn Write) -> fmt::Result {
        let values = self.values();
        for (index, first) in METRICS.iter().enumerate() {
            if METRICS[..index].iter().any(|metric| metric.name == first.name) {
                continue;
            }
            let kind = match first.kind {
                MetricKind::Gauge => "gauge",
                MetricKind::Counter => "counter",
            };
            writeln!(out, "# HELP {} {}\n# TYPE {} {kind}", first.name, first.help, first.name)?;
            let same = METRICS.iter().zip(values).filter(|(metric, _)| metric.name == first.name);
            for (metric, value) in same {
                match metric.label {
                    "" => writeln!(out, "{} {value}", metric.name)?,
                    label => writeln!(out, "{}{{{label}}} {value}", metric.name)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header is kept by hand: its fields are those of [`Stats`], in the same order.
    #[test]
    fn header_has_the_same_fields() {
        let header = include_str!("../../include/mongoose_guard.h");
        let (_, body) = header.split_once("struct mg_stats {\n  size_t size;").unwrap();
        let (body, _) = body.split_once("};").unwrap();
        let fields: Vec<&str> = body
            .lines()
            .filter_map(|line| line.trim().strip_prefix("uint64_t ")?.split(';').next())
            .collect();
        let expected: Vec<&str> = METRICS.iter().map(|metric| metric.field).collect();
        assert_eq!(fields, expected);
        assert_eq!(size_of::<Stats>(), 8 * METRICS.len());
    }

    #[test]
    fn text_form() {
        let mut stats = Stats { now_accepted: 3, ..Stats::default() };
        stats.count_rejection(431);
        stats.count_rejection(418);
        stats.count_response(404);
        stats.count_response(999);
        stats.set_buffers(10, 20);
        stats.set_buffers(5, 25);
        let mut text = String::new();
        stats.write_prometheus(&mut text).unwrap();
        for line in [
            "# TYPE mongoose_connections gauge\nmongoose_connections{origin=\"accepted\"} 3\n",
            "\nmongoose_rejected_requests_total{status=\"431\"} 1\n",
            "\nmongoose_responses_total{class=\"4xx\"} 1\n",
            "\nmongoose_buffer_bytes{direction=\"recv\"} 5\n",
            "\nmongoose_buffer_bytes_max{direction=\"recv\"} 10\n",
            "\nmongoose_buffer_bytes_max{direction=\"send\"} 25\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(samples, METRICS.len());
        for metric in METRICS {
            let is_total = metric.name.ends_with("_total");
            assert_eq!(is_total, metric.kind == MetricKind::Counter, "{}", metric.name);
        }
    }
}
