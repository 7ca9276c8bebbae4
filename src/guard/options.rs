//! The options of the guard: one table of names, kinds, defaults and meanings, and the values in force.
//!
//! `docs/options.md` and the list in the README are written from [`TABLE`].

use core::ffi::CStr;

use super::address::AddressList;
use super::rate::Rate;
use crate::options;

/// Why a value is refused, as an English sentence without a full stop.
pub type Refusal = &'static CStr;

/// `number(Name::MaxConnections)` for "as many as the system allows".
pub const AUTO: u64 = u64::MAX;

/// Longest text of a value, in bytes.
const MAX_TEXT: usize = 8192;

/// Longest time, in milliseconds: 24 days.
const MAX_TIME_MS: u64 = (1 << 31) - 1;

/// Where an option stands in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who may connect, and how many.
    Connections,
    /// How long things may take.
    Deadlines,
    /// How large things may be.
    Sizes,
    /// What HTTP requests get.
    Http,
    /// WebSocket.
    WebSocket,
    /// TLS.
    Tls,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A decimal number between the two.
    Number(u64, u64),
    /// [`Kind::Number`], or `auto`.
    NumberOrAuto(u64, u64),
    /// Bytes between the two, with an optional `k`, `m` or `g`.
    Size(u64, u64),
    /// [`Kind::Size`], or the name `max_recv_size` for the value of that option.
    SizeOrMaxRecv(u64, u64),
    /// Milliseconds.
    Time,
    /// `on` or `off`; also `yes`, `no`, `true`, `false`, `1`, `0`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `1.2` or `1.3`, as positions; what is older is refused with a sentence of its own.
    TlsVersion,
    /// `rate` or `rate/burst`, per second.
    Rate,
    /// Addresses and networks with `+` and `-`.
    AccessList,
    /// Addresses and networks.
    Addresses,
    /// Any text of a line.
    Text,
    /// Header lines: any text, line ends as `\n` or CR LF.
    Lines,
    /// Only the empty text; what is asked for does not exist here, and the sentence says so.
    Nothing(Refusal),
}

/// An option.
#[derive(Debug)]
pub struct Spec {
    /// Its index in [`TABLE`].
    pub id: Name,
    /// What programs call it.
    pub name: &'static str,
    /// The same for C.
    pub c_name: &'static CStr,
    /// Where it is documented.
    pub group: Group,
    /// What values it takes.
    pub kind: Kind,
    /// Its default as text.
    pub default: &'static str,
    /// What it does, in a sentence or two.
    pub meaning: &'static str,
}

macro_rules! table {
    ($($id:ident $name:literal $group:ident $kind:expr, $default:literal, $meaning:expr;)+) => {
        /// An option's index in [`TABLE`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Name { $($id),+ }

        /// All options, in the order in which they are documented.
        pub static TABLE: &[Spec] = &[$(Spec {
            id: Name::$id,
            name: $name,
            c_name: match CStr::from_bytes_with_nul(concat!($name, "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            },
            group: Group::$group,
            kind: $kind,
            default: $default,
            meaning: $meaning,
        }),+];
    };
}

/// Position of a word in the list of a [`Kind::Choice`], as [`Settings::number`] gives it.
pub mod choice {
    #![allow(missing_docs)]
    pub const QUEUE: u64 = 0;
    pub const REJECT_CONNECTION: u64 = 1;
    pub const EVICT: u64 = 2;
    pub const TARPIT: u64 = 1;
    pub const SCOPE_ALL: u64 = 1;
    pub const REPLY_400: u64 = 1;
    pub const SYMLINKS_INSIDE: u64 = 0;
    pub const SYMLINKS_NO: u64 = 1;
    pub const VERIFY_OFF: u64 = 0;
    pub const VERIFY_REQUIRED: u64 = 2;
    pub const TLS_1_3: u64 = 1;
}

const COUNT: Kind = Kind::Number(0, 1 << 30);
const BYTES: Kind = Kind::Size(0, 1 << 40);

table! {
    MaxConnections "max_connections" Connections Kind::NumberOrAuto(0, 1 << 30), "auto",
        "Most connections of the manager at once, listeners excluded. `auto` is 90 % of the soft limit of descriptors less 32, at least 8. Connections that the program makes itself count but are never refused.";
    MaxConnectionsPerIp "max_connections_per_ip" Connections COUNT, "0",
        "Most accepted connections from one address (IPv6: one /64).";
    FullPolicy "full_policy" Connections Kind::Choice(&["queue", "reject", "evict"]), "evict",
        "What a new peer gets at the limit: `queue` leaves it in the kernel's backlog; `reject` closes it at once, on HTTP listeners after a 503 with Retry-After; `evict` closes the most expendable connection to make room, else queues.";
    ConnectRate "connect_rate" Connections Kind::Rate, "0",
        "New connections per second from one address; beyond it `over_rate` decides.";
    OverRate "over_rate" Connections Kind::Choice(&["reject", "tarpit"]), "reject",
        "`reject` closes at once; `tarpit` keeps the connection unread for `tarpit_ms`, on at most a tenth of the slots, then closes it.";
    TarpitMs "tarpit_ms" Connections Kind::Time, "5000",
        "How long a connection stays in the tarpit.";
    AccessControlList "access_control_list" Connections Kind::AccessList, "",
        "Who may connect, such as `-0.0.0.0/0,+10.0.0.0/8`; later entries override. Checked before anything is read; a refused peer is closed silently.";
    PriorityList "priority_list" Connections Kind::Addresses, "",
        "Addresses whose connections are never evicted or rate-limited.";
    TrustedProxies "trusted_proxies" Connections Kind::Addresses, "",
        "Addresses whose `Forwarded` or `X-Forwarded-For` header names the peer for limits, lists and logs.";
    ProxyProtocol "proxy_protocol" Connections Kind::Switch, "off",
        "Accepted connections start with a PROXY v1 or v2 header, which sets `c->rem`. Only peers in `trusted_proxies` may send one; others are closed.";
    ReusePort "reuse_port" Connections Kind::Switch, "off",
        "Listeners made from now on share their port between processes or threads (SO_REUSEPORT).";
    Drain "drain" Connections Kind::Switch, "off",
        "`on` stops accepting for good: who waits at a listener is let in, then it closes; what runs is finished, with `Connection: close`; connections close when idle for 1 s; WebSocket peers get close code 1001.";

    IoTimeoutMs "io_timeout_ms" Deadlines Kind::Time, "60000",
        "A connection with something outstanding makes no progress for this long: name look-up and TCP connect, TLS handshake, PROXY header, unsent output that the peer does not take. It is closed with MG_EV_ERROR.";
    IoTimeoutScope "io_timeout_scope" Deadlines Kind::Choice(&["transfer", "all"]), "transfer",
        "`all`: every TCP connection that is quiet for `io_timeout_ms` is closed, also WebSocket, MQTT and raw ones, and those the program is answering.";
    HeaderTimeoutMs "header_timeout_ms" Deadlines Kind::Time, "20000",
        "From the first byte of a request (or from accept, if none comes) until its header block is complete. A part of one gets 408 and a close, nothing gets a silent close.";
    MinBodyRate "min_body_rate" Deadlines Kind::Number(0, 1 << 30), "240",
        "Bytes per second that a request body must average after 10 seconds of grace, else 408 and a close.";
    RequestTimeoutMs "request_timeout_ms" Deadlines Kind::Time, "0",
        "From the first byte of a request until its last, else 408 and a close.";
    KeepAliveTimeoutMs "keep_alive_timeout_ms" Deadlines Kind::Time, "75000",
        "Idle time between two requests on one connection. A response that the program writes by \
         itself (`is_resp = 0`) has no end that the library knows: there is no deadline behind it.";
    KeepAliveMaxRequests "keep_alive_max_requests" Deadlines COUNT, "0",
        "Requests on one connection; the last one is answered and the connection closed.";
    PollEventIntervalMs "poll_event_interval_ms" Deadlines Kind::Time, "0",
        "MG_EV_POLL reaches quiet connections that often, instead of in every mg_mgr_poll; flags that \
         a program sets on them from elsewhere are noticed as late. For very many connections.";
    HandlerWarnMs "handler_warn_ms" Deadlines Kind::Time, "0",
        "A call of program code that takes longer is logged with the connection's id and counted.";

    MaxHeaderSize "max_header_size" Sizes BYTES, "16k",
        "Header block of a request: beyond it 431 and a close.";
    MaxUriSize "max_uri_size" Sizes BYTES, "8k",
        "Request target: beyond it 414 and a close.";
    MaxHeaders "max_headers" Sizes COUNT, "100",
        "Header fields of a request: beyond it 431 and a close. MG_MAX_HTTP_HEADERS only says how many are listed in `hm->headers`.";
    MaxBodySize "max_body_size" Sizes Kind::SizeOrMaxRecv(0, 1 << 40), "max_recv_size",
        "Request body: beyond it 413 and a close, by Content-Length before the body is read, or when a chunked body passes it. Bodies that the program consumes while they arrive are measured when it is set explicitly.";
    MaxRecvSize "max_recv_size" Sizes Kind::Size(64, (1 << 32) - 1), "3m",
        "Receive buffer of one connection: beyond it MG_EV_ERROR and a close.";
    MaxSendSize "max_send_size" Sizes BYTES, "64m",
        "Send buffer of one connection: beyond it mg_send and the like fail as if memory had run out.";
    MaxMemory "max_memory" Sizes BYTES, "0",
        "All buffers of the manager together: the largest consumers are not read from, and accepting waits.";
    MaxPipeline "max_pipeline" Sizes COUNT, "64",
        "Requests buffered behind one in progress; beyond it the connection is not read from.";
    MaxPartSize "max_part_size" Sizes BYTES, "0",
        "One part of a multipart body: a longer one ends mg_http_next_multipart. Counts while MG_EV_HTTP_MSG is handled; elsewhere the function knows no manager, and the default counts.";
    MaxParts "max_parts" Sizes COUNT, "1000",
        "Parts of a multipart body: mg_http_next_multipart ends behind that many. Counts as `max_part_size` does.";
    WebsocketMaxMessageSize "websocket_max_message_size" Sizes
        Kind::SizeOrMaxRecv(0, 1 << 40), "max_recv_size",
        "A WebSocket message, its fragments together: beyond it close 1009.";

    StrictHttp "strict_http" Http Kind::Switch, "on",
        "Framing as RFC 9112 demands; `off` accepts what Mongoose accepts, but never an ambiguous body length.";
    RequireHost "require_host" Http Kind::Switch, "off",
        "An HTTP/1.1 request without Host is malformed.";
    MalformedReply "malformed_reply" Http Kind::Choice(&["close", "400"]), "close",
        "What malformed input gets before the connection closes: nothing, or a 400.";
    AllowedMethods "allowed_methods" Http Kind::Text, "",
        "Methods such as `GET,HEAD,POST`: others get 405 with Allow. Empty allows all.";
    RequestRate "request_rate" Http Kind::Rate, "0",
        "Requests per second from one address: beyond it 429 with Retry-After.";
    EnableDirectoryListing "enable_directory_listing" Http Kind::Switch, "on",
        "Directories without an index page are listed. The default is what MG_ENABLE_DIRLIST says.";
    FollowSymlinks "follow_symlinks" Http Kind::Choice(&["inside", "no", "yes"]), "inside",
        "Of mg_http_serve_dir and of directories for uploads: `inside`: a path must resolve inside its root; `no`: no symbolic link below the root; `yes`: anywhere.";
    HideFilesPatterns "hide_files_patterns" Http Kind::Text, "#.htpasswd,#.git#",
        "Globs of mg_match, separated by commas: a file or directory below the root whose path or name matches gets 404, and so does everything in it. Left out of listings.";
    DocumentRoot "document_root" Http Kind::Text, "",
        "Root directory where serve options leave it NULL.";
    IndexFiles "index_files" Http Kind::Text, "index.html",
        "Index pages of a directory, separated by commas: the first that is there. The default is what MG_HTTP_INDEX says, and index.shtml behind it.";
    FileCacheSize "file_cache_size" Http BYTES, "256k",
        "Memory for contents of files of up to 16 KB that were served, at most 64. Each is looked at when asked for, and read again if it was changed or replaced. 0: files are opened each time, also for programs that change them through a memory mapping.";
    ErrorPages "error_pages" Http Kind::Text, "",
        "Directory with `404.html`, `50x.html`, `error.html` and the like, used for error responses that the library makes.";
    ExtraHeaders "extra_headers" Http Kind::Lines, "",
        "Lines added to every response that the library makes.";
    AuthDomain "auth_domain" Http Kind::Text, "localhost",
        "Realm of HTTP authentication.";
    GlobalAuthFile "global_auth_file" Http Kind::Text, "",
        "Password file (htdigest, or htpasswd with SHA): every request must authenticate, by Digest or Basic.";
    AuthMaxFailures "auth_max_failures" Http COUNT, "20",
        "Failed authentications from one address in a minute; beyond it 429.";
    CgiInterpreter "cgi_interpreter" Http
        Kind::Nothing(c"CGI does not exist here: a program answers requests itself"), "",
        "CGI does not exist here: every value is refused.";
    AccessLogFile "access_log_file" Http Kind::Text, "",
        "File that gets a line per request (Combined Log Format); `-` is standard output. Setting the same name again reopens it.";
    ErrorLogFile "error_log_file" Http Kind::Text, "",
        "File that gets a line per connection the guard closes or refuses; `-` is standard output.";

    WebsocketAllowedOrigins "websocket_allowed_origins" WebSocket Kind::Text, "",
        "Origins that may upgrade, or `same` for Origin's host equal to Host: others get 403. Empty allows any.";
    WebsocketProtocols "websocket_protocols" WebSocket Kind::Text, "",
        "Subprotocols offered; the first that the client names too is echoed, a client that names only others gets 400.";
    WebsocketRate "websocket_rate" WebSocket Kind::Rate, "0",
        "Messages per second of one connection: beyond it close 1008.";
    WebsocketPingMs "websocket_ping_ms" WebSocket Kind::Time, "0",
        "A peer that is quiet for this long is pinged, and closed after two unanswered pings.";

    SslCertificate "ssl_certificate" Tls Kind::Text, "",
        "PEM file. With `ssl_key`, TLS listeners need no mg_tls_init. Setting it, or the key, reads both files anew for new connections; they are checked once both are known, and a complete pair stays in force until the next one is complete or this option is emptied.";
    SslKey "ssl_key" Tls Kind::Text, "",
        "PEM file with the private key; empty takes it from the file of `ssl_certificate`. To renew both under new names, empty this one first.";
    SslCaCertificate "ssl_ca_certificate" Tls Kind::Text, "",
        "PEM file with the authorities of client certificates.";
    SslVerifyPeer "ssl_verify_peer" Tls Kind::Choice(&["off", "optional", "required"]), "off",
        "Whether clients of listeners with `ssl_certificate` must show a certificate of `ssl_ca_certificate`; `optional` takes none, but no bad one.";
    SslProtocolVersion "ssl_protocol_version" Tls Kind::TlsVersion, "1.2",
        "Least version of every TLS session, `1.2` or `1.3`. Older ones do not exist here.";
    SslCipherSuite "ssl_cipher_suite" Tls Kind::Text, "",
        "Cipher suites of every TLS session by OpenSSL or IANA names, colon-separated, of TLS 1.2 and 1.3 together; empty takes all. An unknown or weak one is refused, and the log names it.";
    SslPinnedKeys "ssl_pinned_keys" Tls Kind::Text, "",
        "Base64 SHA-256 of SubjectPublicKeyInfo, comma-separated: the server's own certificate on outgoing TLS must have one of these keys, also where no authorities were given.";
    SslSessionCache "ssl_session_cache" Tls Kind::Number(0, 65536), "1024",
        "Sessions that can be resumed by id; 0 also stops handing out tickets.";
    Hsts "hsts" Tls Kind::Text, "",
        "Value of Strict-Transport-Security, sent on TLS responses only.";
}

/// How many options there are.
pub const OPTION_COUNT: usize = Name::Hsts as usize + 1;

/// The option called `name`.
pub fn find(name: &[u8]) -> Option<&'static Spec> {
    TABLE.iter().find(|spec| spec.name.as_bytes() == name)
}

/// The option with this index.
pub fn spec(id: Name) -> &'static Spec {
    &TABLE[id as usize]
}

/// Reads a size or number: decimal digits and, for sizes, an optional `k`, `m` or `g`.
fn parse_number(text: &str, is_size: bool) -> Result<u64, Refusal> {
    let (digits, unit) = match text.as_bytes().last().map(u8::to_ascii_lowercase) {
        Some(b'k') if is_size => (&text[..text.len() - 1], 1 << 10),
        Some(b'm') if is_size => (&text[..text.len() - 1], 1 << 20),
        Some(b'g') if is_size => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1u64),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let sizes =
            c"the value is not a size: decimal digits, with k, m or g behind them if you like";
        return Err(if is_size { sizes } else { c"the value is not a decimal number" });
    }
    let number = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    number.ok_or(c"the value is out of range")
}

fn in_range(number: u64, min: u64, max: u64) -> Result<u64, Refusal> {
    let fits = number >= min && number <= max;
    if fits { Ok(number) } else { Err(c"the value is out of range") }
}

/// Checks `text` against `kind`. The number is what [`Settings::number`] gives; 0 for texts.
pub fn parse(kind: Kind, text: &str) -> Result<u64, Refusal> {
    if text.len() > MAX_TEXT {
        return Err(c"the value is too long");
    }
    let is_line = !text.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f);
    if !is_line && kind != Kind::Lines {
        return Err(c"the value contains a control character");
    }
    match kind {
        Kind::Number(min, max) => in_range(parse_number(text, false)?, min, max),
        Kind::NumberOrAuto(..) if text == "auto" => Ok(AUTO),
        Kind::NumberOrAuto(min, max) => in_range(parse_number(text, false)?, min, max),
        Kind::SizeOrMaxRecv(..) if text == spec(Name::MaxRecvSize).name => Ok(AUTO),
        Kind::Size(min, max) | Kind::SizeOrMaxRecv(min, max) => {
            in_range(parse_number(text, true)?, min, max)
        }
        Kind::Time => in_range(parse_number(text, false)?, 0, MAX_TIME_MS),
        Kind::Switch => match text {
            "on" | "yes" | "true" | "1" => Ok(1),
            "off" | "no" | "false" | "0" => Ok(0),
            _ => Err(c"the value is neither on nor off"),
        },
        Kind::Choice(words) => match words.iter().position(|word| *word == text) {
            Some(position) => Ok(position as u64),
            None => Err(c"the value is none of the words that this option knows"),
        },
        Kind::TlsVersion => match text {
            "1.2" => Ok(0),
            "1.3" => Ok(1),
            "1" | "1.0" | "1.1" | "2" | "3" | "2.0" | "3.0" | "TLSv1" | "TLSv1.0" | "TLSv1.1"
            | "SSLv2" | "SSLv3" => Err(c"SSL, TLS 1.0 and TLS 1.1 do not exist here"),
            _ => Err(c"the value is neither 1.2 nor 1.3"),
        },
        Kind::Nothing(why) if !text.is_empty() => Err(why),
        Kind::Rate => Rate::parse(text.as_bytes()).map(|_| 0),
        Kind::AccessList | Kind::Addresses => AddressList::parse(text.as_bytes()).map(|_| 0),
        Kind::Text | Kind::Lines | Kind::Nothing(_) => Ok(0),
    }
}

/// Values that the build and the program's own compilation decide.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// `MG_MAX_CONNECTIONS`; [`AUTO`] = what the system allows.
    pub max_connections: u64,
    /// `MG_IO_TIMEOUT`, in milliseconds.
    pub io_timeout_ms: u64,
    /// `MG_MAX_RECV_SIZE`, in bytes.
    pub max_recv_size: u64,
    /// `MG_ENABLE_DIRLIST`.
    pub enable_dirlist: bool,
    /// `MG_HTTP_INDEX`.
    pub http_index: String,
}

impl Defaults {
    /// Default of an option as text.
    pub fn text(&self, spec: &Spec) -> String {
        match spec.id {
            Name::MaxConnections if self.max_connections != AUTO => {
                self.max_connections.to_string()
            }
            Name::IoTimeoutMs => self.io_timeout_ms.to_string(),
            Name::MaxRecvSize => self.max_recv_size.to_string(),
            Name::EnableDirectoryListing => if self.enable_dirlist { "on" } else { "off" }.into(),
            Name::IndexFiles => self.http_index.clone(),
            _ => spec.default.into(),
        }
    }

    /// What the build decided, for a program that said nothing.
    pub fn of_build() -> Defaults {
        Defaults {
            max_connections: options::MG_MAX_CONNECTIONS,
            io_timeout_ms: options::MG_IO_TIMEOUT,
            max_recv_size: options::MG_MAX_RECV_SIZE as u64,
            enable_dirlist: options::MG_ENABLE_DIRLIST,
            http_index: options::MG_HTTP_INDEX.into(),
        }
    }
}

/// The options in force.
#[derive(Clone, Debug)]
pub struct Settings {
    defaults: Defaults,
    numbers: [u64; OPTION_COUNT],
    /// What was set, as text; `None` for defaults.
    texts: [Option<Box<str>>; OPTION_COUNT],
}

impl Settings {
    /// All defaults.
    pub fn new(defaults: Defaults) -> Settings {
        let mut settings = Settings {
            defaults,
            numbers: [0; OPTION_COUNT],
            texts: [const { None }; OPTION_COUNT],
        };
        for spec in TABLE {
            settings.restore(spec);
        }
        settings
    }

    fn restore(&mut self, spec: &Spec) {
        self.texts[spec.id as usize] = None;
        // What -D says may lie outside the range; it counts all the same.
        self.numbers[spec.id as usize] = match spec.id {
            Name::MaxConnections => self.defaults.max_connections,
            Name::IoTimeoutMs => self.defaults.io_timeout_ms.min(MAX_TIME_MS),
            Name::MaxRecvSize => self.defaults.max_recv_size,
            _ => parse(spec.kind, &self.defaults.text(spec)).unwrap_or(0),
        };
    }

    /// Sets an option; `None` restores its default. On error nothing changes.
    pub fn set(&mut self, spec: &Spec, text: Option<&str>) -> Result<(), Refusal> {
        let Some(text) = text else {
            self.restore(spec);
            return Ok(());
        };
        let number = parse(spec.kind, text)?;
        self.numbers[spec.id as usize] = number;
        self.texts[spec.id as usize] = Some(text.into());
        Ok(())
    }

    /// The value as a number: bytes, milliseconds, a count, 0 or 1 of a switch, the position of a
    /// word. Sizes that follow `max_recv_size` give that.
    pub fn number(&self, id: Name) -> u64 {
        let number = self.numbers[id as usize];
        let follows = matches!(id, Name::MaxBodySize | Name::WebsocketMaxMessageSize);
        if follows && number == AUTO { self.numbers[Name::MaxRecvSize as usize] } else { number }
    }

    /// A size as a number of bytes, [`usize::MAX`] if the limit is switched off.
    pub fn limit(&self, id: Name) -> usize {
        match self.number(id) {
            0 => usize::MAX,
            n => usize::try_from(n).unwrap_or(usize::MAX),
        }
    }

    /// True if a switch is on.
    pub fn is_on(&self, id: Name) -> bool {
        self.number(id) != 0
    }

    /// True if somebody set it.
    pub fn is_set(&self, id: Name) -> bool {
        self.texts[id as usize].is_some()
    }

    /// The value as text.
    pub fn text(&self, id: Name) -> std::borrow::Cow<'_, str> {
        match &self.texts[id as usize] {
            Some(text) => (&**text).into(),
            None => self.defaults.text(spec(id)).into(),
        }
    }
}

/// The limit of connections that `auto` means under a soft limit of `descriptors`.
pub fn auto_connections(descriptors: u64) -> usize {
    let usable = (descriptors / 10).saturating_mul(9).saturating_add(descriptors % 10 * 9 / 10);
    usize::try_from(usable.saturating_sub(32)).unwrap_or(usize::MAX).max(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new(Defaults::of_build())
    }

    #[test]
    fn table_is_in_order_and_names_are_unique() {
        for (index, spec) in TABLE.iter().enumerate() {
            assert_eq!(spec.id as usize, index, "{}", spec.name);
            assert_eq!(find(spec.name.as_bytes()).map(|found| found.id), Some(spec.id));
            assert!(spec.meaning.ends_with('.'), "{}", spec.name);
        }
        assert_eq!(TABLE.len(), OPTION_COUNT);
    }

    /// Chapter 08, checklist 10: every default is a value that its option takes.
    #[test]
    fn ch08_10_defaults_are_valid() {
        for spec in TABLE {
            let text = Defaults::of_build().text(spec);
            assert!(parse(spec.kind, &text).is_ok(), "{}={text}", spec.name);
        }
    }

    /// Chapter 08, checklist 10: what a bad value of each kind is told, and that nothing changes.
    #[test]
    fn ch08_10_bad_values_are_refused() {
        let out = c"the value is out of range";
        let number = c"the value is not a decimal number";
        let size =
            c"the value is not a size: decimal digits, with k, m or g behind them if you like";
        for (name, text, why) in [
            ("max_connections", "", number),
            ("max_connections", "-1", number),
            ("max_connections", "1k", number),
            ("max_connections", "1073741825", out),
            ("max_header_size", "1t", size),
            ("max_header_size", "k", size),
            ("max_header_size", "99999999999999999999", out),
            ("max_header_size", "17592186044416k", out),
            ("max_recv_size", "63", out),
            ("max_recv_size", "0", out),
            ("io_timeout_ms", "2147483648", out),
            ("io_timeout_ms", "1 s", number),
            ("strict_http", "maybe", c"the value is neither on nor off"),
            ("full_policy", "drop", c"the value is none of the words that this option knows"),
            ("ssl_protocol_version", "1.1", c"SSL, TLS 1.0 and TLS 1.1 do not exist here"),
            ("ssl_protocol_version", "SSLv3", c"SSL, TLS 1.0 and TLS 1.1 do not exist here"),
            ("ssl_protocol_version", "1.4", c"the value is neither 1.2 nor 1.3"),
            ("ssl_session_cache", "65537", out),
            ("hsts", "a\nb", c"the value contains a control character"),
            ("connect_rate", "fast", c"rate: not a number"),
            ("access_control_list", "+10.0.0.0/33", c"access list: not a prefix length"),
            ("priority_list", "localhost", c"access list: not an address"),
            (
                "cgi_interpreter",
                "/bin/sh",
                c"CGI does not exist here: a program answers requests itself",
            ),
        ] {
            let mut settings = settings();
            let spec = find(name.as_bytes()).unwrap();
            let (before, text_before) =
                (settings.number(spec.id), settings.text(spec.id).to_string());
            assert_eq!(settings.set(spec, Some(text)), Err(why), "{name}={text}");
            assert_eq!(settings.number(spec.id), before);
            assert_eq!(settings.text(spec.id), text_before);
        }
        assert_eq!(parse(Kind::Text, &"x".repeat(MAX_TEXT + 1)), Err(c"the value is too long"));
    }

    #[test]
    fn values_are_read() {
        for (name, text, number) in [
            ("max_connections", "auto", AUTO),
            ("max_connections", "0", 0),
            ("max_header_size", "16k", 16 << 10),
            ("max_send_size", "2G", 2 << 30),
            ("max_memory", "3m", 3 << 20),
            ("io_timeout_ms", "2147483647", MAX_TIME_MS),
            ("full_policy", "queue", choice::QUEUE),
            ("full_policy", "evict", choice::EVICT),
            ("ssl_protocol_version", "1.3", choice::TLS_1_3),
            ("strict_http", "no", 0),
            ("strict_http", "true", 1),
        ] {
            let mut settings = settings();
            let spec = find(name.as_bytes()).unwrap();
            assert_eq!(settings.set(spec, Some(text)), Ok(()), "{name}={text}");
            assert_eq!(settings.number(spec.id), number, "{name}={text}");
            assert_eq!(settings.text(spec.id), text);
            assert!(settings.is_set(spec.id));
            assert_eq!(settings.set(spec, None), Ok(()));
            assert!(!settings.is_set(spec.id));
            assert_eq!(settings.text(spec.id), Defaults::of_build().text(spec));
        }
    }

    #[test]
    fn sizes_follow_max_recv_size() {
        let mut settings = settings();
        assert_eq!(settings.number(Name::MaxBodySize), 3 << 20);
        settings.set(spec(Name::MaxRecvSize), Some("1m")).unwrap();
        assert_eq!(settings.limit(Name::MaxBodySize), 1 << 20);
        settings.set(spec(Name::MaxBodySize), Some("0")).unwrap();
        assert_eq!(settings.limit(Name::MaxBodySize), usize::MAX);
        assert_eq!(settings.limit(Name::WebsocketMaxMessageSize), 1 << 20);
    }

    #[test]
    fn auto_leaves_descriptors_to_the_program() {
        for (descriptors, limit) in [
            (0, 8),
            (20, 8),
            (44, 8),
            (64, 25),
            (1024, 889),
            (65536, 58950),
            (u64::MAX, usize::MAX),
        ] {
            let auto = auto_connections(descriptors);
            assert!(auto == limit || descriptors == u64::MAX && auto > 1 << 60, "{descriptors}");
        }
    }
}
