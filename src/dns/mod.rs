//! The resolver: looks host names up for outgoing connections.
//!
//! One ordinary UDP connection per server (`mgr->dns4.c`, `mgr->dns6.c`) carries the queries. An
//! answer counts only if it comes from the configured server and repeats the question, its random
//! id, name and type.

use core::ffi::{c_int, c_void};
use core::ptr::{addr_of_mut, null_mut};

use crate::abi::mem;
use crate::abi::timer::now_ms;
use crate::abi::types::{flags, mg_addr, mg_addr_bytes, mg_connection, mg_dns, mg_mgr};
use crate::event::conn::Conn;
use crate::event::connect::{self, Handlers};
use crate::event::emit::{ev, fail};
use crate::event::state::State;
use crate::event::{io, url};
use crate::proto::dns::{Address, Reply, TYPE_A, TYPE_AAAA, build_query, parse_reply};

/// A name being looked up for a connection.
pub(crate) struct Lookup {
    /// Connection that waits.
    conn: u64,
    /// Connection that the question went out on.
    resolver: u64,
    id: u16,
    rtype: u16,
    deadline_ms: u64,
    host: Vec<u8>,
}

/// Starts looking `host` up for `conn`.
pub(crate) fn resolve(state: State, conn: Conn, host: &[u8]) {
    if host.len() > 6 && host.ends_with(b".local") {
        return fail(conn, format_args!("no mDNS listener, see mg_mdns_listen()"));
    }
    // SAFETY: a state's manager is live.
    let use_dns6 = unsafe { (*state.mgr()).use_dns6 };
    ask(state, conn, host, if use_dns6 { TYPE_AAAA } else { TYPE_A });
}

/// The server that is asked for records of this type.
fn server(mgr: *mut mg_mgr, rtype: u16) -> *mut mg_dns {
    // SAFETY: rule 1 of the C edge; only an address is taken.
    unsafe {
        if rtype == TYPE_AAAA { addr_of_mut!((*mgr).dns6) } else { addr_of_mut!((*mgr).dns4) }
    }
}

fn lookup_failed(conn: Conn, host: &[u8]) {
    fail(conn, format_args!("{} DNS lookup failed", String::from_utf8_lossy(host)));
}

/// Sends a question and remembers it.
fn ask(state: State, conn: Conn, host: &[u8], rtype: u16) {
    let mgr = state.mgr();
    let mut id = [0u8; 2];
    // SAFETY: `id` is two writable bytes.
    let random = unsafe { crate::abi::hooks::mg_random(id.as_mut_ptr().cast(), id.len()) };
    let id = u16::from_ne_bytes(id);
    let Some((query, len)) = build_query(id, host, rtype) else { return lookup_failed(conn, host) };
    let Some(resolver) = connection(state, server(mgr, rtype)).filter(|_| random) else {
        return fail(conn, format_args!("resolver"));
    };
    // SAFETY: a state's manager is live.
    let timeout = unsafe { (*mgr).dnstimeout }.max(0) as u64;
    let host = host.strip_suffix(b".").unwrap_or(host).to_vec();
    let deadline_ms = now_ms().saturating_add(timeout);
    let lookup = Lookup { conn: conn.id(), resolver: resolver.id(), id, rtype, deadline_ms, host };
    if !state.add_lookup(lookup) {
        return fail(conn, format_args!("resolve OOM"));
    }
    conn.set(flags::RESOLVING);
    if !io::send_datagram(resolver, &query[..len]) {
        fail(resolver, format_args!("DNS send"));
    }
}

/// The connection to a DNS server, made if need be. The server's URL must hold a numeric address.
fn connection(state: State, dns: *mut mg_dns) -> Option<Conn> {
    // SAFETY: `dns` is a member of the live manager, or rule 1.
    let (existing, url) = unsafe { (Conn::from_ptr((*dns).c), (*dns).url) };
    if let Some(existing) = existing.filter(|conn| state.owns(*conn) && !conn.is(flags::CLOSING)) {
        return Some(existing);
    }
    server_address(url)?;
    let handlers = Handlers {
        handler: None,
        data: null_mut(),
        protocol: Some(resolver_handler),
        protocol_data: null_mut(),
    };
    // SAFETY: rules 1 and 3 of the C edge: the manager is live, `url` is a string.
    let conn = unsafe { connect::connect(state.mgr(), url, handlers) }?;
    // SAFETY: as above.
    unsafe { (*dns).c = conn.ptr() };
    (!conn.is(flags::CLOSING)).then_some(conn)
}

/// Address in the URL of a DNS server.
fn server_address(url: *const core::ffi::c_char) -> Option<mg_addr> {
    // SAFETY: rule 3 of the C edge.
    let text = unsafe { mem::cstr(url) }.filter(|text| !text.is_empty())?;
    url::literal_address(text)
}

/// Makes sure that a connection to a DNS server exists (`mg_dnsc_init`).
pub(crate) fn ensure_connection(mgr: *mut mg_mgr, dns: *mut mg_dns) -> bool {
    State::of_or_new(mgr).is_some_and(|state| connection(state, dns).is_some())
}

/// Forgets the lookup that `conn` waits for.
pub(crate) fn cancel(state: State, conn: Conn) {
    state.take_lookup(|lookup| lookup.conn == conn.id());
}

/// Protocol handler of the resolver connections.
unsafe extern "C" fn resolver_handler(c: *mut mg_connection, event: c_int, _data: *mut c_void) {
    mem::guard((), || {
        // SAFETY: rule 1 of the C edge.
        let Some(conn) = (unsafe { Conn::from_ptr(c) }) else { return };
        let Some(state) = conn.state() else { return };
        match event {
            ev::READ => answer(state, conn),
            ev::POLL => expire(state, conn),
            ev::CLOSE => fail_all(state, conn),
            _ => {}
        }
    });
}

/// A datagram came in: completes the lookup it answers.
fn answer(state: State, resolver: Conn) {
    let from = resolver.rem();
    let mgr = state.mgr();
    // SAFETY: a state's manager is live.
    let url =
        unsafe { if (*mgr).dns6.c == resolver.ptr() { (*mgr).dns6.url } else { (*mgr).dns4.url } };
    let expected = server_address(url);
    // Queries go to the server, whoever else sent us something.
    if let Some(expected) = expected {
        resolver.set_rem(expected);
    }
    let len = resolver.recv_len();
    // SAFETY: `recv` is a member of the live connection and holds `len` bytes; they are copied,
    // because completing a lookup runs program code.
    let message = unsafe { mem::bytes((*resolver.recv()).buf.cast(), len) }.to_vec();
    resolver.set_recv_len(0);
    if !expected.is_some_and(|expected| same_address(&expected, &from)) {
        return;
    }
    let mut reply = Reply::Unrelated;
    let lookup = state.take_lookup(|lookup| {
        if lookup.resolver == resolver.id() {
            reply = parse_reply(&message, lookup.id, &lookup.host, lookup.rtype);
        }
        reply != Reply::Unrelated
    });
    if let Some(lookup) = lookup {
        complete(state, lookup, reply);
    }
}

fn same_address(a: &mg_addr, b: &mg_addr) -> bool {
    // SAFETY: every member of the union is plain bytes, all of them initialised.
    let (ip_a, ip_b) = unsafe { (a.addr.ip, b.addr.ip) };
    let len = if a.is_ip6 { 16 } else { 4 };
    a.is_ip6 == b.is_ip6 && a.port == b.port && ip_a[..len] == ip_b[..len]
}

/// Goes on with the connection that waited.
fn complete(state: State, lookup: Lookup, reply: Reply) {
    let Some(conn) = state.find(lookup.conn).filter(|conn| !conn.is_dead()) else { return };
    match reply {
        Reply::Found(address) => {
            let mut ip = [0; 16];
            let is_ip6 = match address {
                Address::V4(bytes) => {
                    ip[..4].copy_from_slice(&bytes);
                    false
                }
                Address::V6(bytes) => {
                    ip = bytes;
                    true
                }
            };
            let port = conn.rem().port;
            conn.set_rem(mg_addr { addr: mg_addr_bytes { ip }, port, scope_id: 0, is_ip6 });
            connect::connect_resolved(state, conn);
        }
        // SAFETY: a state's manager is live.
        _ if lookup.rtype == TYPE_A && !unsafe { (*state.mgr()).use_dns6 } => {
            ask(state, conn, &lookup.host, TYPE_AAAA);
        }
        _ => lookup_failed(conn, &lookup.host),
    }
}

/// Fails the lookups whose time is over.
fn expire(state: State, resolver: Conn) {
    let now = state.now();
    fail_lookups(state, "DNS timeout", |lookup| {
        lookup.resolver == resolver.id() && now > lookup.deadline_ms
    });
}

/// The resolver connection is going: so are its lookups.
fn fail_all(state: State, resolver: Conn) {
    fail_lookups(state, "DNS error", |lookup| lookup.resolver == resolver.id());
}

/// Fails lookups one by one, each from a fresh look at the list: handlers may start or cancel some.
fn fail_lookups(state: State, text: &str, which: impl Fn(&Lookup) -> bool) {
    while let Some(lookup) = state.take_lookup(&which) {
        if let Some(conn) = state.find(lookup.conn).filter(|conn| !conn.is_dead()) {
            fail(conn, format_args!("{text}"));
        }
    }
}
