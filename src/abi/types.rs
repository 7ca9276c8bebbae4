//! The public structures, laid out exactly as C sees them.
//!
//! C programs read and write every field here directly, at any time, also inside callbacks; so the
//! library never keeps a Rust reference to one of them across a call into program code.
//! Sizes and offsets are asserted below and again, from the ABI table, by `compat/`.

use core::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_void};
use core::net::IpAddr;

pub use super::protocol_types::*;
use crate::options::{MG_DASH_MAX_USER_NAME, MG_DATA_SIZE, MG_MAX_HTTP_HEADERS};

/// A C `va_list` as the library sees it: only ever handled through a pointer, read by the shim.
pub type va_list = c_void;

/// Seconds since the epoch, as C's `time_t`.
pub type time_t = libc::time_t;

/// A slice of bytes: pointer and length, not NUL-terminated, owned by somebody else.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mg_str {
    /// First byte; may be NULL if `len` is 0.
    pub buf: *mut c_char,
    /// Number of bytes.
    pub len: usize,
}

/// Single-producer, single-consumer queue of messages in caller-owned storage.
#[repr(C)]
pub struct mg_queue {
    /// Storage.
    pub buf: *mut c_char,
    /// Bytes of storage.
    pub size: usize,
    /// Reader's offset.
    pub tail: usize,
    /// Writer's offset.
    pub head: usize,
}

/// A software timer, a member of a singly linked list.
#[repr(C)]
pub struct mg_timer {
    /// Period in milliseconds.
    pub period_ms: u64,
    /// Next expiry on the `mg_millis` clock; 0 = not armed yet.
    pub expire: u64,
    /// `MG_TIMER_*` bits.
    pub flags: c_uint,
    /// Called when due.
    pub r#fn: Option<unsafe extern "C" fn(arg: *mut c_void)>,
    /// Argument of `fn`.
    pub arg: *mut c_void,
    /// Next timer in the list.
    pub next: *mut mg_timer,
}

/// Directory-entry callback of [`mg_fs::ls`].
pub type mg_fs_ls_cb = Option<unsafe extern "C" fn(name: *const c_char, arg: *mut c_void)>;

/// A file system: a table of functions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_fs {
    /// Kind, size and modification time of `path`: 0 if it does not exist, else `MG_FS_*` bits.
    pub st: Option<
        unsafe extern "C" fn(path: *const c_char, size: *mut usize, mtime: *mut time_t) -> c_int,
    >,
    /// Calls `fn` for every entry of directory `path`.
    pub ls: Option<
        unsafe extern "C" fn(
            path: *const c_char,
            r#fn: Option<unsafe extern "C" fn(name: *const c_char, arg: *mut c_void)>,
            arg: *mut c_void,
        ),
    >,
    /// Opens a file; NULL on failure.
    pub op: Option<unsafe extern "C" fn(path: *const c_char, flags: c_int) -> *mut c_void>,
    /// Closes an open file.
    pub cl: Option<unsafe extern "C" fn(fd: *mut c_void)>,
    /// Reads up to `len` bytes; 0 = end or error.
    pub rd: Option<unsafe extern "C" fn(fd: *mut c_void, buf: *mut c_void, len: usize) -> usize>,
    /// Writes `len` bytes; returns how many were written.
    pub wr: Option<unsafe extern "C" fn(fd: *mut c_void, buf: *const c_void, len: usize) -> usize>,
    /// Absolute seek; returns the new position.
    pub sk: Option<unsafe extern "C" fn(fd: *mut c_void, offset: usize) -> usize>,
    /// Renames a file.
    pub mv: Option<unsafe extern "C" fn(from: *const c_char, to: *const c_char) -> bool>,
    /// Removes a file.
    pub rm: Option<unsafe extern "C" fn(path: *const c_char) -> bool>,
    /// Creates a directory.
    pub mkd: Option<unsafe extern "C" fn(path: *const c_char) -> bool>,
}

/// An open file and the file system it came from.
#[repr(C)]
pub struct mg_fd {
    /// Handle returned by `fs->op`.
    pub fd: *mut c_void,
    /// File system.
    pub fs: *mut mg_fs,
}

/// One file of a packed file system; an entry with NULL `path` ends the table.
#[repr(C)]
pub struct mg_mem_file {
    /// Full path.
    pub path: *const c_char,
    /// Content.
    pub data: *const u8,
    /// Bytes of content.
    pub size: usize,
    /// Modification time.
    pub mtime: time_t,
}

/// A growable byte buffer whose storage comes from `mg_calloc`.
#[repr(C)]
#[derive(Debug)]
pub struct mg_iobuf {
    /// Storage, or NULL.
    pub buf: *mut u8,
    /// Bytes of storage.
    pub size: usize,
    /// Bytes in use.
    pub len: usize,
    /// Growth granularity; 0 = none.
    pub align: usize,
}

/// MD5 state.
#[repr(C)]
pub struct mg_md5_ctx {
    /// Chaining value.
    pub buf: [u32; 4],
    /// Message length in bits, low word first.
    pub bits: [u32; 2],
    /// Pending block.
    pub r#in: [u8; 64],
}

/// SHA-1 state.
#[repr(C)]
pub struct mg_sha1_ctx {
    /// Chaining value.
    pub state: [u32; 5],
    /// Message length in bits, low word first.
    pub count: [u32; 2],
    /// Pending block.
    pub buffer: [u8; 64],
}

/// SHA-256 state.
#[repr(C)]
pub struct mg_sha256_ctx {
    /// Chaining value.
    pub state: [u32; 8],
    /// Bits of complete blocks.
    pub bits: u64,
    /// Bytes pending in `buffer`.
    pub len: u32,
    /// Pending block.
    pub buffer: [u8; 64],
}

/// SHA-384 state.
#[repr(C)]
pub struct mg_sha384_ctx {
    /// Chaining value.
    pub state: [u64; 8],
    /// Pending block.
    pub buffer: [u8; 128],
    /// Bits of complete blocks, high word first.
    pub bitlen: [u64; 2],
    /// Bytes pending in `buffer`.
    pub datalen: u32,
}

/// A DNS server and the connection to it.
#[repr(C)]
pub struct mg_dns {
    /// URL of the server, not copied.
    pub url: *const c_char,
    /// Connection, owned by the library; NULL while there is none.
    pub c: *mut mg_connection,
}

/// The bytes of a network address, in network order.
#[repr(C)]
#[derive(Clone, Copy)]
pub union mg_addr_bytes {
    /// All 16 bytes; IPv4 uses the first four.
    pub ip: [u8; 16],
    /// IPv4, network order.
    pub ip4: u32,
    /// IPv6 as two words.
    pub ip6: [u64; 2],
}

/// A network address.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_addr {
    /// Address bytes in network order.
    pub addr: mg_addr_bytes,
    /// Port in network order.
    pub port: u16,
    /// IPv6 zone index, 0 if none.
    pub scope_id: u8,
    /// True for IPv6.
    pub is_ip6: bool,
}

impl mg_addr {
    /// True if address and port are the same.
    pub(crate) fn is_same_peer(&self, other: &mg_addr) -> bool {
        // SAFETY: every member of the union is plain bytes, all of them initialised.
        let (ip, other_ip) = unsafe { (self.addr.ip, other.addr.ip) };
        let len = if self.is_ip6 { 16 } else { 4 };
        self.is_ip6 == other.is_ip6 && self.port == other.port && ip[..len] == other_ip[..len]
    }

    /// The address without its port.
    pub(crate) fn to_ip(self) -> IpAddr {
        // SAFETY: every member of the union is plain bytes, all of them initialised.
        let ip = unsafe { self.addr.ip };
        let [a, b, c, d, ..] = ip;
        if self.is_ip6 { IpAddr::from(ip) } else { IpAddr::from([a, b, c, d]) }
    }

    /// Takes over address and port.
    pub(crate) fn set_ip(&mut self, ip: IpAddr, port: u16) {
        let mut bytes = [0; 16];
        match ip {
            IpAddr::V4(ip) => bytes[..4].copy_from_slice(&ip.octets()),
            IpAddr::V6(ip) => bytes = ip.octets(),
        }
        self.addr = mg_addr_bytes { ip: bytes };
        self.port = port.to_be();
        self.is_ip6 = ip.is_ipv6();
    }
}

/// Writing end of the wake-up channel.
#[repr(C)]
#[derive(Clone, Copy)]
pub union mg_pipe {
    /// Descriptor, -1 while wake-up is not initialised.
    pub fd: c_int,
    /// Unused on Unix.
    pub q: *mut c_void,
}

/// Event handler of a connection.
pub type mg_event_handler_t =
    Option<unsafe extern "C" fn(c: *mut mg_connection, ev: c_int, ev_data: *mut c_void)>;

/// Output function: called once per byte.
pub type mg_pfn_t = Option<unsafe extern "C" fn(ch: c_char, arg: *mut c_void)>;

/// Custom printer for `%M` and `%m`.
pub type mg_pm_t =
    Option<unsafe extern "C" fn(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize>;

/// The event manager.
#[repr(C)]
pub struct mg_mgr {
    /// Live connections, newest first.
    pub conns: *mut mg_connection,
    /// IPv4-side DNS server.
    pub dns4: mg_dns,
    /// IPv6-side DNS server.
    pub dns6: mg_dns,
    /// mDNS listener, or NULL.
    pub mdns: *mut mg_connection,
    /// DNS time-out in milliseconds.
    pub dnstimeout: c_int,
    /// Prefer `dns6`.
    pub use_dns6: bool,
    /// Last connection id handed out.
    pub nextid: c_ulong,
    /// The program's own pointer.
    pub userdata: *mut c_void,
    /// TLS back end's own pointer.
    pub tls_ctx: *mut c_void,
    /// MQTT packet-id counter.
    pub mqtt_id: u16,
    /// Internal: the library's private state of this manager.
    pub active_dns_requests: *mut c_void,
    /// Internal.
    pub active_mdns_requests: *mut c_void,
    /// Timers.
    pub timers: *mut mg_timer,
    /// epoll descriptor, or -1.
    pub epoll_fd: c_int,
    /// NULL with sockets.
    pub ifp: *mut mg_tcpip_if,
    /// Zeroed bytes placed after each connection for the program.
    pub extraconnsize: usize,
    /// Writing end of the wake-up channel.
    pub pipe: mg_pipe,
}

/// A connection.
#[repr(C)]
pub struct mg_connection {
    /// Next older connection.
    pub next: *mut mg_connection,
    /// Owner.
    pub mgr: *mut mg_mgr,
    /// Local address.
    pub loc: mg_addr,
    /// Remote address.
    pub rem: mg_addr,
    /// Descriptor as an integer in a pointer; -1 = none.
    pub fd: *mut c_void,
    /// Unique per manager.
    pub id: c_ulong,
    /// Input buffer.
    pub recv: mg_iobuf,
    /// Output buffer.
    pub send: mg_iobuf,
    /// Profiling data, unused here.
    pub prof: mg_iobuf,
    /// Undecrypted TLS input.
    pub rtls: mg_iobuf,
    /// The program's handler.
    pub r#fn: mg_event_handler_t,
    /// The program's pointer.
    pub fn_data: *mut c_void,
    /// Protocol handler.
    pub pfn: mg_event_handler_t,
    /// Protocol handler's pointer.
    pub pfn_data: *mut c_void,
    /// Scratch space for the program.
    pub data: [c_char; MG_DATA_SIZE],
    /// TLS session.
    pub tls: *mut c_void,
    /// `is_*` bits, see [`flags`].
    pub flags: c_uint,
}

/// Masks of the `is_*` bit-fields in [`mg_connection::flags`].
///
/// C compilers fill the word from its low end on little-endian machines and from its high end on
/// big-endian ones.
pub mod flags {
    const fn bit(n: u32) -> u32 {
        if cfg!(target_endian = "little") { 1 << n } else { 1 << (31 - n) }
    }
    /// `is_listening`
    pub const LISTENING: u32 = bit(0);
    /// `is_client`
    pub const CLIENT: u32 = bit(1);
    /// `is_accepted`
    pub const ACCEPTED: u32 = bit(2);
    /// `is_resolving`
    pub const RESOLVING: u32 = bit(3);
    /// `is_arplooking`
    pub const ARPLOOKING: u32 = bit(4);
    /// `is_connecting`
    pub const CONNECTING: u32 = bit(5);
    /// `is_tls`
    pub const TLS: u32 = bit(6);
    /// `is_tls_hs`
    pub const TLS_HS: u32 = bit(7);
    /// `is_udp`
    pub const UDP: u32 = bit(8);
    /// `is_websocket`
    pub const WEBSOCKET: u32 = bit(9);
    /// `is_mqtt5`
    pub const MQTT5: u32 = bit(10);
    /// `is_hexdumping`
    pub const HEXDUMPING: u32 = bit(11);
    /// `is_draining`
    pub const DRAINING: u32 = bit(12);
    /// `is_closing`
    pub const CLOSING: u32 = bit(13);
    /// `is_full`
    pub const FULL: u32 = bit(14);
    /// `is_tls_throttled`
    pub const TLS_THROTTLED: u32 = bit(15);
    /// `is_resp`
    pub const RESP: u32 = bit(16);
    /// `is_readable`
    pub const READABLE: u32 = bit(17);
    /// `is_writable`
    pub const WRITABLE: u32 = bit(18);
}

/// One HTTP header: two slices of the parsed buffer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_http_header {
    /// Name.
    pub name: mg_str,
    /// Value, blanks trimmed.
    pub value: mg_str,
}

/// A parsed HTTP message; all members are slices of the parsed buffer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_http_message {
    /// Request method, or the protocol of a response.
    pub method: mg_str,
    /// Request target up to the first `?`, or the status code of a response.
    pub uri: mg_str,
    /// What follows the `?`.
    pub query: mg_str,
    /// Protocol of a request, or reason phrase of a response.
    pub proto: mg_str,
    /// Headers in order of appearance.
    pub headers: [mg_http_header; MG_MAX_HTTP_HEADERS],
    /// Body.
    pub body: mg_str,
    /// First line, headers and blank line.
    pub head: mg_str,
    /// Head and body.
    pub message: mg_str,
}

/// Settings of file serving.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_http_serve_opts {
    /// Directory, or list of `prefix=directory`.
    pub root_dir: *const c_char,
    /// `mg_match` pattern of files with server-side includes, or NULL.
    pub ssi_pattern: *const c_char,
    /// Header lines, each ending in CRLF, or NULL.
    pub extra_headers: *const c_char,
    /// `ext=type,ext=type`, or NULL.
    pub mime_types: *const c_char,
    /// Path of the page served for missing files, or NULL.
    pub page404: *const c_char,
    /// File system; NULL = `mg_fs_posix`.
    pub fs: *mut mg_fs,
}

/// One part of a multipart body.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mg_http_part {
    /// Form field name.
    pub name: mg_str,
    /// File name, as sent.
    pub filename: mg_str,
    /// Content.
    pub body: mg_str,
}

/// TLS settings of one connection, for mg_tls_init. Zeroed, they make a client that verifies nobody.
///
/// The strings are read during the call and may be freed right after it; a NUL behind the text is
/// not needed. Certificates and keys are PEM text, or DER if the first byte is 0x30. A member
/// counts as empty if it has no bytes, begins with NUL, or is "*". What can't be used is never passed
/// over: MG_EV_ERROR gets "TLS MEMBER: REASON", as in "TLS ca: no certificate in it", and the
/// connection closes without having sent anything in plain text.
///
/// A handshake that fails gives MG_EV_ERROR with "TLS: " and rustls's words, and the peer an alert.
#[repr(C)]
pub struct mg_tls_opts {
    /// Certificates that are trusted: any number in PEM, text around them is ignored, or one in DER.
    /// One that does not decode spoils all.
    ///
    /// Given, the peer must send a certificate that leads to one of them, or that is one of them,
    /// and that is valid now; a server thereby asks its clients for certificates and refuses those
    /// without. Empty, the peer is not verified at all: a client then talks to whoever answers.
    pub ca: mg_str,
    /// Own certificate, in PEM followed by the intermediate ones, or one in DER. Servers need one: if
    /// it is empty, every handshake fails. Clients give one if the server asks for it.
    pub cert: mg_str,
    /// Private key of 'cert', not encrypted: PKCS#8, SEC1 or PKCS#1; RSA, P-256, P-384 or Ed25519. May
    /// be the same text as 'cert', if that has both. Without 'cert' it is not looked at.
    pub key: mg_str,
    /// Host name or IP address that the peer's certificate must be valid for, if 'ca' is given;
    /// empty: any. Clients also tell the server which host name they want (SNI), and resume
    /// sessions, only if there is one. It is not taken from the URL: pass mg_url_host(url). On a
    /// server it is the name of the client.
    pub name: mg_str,
    /// Verifies neither chain, name nor dates, whatever the other members say; a server asks for no
    /// certificate.
    pub skip_verification: bool,
}

const _: () = {
    use core::mem::{offset_of, size_of};
    assert!(size_of::<mg_str>() == 16);
    assert!(size_of::<mg_addr>() == 24);
    assert!(size_of::<mg_iobuf>() == 32);
    assert!(size_of::<mg_mgr>() == 144);
    assert!(offset_of!(mg_mgr, pipe) == 136);
    assert!(size_of::<mg_connection>() == 256 + MG_DATA_SIZE.next_multiple_of(8));
    assert!(offset_of!(mg_connection, data) == 240);
    assert!(offset_of!(mg_connection, flags) == 248 + MG_DATA_SIZE.next_multiple_of(8));
    assert!(size_of::<mg_http_message>() == 112 + 32 * MG_MAX_HTTP_HEADERS);
    assert!(size_of::<mg_timer>() == 48);
    assert!(size_of::<mg_fs>() == 80);
    assert!(MG_DASH_MAX_USER_NAME > 0);
    assert!(size_of::<c_long>() == 8);
};
