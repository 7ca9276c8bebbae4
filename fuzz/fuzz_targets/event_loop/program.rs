//! A program that uses the library in every way its script says.

use core::ffi::{c_int, c_void};
use core::ptr::{null, null_mut};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;

use mongoose::abi::fs::mg_fs_packed;
use mongoose::abi::guard::meerkat_set_option;
use mongoose::abi::http::{mg_http_listen, mg_http_serve_dir, mg_http_write_chunk};
use mongoose::abi::iobuf::{mg_iobuf_add, mg_iobuf_del};
use mongoose::abi::log::mg_log_level;
use mongoose::abi::modbus::mg_modbus_listen;
use mongoose::abi::mqtt::{
    mg_mqtt_disconnect, mg_mqtt_listen, mg_mqtt_login, mg_mqtt_ping, mg_mqtt_pub, mg_mqtt_sub,
};
use mongoose::abi::net::{
    mg_alloc_conn, mg_call, mg_close_conn, mg_connect, mg_mgr_free, mg_mgr_init, mg_mgr_poll,
    mg_send, mg_wakeup, mg_wakeup_init, mg_wrapfd,
};
use mongoose::abi::protocol_types::mg_mqtt_opts;
use mongoose::abi::timer::mg_timer_add;
use mongoose::abi::types::{
    flags, mg_connection, mg_event_handler_t, mg_http_message, mg_http_serve_opts, mg_mgr, mg_str,
    mg_tls_opts,
};
use mongoose::abi::variadic::{mg_error, mg_http_reply, mg_ws_upgrade};
use mongoose::abi::ws::{mg_ws_send, mg_ws_wrap};

use super::messages::{MESSAGES, OPTIONS};
use super::script::Script;

const MG_EV_CLOSE: c_int = 9;
const MG_EV_HTTP_HDRS: c_int = 10;
const MG_EV_HTTP_MSG: c_int = 11;
const MG_EV_USER: c_int = 100;

/// Connections at a time: descriptors are few.
const MAX_PEERS: usize = 12;

unsafe extern "C" {
    fn mg_tls_init(c: *mut mg_connection, opts: *const mg_tls_opts);
}

/// What the fuzz target and the handlers share. Nothing of it stays borrowed across a call into the
/// library.
pub struct Program {
    script: Script,
    mgr: *mut mg_mgr,
    peers: Vec<UnixStream>,
    closed: HashSet<u64>,
    is_freed: bool,
}

thread_local! {
    static PROGRAM: RefCell<Option<Program>> = const { RefCell::new(None) };
    static CLOCK_MS: Cell<u64> = const { Cell::new(0) };
    static RANDOM: Cell<u32> = const { Cell::new(1) };
}

/// The clock of the library: it goes on when the script says so.
#[unsafe(no_mangle)]
extern "C" fn mg_millis() -> u64 {
    CLOCK_MS.get()
}

/// Numbers that are the same in every run.
#[unsafe(no_mangle)]
unsafe extern "C" fn mg_random(buf: *mut c_void, len: usize) -> bool {
    for i in 0..len {
        let mut x = RANDOM.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        RANDOM.set(x);
        // SAFETY: the library passes `len` writable bytes.
        unsafe { buf.cast::<u8>().add(i).write(x as u8) };
    }
    true
}

/// Runs `f` on the program.
pub fn with<R>(f: impl FnOnce(&mut Program) -> R) -> R {
    PROGRAM.with_borrow_mut(|program| f(program.as_mut().expect("started")))
}

fn byte() -> u8 {
    with(|p| p.script.byte())
}

fn below(n: usize) -> usize {
    with(|p| p.script.below(n))
}

fn bytes() -> Vec<u8> {
    with(|p| p.script.bytes())
}

fn mgr() -> *mut mg_mgr {
    with(|p| p.mgr)
}

impl Program {
    /// False when the script is over or the manager was freed.
    pub fn is_running(&mut self) -> bool {
        !self.is_freed && !self.script.is_over()
    }
}

/// Begins a run with one connection.
pub fn start(script: Script) {
    CLOCK_MS.set(1_000_000);
    RANDOM.set(1);
    let mgr = Box::into_raw(Box::<mg_mgr>::new_uninit()).cast();
    // SAFETY: storage for a manager, which is overwritten whole. Nobody else reads the log level.
    unsafe {
        mg_log_level = 0;
        mg_mgr_init(mgr);
        (*mgr).dns4.url = c"udp://127.0.0.1:1".as_ptr();
        (*mgr).dns6.url = c"udp://[::1]:1".as_ptr();
    }
    let (peers, closed) = (Vec::new(), HashSet::new());
    let program = Program { script, mgr, peers, closed, is_freed: false };
    PROGRAM.set(Some(program));
    add_connection();
}

/// Frees what is left.
pub fn finish() {
    let mgr = mgr();
    if !with(|p| p.is_freed) {
        // SAFETY: made by `start`, and no handler is running.
        unsafe { mg_mgr_free(mgr) };
    }
    // SAFETY: the manager came from a box and is not used any more.
    drop(unsafe { Box::from_raw(mgr) });
    PROGRAM.set(None);
}

/// What happens between two events: a peer does something, time passes, or the loop runs.
pub fn step() {
    match below(12) {
        0..4 => poll(),
        4 => CLOCK_MS.set(CLOCK_MS.get() + 1 + (u64::from(byte()) << 4)),
        5 | 6 => with_peer(|peer| write_message(peer)),
        7 => {
            let data = bytes();
            with_peer(|peer| drop(peer.write(&data)));
        }
        8 => with_peer(|peer| drop(peer.read(&mut [0; 4096]))),
        9 => with_peer(|peer| drop(peer.shutdown(Shutdown::Write))),
        10 => with(|p| {
            let at = p.script.below(p.peers.len());
            if at < p.peers.len() {
                p.peers.swap_remove(at);
            }
        }),
        _ => act(nth_connection(), None),
    }
}

fn poll() {
    // SAFETY: the manager is live: `is_running` was asked.
    unsafe { mg_mgr_poll(mgr(), 0) };
}

fn with_peer(f: impl FnOnce(&mut UnixStream)) {
    let peer = with(|p| {
        let at = p.script.below(p.peers.len());
        p.peers.get(at).and_then(|peer| peer.try_clone().ok())
    });
    if let Some(mut peer) = peer {
        f(&mut peer);
    }
}

/// A message of a protocol, whole or only its beginning.
fn write_message(peer: &mut UnixStream) {
    let message = MESSAGES[below(MESSAGES.len())];
    let cut = usize::from(byte());
    let _ = peer
        .write(&message[..if cut < 128 { message.len() } else { message.len().min(cut - 128) }]);
}

/// Makes a connection over a socket pair, of a kind that the script chooses.
fn add_connection() {
    if with(|p| p.peers.len()) >= MAX_PEERS {
        return;
    }
    let Ok((ours, peer)) = UnixStream::pair() else { return };
    peer.set_nonblocking(true).expect("a socket");
    ours.set_nonblocking(true).expect("a socket");
    with(|p| p.peers.push(peer));
    let (protocol, role) = (protocol(byte()), byte());
    // SAFETY: the manager is live, and the descriptor is given away.
    unsafe {
        let c = mg_wrapfd(mgr(), ours.into_raw_fd(), Some(handler), null_mut());
        // The handler may have closed it.
        if !c.is_null() && is_listed(c) {
            (*c).pfn = protocol;
            (*c).flags |= if role % 4 == 0 { flags::CLIENT } else { flags::ACCEPTED };
        }
    }
}

/// The protocol handlers of the library, taken from listeners, or none.
fn protocol(choice: u8) -> mg_event_handler_t {
    thread_local! {
        static KNOWN: [mg_event_handler_t; 3] = known_protocols();
    }
    // HTTP is the one with the most states.
    KNOWN.with(|known| match choice % 8 {
        0..5 => known[0],
        5 => known[1],
        6 => known[2],
        _ => None,
    })
}

fn known_protocols() -> [mg_event_handler_t; 3] {
    let mut mgr = Box::<mg_mgr>::new_uninit();
    let (mgr, url) = (mgr.as_mut_ptr(), c"tcp://127.0.0.1:0".as_ptr());
    // SAFETY: a manager of our own; the listeners live until it is freed.
    unsafe {
        mg_mgr_init(mgr);
        let found = [
            (*mg_http_listen(mgr, url, None, null_mut())).pfn,
            (*mg_mqtt_listen(mgr, url, None, null_mut())).pfn,
            (*mg_modbus_listen(mgr, url, None, null_mut())).pfn,
        ];
        mg_mgr_free(mgr);
        found
    }
}

/// The connections of the manager, as a program walks them.
fn connections() -> Vec<*mut mg_connection> {
    let mut found = Vec::new();
    // SAFETY: the manager is live, and so is what stands in its list.
    unsafe {
        let mut c = (*mgr()).conns;
        while !c.is_null() {
            found.push(c);
            c = (*c).next;
        }
    }
    found
}

fn is_listed(c: *mut mg_connection) -> bool {
    connections().contains(&c)
}

/// A connection that the script chooses; NULL if there is none.
fn nth_connection() -> *mut mg_connection {
    let all = connections();
    all.get(below(all.len())).copied().unwrap_or(null_mut())
}

unsafe extern "C" fn handler(c: *mut mg_connection, ev: c_int, ev_data: *mut c_void) {
    // SAFETY: the library calls with a live connection.
    let id = unsafe { (*c).id };
    assert!(!with(|p| p.closed.contains(&id)), "event {ev} after MG_EV_CLOSE of {id}");
    if !with(|p| p.is_freed || p.script.is_over()) {
        let is_request = matches!(ev, MG_EV_HTTP_MSG | MG_EV_HTTP_HDRS);
        let message = is_request.then_some(ev_data.cast::<mg_http_message>());
        match byte() % 4 {
            0 => {}
            1 => act(nth_connection(), None),
            _ => act(c, message),
        }
    }
    if ev == MG_EV_CLOSE {
        with(|p| p.closed.insert(id));
    }
}

unsafe extern "C" fn on_timer(_arg: *mut c_void) {
    if !with(|p| p.is_freed || p.script.is_over()) {
        act(nth_connection(), None);
    }
}

/// One thing that programs do. `c` is live or NULL; `message` is the one its handler was given.
fn act(c: *mut mg_connection, message: Option<*mut mg_http_message>) {
    let choice = below(44);
    match choice {
        0 => add_connection(),
        1 => add_timer(),
        2 => set_option(),
        3 => free_manager(),
        4 => poll(),
        5 => own_connection(),
        6 => {
            // SAFETY: the manager is live, and the URL is loopback where nobody listens.
            unsafe { mg_connect(mgr(), c"tcp://127.0.0.1:1".as_ptr(), Some(handler), null_mut()) };
        }
        _ if !c.is_null() => act_on(choice, c, message),
        _ => {}
    }
}

fn add_timer() {
    let (ms, timer_flags) = (u64::from(byte()), u32::from(byte() % 8));
    // SAFETY: the manager is live; the library frees the timer.
    unsafe { mg_timer_add(mgr(), ms, timer_flags, Some(on_timer), null_mut()) };
}

fn set_option() {
    let (name, value) = OPTIONS[below(OPTIONS.len())];
    // SAFETY: the manager is live; both are C strings.
    unsafe { meerkat_set_option(mgr(), name.as_ptr(), value.as_ptr()) };
}

fn free_manager() {
    // Seldom, because it ends the run.
    if byte() < 240 {
        return;
    }
    with(|p| p.is_freed = true);
    // SAFETY: the manager is live; it is not used afterwards.
    unsafe { mg_mgr_free(mgr()) };
}

/// A connection that the program keeps for itself, and gives back.
fn own_connection() {
    // SAFETY: the manager is live, and the connection is ours until it is closed.
    unsafe {
        let c = mg_alloc_conn(mgr());
        if !c.is_null() {
            (*c).r#fn = Some(handler);
            mg_send(c, b"x".as_ptr().cast(), 1);
            mg_close_conn(c);
        }
    }
}

/// What is done to the live connection `c`, which nobody touches afterwards.
fn act_on(choice: usize, c: *mut mg_connection, message: Option<*mut mg_http_message>) {
    let data = if choice >= 30 { Vec::new() } else { bytes() };
    let text: *const c_void = data.as_ptr().cast();
    let opts = mg_mqtt_opts {
        topic: slice(&data),
        message: slice(&data),
        qos: (choice % 4) as u8,
        version: if choice % 2 == 0 { 5 } else { 4 },
        // SAFETY: all-zero options are the empty ones.
        ..unsafe { core::mem::zeroed() }
    };
    // SAFETY: `c` is live, `message` is NULL or what the handler of `c` was given, and everything
    // else lives until the calls return.
    unsafe {
        match choice {
            7 => drop(mg_send(c, text, data.len())),
            8 => drop(mg_ws_send(c, text, data.len(), 1 + c_int::from(data.len() % 2 == 0))),
            9 => mg_http_write_chunk(c, text.cast(), data.len()),
            10 => drop(mg_iobuf_add(&raw mut (*c).recv, (*c).recv.len, text, data.len())),
            11 => drop(mg_iobuf_add(&raw mut (*c).send, 0, text, data.len())),
            12 => drop(mg_mqtt_pub(c, &raw const opts)),
            13 => mg_mqtt_sub(c, &raw const opts),
            14 => mg_mqtt_login(c, &raw const opts),
            15 => mg_tls_init(c, &tls_options(&data)),
            16..20 => {
                mg_http_reply(c, 200, c"X: y\r\n".as_ptr(), c"%d".as_ptr(), data.len() as c_int)
            }
            20 => {
                mg_send(c, text, data.len());
                mg_ws_wrap(c, data.len(), 2);
            }
            21 => {
                mg_wakeup_init(mgr());
                mg_wakeup(mgr(), (*c).id, text, data.len());
            }
            30 => mg_close_conn(c),
            31 => (*c).flags |= flags::CLOSING,
            32 => (*c).flags |= flags::DRAINING,
            33 => (*c).flags ^= flags::FULL,
            34 => (*c).flags &= !flags::RESP,
            35 => (*c).r#fn = None,
            36 => (*c).pfn = protocol(byte()),
            37 => drop(mg_iobuf_del(&raw mut (*c).recv, 0, usize::from(byte()))),
            38 => (*c).recv.len = 0,
            39 => drop(mg_iobuf_del(&raw mut (*c).send, 0, usize::from(byte()))),
            40 => mg_error(c, c"%s".as_ptr(), c"the program's".as_ptr()),
            41 => mg_call(c, MG_EV_USER, null_mut()),
            42 => {
                mg_mqtt_ping(c);
                mg_mqtt_disconnect(c, null());
            }
            _ => match message {
                Some(hm) if choice == 22 || choice == 43 => mg_ws_upgrade(c, hm, null()),
                Some(hm) => serve(c, hm),
                None => {}
            },
        }
    }
}

/// # Safety
/// As for `mg_http_serve_dir`.
unsafe fn serve(c: *mut mg_connection, hm: *mut mg_http_message) {
    let opts = mg_http_serve_opts {
        root_dir: c"/web".as_ptr(),
        ssi_pattern: c"#.shtml".as_ptr(),
        extra_headers: null(),
        mime_types: null(),
        page404: null(),
        fs: &raw mut mg_fs_packed,
    };
    // SAFETY: the caller's promise.
    unsafe { mg_http_serve_dir(c, hm, &raw const opts) };
}

/// A client that verifies nobody, or whatever the script gives as certificates.
fn tls_options(data: &[u8]) -> mg_tls_opts {
    let (ca, cert) = data.split_at(data.len() / 2);
    // SAFETY: all-zero options are the empty ones.
    let none: mg_tls_opts = unsafe { core::mem::zeroed() };
    mg_tls_opts {
        ca: slice(ca),
        cert: slice(cert),
        key: slice(cert),
        name: slice(b"a.test"),
        ..none
    }
}

fn slice(data: &[u8]) -> mg_str {
    mg_str { buf: data.as_ptr().cast_mut().cast(), len: data.len() }
}
