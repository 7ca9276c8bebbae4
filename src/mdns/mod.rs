//! Multicast DNS: a listener that answers for this host and hears what others tell, and the resolver of
//! names below `.local`.
//!
//! Only neighbours are heard, replies are rationed, and answers count only if they come from port 5353.

mod neighbours;
mod waiting;

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use self::neighbours::Neighbours;
use self::waiting::{Wait, Waiting};
use crate::abi::mem;
use crate::abi::protocol_types::{mg_dns_rr, mg_mdns_req, mg_mdns_resp};
use crate::abi::timer::now_ms;
use crate::abi::types::{
    flags, mg_addr, mg_addr_bytes, mg_connection, mg_event_handler_t, mg_mgr, mg_str,
};
use crate::dns;
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::event::state::State;
use crate::event::{io, listen};
use crate::proto::dns::{Record, TYPE_A, TYPE_PTR, build_query};
use crate::proto::mdns::reply::{Facts, Service, build};
use crate::proto::mdns::{self, Answer, Kind, Question};
use crate::sys::socket;

/// How long a name is waited for, in milliseconds.
const TIMEOUT_MS: u64 = 500;

/// What a manager's mDNS listeners share.
#[derive(Default)]
pub(crate) struct Shared {
    waiting: Waiting,
    neighbours: Neighbours,
}

/// The address that everybody listens to.
fn group() -> mg_addr {
    let [a, b, c, d] = mdns::GROUP;
    let ip = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let addr = mg_addr_bytes { ip };
    mg_addr { addr, port: mdns::PORT.to_be(), scope_id: 0, is_ip6: false }
}

/// Opens a listener; `None`, with the cause logged, if that is not possible.
///
/// # Safety
/// Rules 1 and 7 of the C edge.
pub(crate) unsafe fn open(
    mgr: *mut mg_mgr,
    handler: mg_event_handler_t,
    data: *mut c_void,
) -> Option<Conn> {
    let url = c"udp://224.0.0.251:5353";
    // SAFETY: passed on.
    let conn = unsafe { listen::listen(mgr, url.as_ptr(), handler, data) }?;
    if let Err(e) = socket::join_group(conn.fd(), mdns::GROUP) {
        crate::error!("{} joining the mDNS group: {e}", conn.id());
    }
    conn.set_protocol(Some(mdns_handler));
    conn.set_protocol_data(data);
    // SAFETY: rule 1 of the C edge; closing the connection clears the field.
    unsafe { (*mgr).mdns = conn.ptr() };
    Some(conn)
}

/// Multicasts a question for records of `name`. False if it is no name or could not be sent.
pub(crate) fn query(conn: Conn, name: &[u8], rtype: u16) -> bool {
    let Some((message, len)) = build_query(0, name, rtype) else { return false };
    conn.set_rem(group());
    io::send_datagram(conn, &message[..len])
}

/// Starts looking up `host`, a name below `.local`, for `conn`.
pub(crate) fn resolve(state: State, conn: Conn, host: &[u8]) {
    // SAFETY: a state's manager is live, and so is the listener that its field refers to.
    let Some(listener) = (unsafe { Conn::from_ptr((*state.mgr()).mdns) }) else {
        return fail(conn, format_args!("no mDNS listener, see mg_mdns_listen()"));
    };
    if build_query(0, host, TYPE_A).is_none() {
        return dns::lookup_failed(conn, host);
    }
    let wait = Wait {
        conn: conn.id(),
        listener: listener.id(),
        deadline_ms: now_ms().saturating_add(TIMEOUT_MS),
        name: host.to_ascii_lowercase(),
    };
    if !state.with_mdns(|shared| shared.waiting.insert(wait)) {
        return fail(conn, format_args!("resolve OOM"));
    }
    conn.set(flags::RESOLVING);
    if !query(listener, host, TYPE_A) {
        cancel(state, conn);
        fail(conn, format_args!("mDNS send"));
    }
}

/// Forgets what `conn` waits for.
pub(crate) fn cancel(state: State, conn: Conn) {
    state.with_mdns(|shared| shared.waiting.remove(conn.id()));
}

/// Protocol handler of the listeners.
unsafe extern "C" fn mdns_handler(c: *mut mg_connection, event: c_int, _data: *mut c_void) {
    contain(c, |conn| {
        let Some(state) = conn.state() else { return };
        match event {
            ev::READ => receive(state, conn),
            ev::POLL => expire(state),
            ev::CLOSE => fail_all(state, conn),
            _ => {}
        }
    });
}

/// Fails the lookups whose time is over, each from a fresh look: handlers may start or cancel some.
fn expire(state: State) {
    let now = state.now();
    while let Some(conn) = state.with_mdns(|shared| shared.waiting.take_expired(now)) {
        fail_lookup(state, conn, "mDNS timeout");
    }
}

/// The listener is going: so are its lookups.
fn fail_all(state: State, listener: Conn) {
    let id = listener.id();
    while let Some(conn) = state.with_mdns(|shared| shared.waiting.take_asked_on(id)) {
        fail_lookup(state, conn, "mDNS listener error");
    }
}

fn fail_lookup(state: State, conn: u64, text: &str) {
    if let Some(conn) = state.find(conn).filter(|conn| !conn.is_dead()) {
        fail(conn, format_args!("{text}"));
    }
}

/// A datagram came in.
fn receive(state: State, conn: Conn) {
    let from = conn.rem();
    // Copied, because program code runs while it is looked at.
    let message = conn.recv().to_vec();
    let now = state.now();
    if state.with_mdns(|shared| shared.neighbours.includes(&from, now)) {
        match mdns::kind(&message) {
            Some(Kind::Query) => answer_all(state, conn, &message, from),
            Some(Kind::Response) if from.port == mdns::PORT.to_be() => {
                take_all(state, conn, &message);
            }
            _ => {}
        }
    }
    if !conn.is_dead() {
        conn.set_recv_len(0);
    }
}

/// Answers the questions in `message`.
fn answer_all(state: State, conn: Conn, message: &[u8], from: mg_addr) {
    for question in mdns::questions(message) {
        let Some(reply) = answer(conn, message, &question) else {
            if conn.is_dead() {
                return;
            }
            continue;
        };
        let now = state.now();
        if !state.with_mdns(|shared| shared.neighbours.may_reply(now)) {
            return;
        }
        conn.set_rem(if question.is_unicast { from } else { group() });
        io::send_datagram(conn, &reply);
        if conn.is_dead() {
            return;
        }
    }
}

/// The program's own name on this listener.
fn own_name<'a>(conn: Conn) -> Option<&'a [u8]> {
    // SAFETY: `fn_data` of an mDNS listener is NULL or a NUL-terminated string that stays.
    unsafe { mem::cstr(conn.handler_data().cast()) }
}

/// The part of the name that the program is asked about; `None` if the question is for others.
fn asked_for<'a>(question: &'a Question, own: Option<&[u8]>) -> Option<&'a [u8]> {
    let name = question.name();
    let Some(own) = own.filter(|_| question.record.rtype != TYPE_PTR) else { return Some(name) };
    let (start, rest) = name.split_at_checked(own.len())?;
    if !start.eq_ignore_ascii_case(own) {
        return None;
    }
    if question.record.rtype == TYPE_A {
        rest.is_empty().then_some(name)
    } else {
        rest.strip_prefix(b".")
    }
}

/// Shows a question to the program and makes the reply, if there is to be one.
fn answer(conn: Conn, message: &[u8], question: &Question) -> Option<Vec<u8>> {
    let own = own_name(conn);
    let name = asked_for(question, own)?;
    let is_a = question.record.rtype == TYPE_A;
    let mut rr = resource_record(&question.record);
    let mut request = mg_mdns_req {
        rr: &raw mut rr,
        r: null_mut(),
        reqname: mg_str::new(name),
        respname: mg_str::new(b""),
        addr: null_mut(),
        is_listing: question.is_listing(),
        is_resp: is_a && own.is_some(),
        is_unicast: question.is_unicast,
    };
    request.respname.buf = null_mut();
    call(conn, ev::MDNS_REQ, (&raw mut request).cast());
    if conn.is_dead() || !request.is_resp {
        return None;
    }
    // SAFETY: what the handler put there stays until the event is over, the service in particular.
    let service = unsafe { request.r.as_ref() }.map(|service| Service {
        // SAFETY: rule 4 of the C edge.
        name: unsafe { service.srvcproto.bytes() },
        // SAFETY: rule 4 of the C edge.
        txt: unsafe { service.txt.bytes() },
        port: service.port,
    });
    let name = if request.respname.buf.is_null() {
        own_name(conn)
    } else {
        // SAFETY: rule 4 of the C edge.
        Some(unsafe { request.respname.bytes() })
    };
    let facts = Facts { name: name.unwrap_or_default(), service, address: address(request.addr) };
    build(message, question, if question.is_unicast { id(message) } else { 0 }, &facts)
}

fn id(message: &[u8]) -> u16 {
    message.first_chunk().map_or(0, |id| u16::from_be_bytes(*id))
}

/// The address to tell: the program's, or the one that this host would multicast from.
fn address(given: *const mg_addr) -> Option<[u8; 4]> {
    // SAFETY: rule 1 of the C edge, while the event is handled.
    let given = unsafe { given.as_ref() }.filter(|addr| !addr.is_ip6).copied();
    let addr = given.or_else(|| socket::route_source(&group()).ok())?;
    // SAFETY: every member of the union is plain bytes.
    let ip = unsafe { addr.addr.ip }.first_chunk().copied();
    // A host without an address outside the loopback interface has nothing to tell.
    ip.filter(|ip| *ip != [0; 4])
}

/// What programs see of a record. Lengths within a message fit.
fn resource_record(record: &Record) -> mg_dns_rr {
    let (nlen, alen) = (record.name_len as u16, record.data_len as u16);
    mg_dns_rr { nlen, atype: record.rtype, aclass: record.class, alen }
}

/// Takes note of the addresses in a response: for connections that wait, then for the program.
fn take_all(state: State, conn: Conn, message: &[u8]) {
    for answer in mdns::answers(message) {
        take(state, conn, &answer);
        if conn.is_dead() {
            return;
        }
    }
}

fn take(state: State, conn: Conn, answer: &Answer) {
    let [a, b, c, d] = answer.address;
    let addr = mg_addr_bytes { ip: [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
    let mut addr = mg_addr { addr, port: 0, scope_id: 0, is_ip6: false };
    let name = answer.name.as_bytes();
    // SAFETY: a state's manager is live.
    let newest = unsafe { (*state.mgr()).nextid };
    // Connections that handlers make meanwhile wait for the answer to their own question.
    while let Some(waiting) = state.with_mdns(|shared| shared.waiting.take_named(name, newest)) {
        if let Some(waiting) = state.find(waiting).filter(|waiting| !waiting.is_dead()) {
            addr.port = waiting.rem().port;
            dns::resolved(state, waiting, addr);
        }
    }
    if conn.is_dead() {
        return;
    }
    let mut rr = resource_record(&answer.record);
    let terminated = [name, b"\0"].concat();
    let shown = terminated.get(..name.len()).unwrap_or_default();
    let mut response = mg_mdns_resp { rr: &raw mut rr, name: mg_str::new(shown), addr };
    call(conn, ev::MDNS_RESP, (&raw mut response).cast());
}
