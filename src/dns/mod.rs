//! The resolver: looks host names up for outgoing connections.
//!
//! One ordinary UDP connection per server (`mgr->dns4.c`, `mgr->dns6.c`) carries the queries; its
//! socket, and with it the source port, is a new one whenever no other question is out. An answer
//! counts only if it comes from the server and repeats the question, its random id, name and type.

mod lookups;

use core::ffi::{c_char, c_int, c_void};
use core::ptr::{addr_of_mut, null_mut};

pub(crate) use self::lookups::Lookups;
use self::lookups::{Lookup, Server};
use crate::abi::mem;
use crate::abi::timer::now_ms;
use crate::abi::types::{flags, mg_addr, mg_addr_bytes, mg_connection, mg_dns, mg_mgr};
use crate::event::conn::Conn;
use crate::event::connect::{self, Handlers};
use crate::event::emit::{contain, ev, fail};
use crate::event::state::State;
use crate::event::{io, url};
use crate::mdns;
use crate::proto::dns::{Address, Reply, TYPE_A, TYPE_AAAA, build_query, parse_reply};
use crate::sys::poller::Interest;
use crate::sys::socket;

/// Attempts to find an id that no other question on the same connection has.
const ID_ATTEMPTS: usize = 16;

/// Starts looking `host` up for `conn`.
pub(crate) fn resolve(state: State, conn: Conn, host: &[u8]) {
    if host.len() > 6 && host.ends_with(b".local") {
        return mdns::resolve(state, conn, host);
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

/// Reports that there is no address for `host`.
pub(crate) fn lookup_failed(conn: Conn, host: &[u8]) {
    fail(conn, format_args!("{} DNS lookup failed", String::from_utf8_lossy(host)));
}

/// Why a question was not sent.
enum NotAsked {
    /// The DNS can't hold the name.
    BadName,
    /// There is no connection to a server, or nothing random.
    NoResolver,
    NoMemory,
}

/// Asks for `host` on behalf of `conn`, and reports why not.
fn ask(state: State, conn: Conn, host: &[u8], rtype: u16) {
    match try_ask(state, conn, host, rtype) {
        Ok(()) => {}
        Err(NotAsked::BadName) => lookup_failed(conn, host),
        Err(NotAsked::NoResolver) => fail(conn, format_args!("resolver")),
        Err(NotAsked::NoMemory) => fail(conn, format_args!("resolve OOM")),
    }
}

/// Sends a question and remembers it.
fn try_ask(state: State, conn: Conn, host: &[u8], rtype: u16) -> Result<(), NotAsked> {
    let mgr = state.mgr();
    let host = host.strip_suffix(b".").unwrap_or(host);
    build_query(0, host, rtype).ok_or(NotAsked::BadName)?;
    let resolver = connection(state, server(mgr, rtype)).ok_or(NotAsked::NoResolver)?;
    let id = unused_id(state, resolver).ok_or(NotAsked::NoResolver)?;
    let (query, len) = build_query(id, host, rtype).ok_or(NotAsked::BadName)?;
    renew_socket(state, resolver);
    // SAFETY: a state's manager is live.
    let timeout = unsafe { (*mgr).dnstimeout }.max(0) as u64;
    let lookup = Lookup {
        conn: conn.id(),
        resolver: resolver.id(),
        id,
        rtype,
        deadline_ms: now_ms().saturating_add(timeout),
        host: host.to_vec(),
    };
    if !state.with_lookups(|lookups| lookups.insert(lookup)) {
        return Err(NotAsked::NoMemory);
    }
    conn.set(flags::RESOLVING);
    if !io::send_datagram(resolver, &query[..len]) {
        fail(resolver, format_args!("DNS send"));
    }
    Ok(())
}

/// A random id that no question out on `resolver` has.
fn unused_id(state: State, resolver: Conn) -> Option<u16> {
    for _ in 0..ID_ATTEMPTS {
        let mut id = [0u8; 2];
        // SAFETY: `id` is two writable bytes.
        if !unsafe { crate::abi::hooks::mg_random(id.as_mut_ptr().cast(), id.len()) } {
            return None;
        }
        let id = u16::from_ne_bytes(id);
        if state.with_lookups(|lookups| lookups.asked(resolver.id(), id).is_none()) {
            return Some(id);
        }
    }
    None
}

/// Gives `resolver` another source port if nobody waits for an answer on the present one.
fn renew_socket(state: State, resolver: Conn) {
    let is_fresh = resolver.loc().port == 0;
    let is_idle = state.with_lookups(|lookups| lookups.is_idle(resolver.id()));
    if is_fresh || !is_idle || !resolver.is(flags::UDP) {
        return;
    }
    // Without a descriptor to spare the old one will do.
    let Ok(fd) = socket::open_client(&resolver.rem(), true) else { return };
    state.unwatch(resolver);
    socket::close(resolver.fd());
    resolver.set_fd(fd);
    state.watch(resolver, Interest { input: true, output: false });
}

/// The connection to a DNS server, made if need be. The server's URL must hold a numeric address.
fn connection(state: State, dns: *mut mg_dns) -> Option<Conn> {
    // SAFETY: `dns` is a member of the live manager, or rule 1.
    let (existing, url) = unsafe { ((*dns).c, (*dns).url) };
    let server = state.with_lookups(|lookups| lookups.server_at(existing));
    let existing = server.and_then(|server| state.find(server.id));
    if let Some(existing) = existing.filter(|conn| !conn.is(flags::CLOSING)) {
        return Some(existing);
    }
    let address = server_address(url)?;
    let handlers = Handlers {
        handler: None,
        data: null_mut(),
        protocol: Some(resolver_handler),
        protocol_data: null_mut(),
    };
    // SAFETY: rules 1 and 3 of the C edge: the manager is live, `url` is a string.
    let conn = unsafe { connect::connect(state.mgr(), url, handlers) }?;
    let server = Server { id: conn.id(), conn: conn.ptr(), address };
    state.with_lookups(|lookups| lookups.add_server(server));
    // SAFETY: as above.
    unsafe { (*dns).c = conn.ptr() };
    (!conn.is(flags::CLOSING)).then_some(conn)
}

/// Address in the URL of a DNS server.
fn server_address(url: *const c_char) -> Option<mg_addr> {
    // SAFETY: rule 3 of the C edge.
    let text = unsafe { mem::cstr(url) }.filter(|text| !text.is_empty())?;
    url::literal_address(text)
}

/// Makes sure that a connection to a DNS server exists (`mg_dnsc_init`).
pub(crate) fn ensure_connection(mgr: *mut mg_mgr, dns: *mut mg_dns) -> bool {
    State::of_or_new(mgr).is_some_and(|state| connection(state, dns).is_some())
}

/// Forgets the lookup that `conn` waits for, here and by mDNS.
pub(crate) fn cancel(state: State, conn: Conn) {
    state.with_lookups(|lookups| lookups.remove(conn.id()));
    mdns::cancel(state, conn);
}

/// Protocol handler of the resolver connections.
unsafe extern "C" fn resolver_handler(c: *mut mg_connection, event: c_int, _data: *mut c_void) {
    contain(c, |conn| {
        let Some(state) = conn.state() else { return };
        match event {
            ev::READ => answer(state, conn),
            ev::POLL => expire(state),
            ev::CLOSE => fail_all(state, conn),
            _ => {}
        }
    });
}

/// A datagram came in: completes the lookup it answers.
fn answer(state: State, resolver: Conn) {
    let from = resolver.rem();
    // Copied, because completing a lookup runs program code.
    let message = resolver.recv().to_vec();
    resolver.set_recv_len(0);
    let server = state.with_lookups(|lookups| lookups.server_at(resolver.ptr()));
    let Some(server) = server else { return };
    // Queries go to the server, whoever else sent us something.
    resolver.set_rem(server.address);
    if !server.address.is_same_peer(&from) {
        return;
    }
    let Some(&[high, low]) = message.first_chunk() else { return };
    let id = u16::from_be_bytes([high, low]);
    let answered = state.with_lookups(|lookups| {
        let lookup = lookups.asked(resolver.id(), id)?;
        let reply = parse_reply(&message, id, &lookup.host, lookup.rtype);
        let conn = lookup.conn;
        if reply == Reply::Unrelated { None } else { Some((lookups.remove(conn)?, reply)) }
    });
    if let Some((lookup, reply)) = answered {
        complete(state, lookup, reply);
    }
}

/// Goes on with the connection that waited.
fn complete(state: State, lookup: Lookup, reply: Reply) {
    let Some(conn) = state.find(lookup.conn).filter(|conn| !conn.is_dead()) else { return };
    // SAFETY: a state's manager is live.
    let asks_ip6 = lookup.rtype == TYPE_A && !unsafe { (*state.mgr()).use_dns6 };
    if let Reply::Found(address) = reply {
        let is_ip6 = matches!(address, Address::V6(_));
        let addr = mg_addr_bytes { ip: address.padded() };
        let port = conn.rem().port;
        resolved(state, conn, mg_addr { addr, port, scope_id: 0, is_ip6 });
    } else if !asks_ip6 || try_ask(state, conn, &lookup.host, TYPE_AAAA).is_err() {
        lookup_failed(conn, &lookup.host);
    }
}

/// The address for `conn` is known: goes on with connecting.
pub(crate) fn resolved(state: State, conn: Conn, address: mg_addr) {
    conn.set_rem(address);
    connect::connect_resolved(state, conn);
}

/// Fails the lookups whose time is over, each from a fresh look at the table: handlers may start or
/// cancel some.
fn expire(state: State) {
    let now = state.now();
    while let Some(lookup) = state.with_lookups(|lookups| lookups.take_expired(now)) {
        fail_lookup(state, &lookup, "DNS timeout");
    }
}

/// The resolver connection is going: so are its lookups.
fn fail_all(state: State, resolver: Conn) {
    let id = resolver.id();
    state.with_lookups(|lookups| lookups.remove_server(id));
    while let Some(lookup) = state.with_lookups(|lookups| lookups.take_asked_on(id)) {
        fail_lookup(state, &lookup, "DNS error");
    }
}

fn fail_lookup(state: State, lookup: &Lookup, text: &str) {
    if let Some(conn) = state.find(lookup.conn).filter(|conn| !conn.is_dead()) {
        fail(conn, format_args!("{text}"));
    }
}
