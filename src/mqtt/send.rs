//! Appending packets to `c->send`: whole packets or nothing.

use core::fmt;

use super::version;
use crate::abi::protocol_types::{mg_mqtt_opts, mg_mqtt_prop};
use crate::abi::types::{flags, mg_str};
use crate::abi::util::mg_random_str;
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::event::output;
use crate::proto::mqtt::Version;
use crate::proto::mqtt::build::{
    Connect, Disconnect, MAX_FIXED_HEADER, Out, Packet, Properties, Publish, Refusal, Subscription,
    put_fixed_header, valid_qos,
};
use crate::proto::mqtt::property::{Kind, Property, Value, kind};

/// Protocol level if the program gives none.
const DEFAULT_LEVEL: u8 = 4;

/// Characters of a generated client identifier.
const GENERATED_ID_LEN: usize = 19;

/// Why nothing was appended.
enum Failure {
    Refused(Refusal),
    OutOfMemory,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Failure::Refused(refusal) => refusal.fmt(f),
            Failure::OutOfMemory => f.write_str("OOM"),
        }
    }
}

/// The program's options: a structure of which only the members that a call is about may be read,
/// because the others need not be initialised.
#[derive(Clone, Copy)]
pub(crate) struct Opts(*const mg_mqtt_opts);

/// Reads a member of the options, or gives what stands for it without options.
macro_rules! member {
    ($opts:expr, $field:ident, $default:expr) => {
        if $opts.0.is_null() {
            $default
        } else {
            // SAFETY: `Opts::new` was promised live options whose members are initialised as far
            // as the call at hand needs them.
            unsafe { (*$opts.0).$field }
        }
    };
}

/// A `bool` member, of which programs may have initialised any byte: anything but 0 is true.
macro_rules! truth {
    ($opts:expr, $field:ident) => {
        // SAFETY: as in `member!`; a byte is read, not a `bool`.
        !$opts.0.is_null() && unsafe { (&raw const (*$opts.0).$field).cast::<u8>().read() } != 0
    };
}

/// A text member.
macro_rules! text {
    ($opts:expr, $field:ident) => {{
        let text = member!($opts, $field, mg_str::NULL);
        // SAFETY: rule 4 of the C edge, promised to `Opts::new`.
        unsafe { text.bytes() }
    }};
}

impl Opts {
    /// Options for one call; NULL stands for all-zero ones.
    ///
    /// # Safety
    /// Rule 1 of the C edge, and rule 4 for the strings, while the result is used.
    pub(crate) unsafe fn new(opts: *const mg_mqtt_opts) -> Opts {
        Opts(opts)
    }

    /// The properties, which only MQTT 5 has.
    fn props(self, version: Version) -> Option<Props> {
        (version == Version::V5).then(|| Props {
            first: member!(self, props, core::ptr::null_mut()),
            len: member!(self, num_props, 0),
        })
    }

    /// The properties of the will.
    fn will_props(self, version: Version) -> Option<Props> {
        (version == Version::V5).then(|| Props {
            first: member!(self, will_props, core::ptr::null_mut()),
            len: member!(self, num_will_props, 0),
        })
    }
}

/// An array of properties as C gives it; only the members that a property needs are read.
struct Props {
    first: *const mg_mqtt_prop,
    len: usize,
}

impl Properties for Props {
    fn each(&self, f: &mut dyn FnMut(Property) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let len = if self.first.is_null() { 0 } else { self.len };
        for i in 0..len {
            let p = self.first.wrapping_add(i);
            // SAFETY: rules 2 and 4 of the C edge, promised to `Opts::new`: `len` properties are
            // at `first`, each with the members initialised that its kind has; so below.
            let id = unsafe { (*p).id };
            let value = match kind(id).ok_or(Refusal::UnknownProperty)? {
                // SAFETY: as above.
                Kind::Bytes => Value::Bytes(unsafe { (*p).val.bytes() }),
                // SAFETY: as above.
                Kind::Pair => unsafe { Value::Pair((*p).key.bytes(), (*p).val.bytes()) },
                Kind::Byte | Kind::Short | Kind::Int | Kind::VarInt => {
                    // SAFETY: as above.
                    Value::Number(unsafe { (*p).iv })
                }
            };
            f(Property { id, value })?;
        }
        Ok(())
    }
}

/// The packet's properties as the codec takes them.
fn list(props: &Option<Props>) -> Option<&dyn Properties> {
    props.as_ref().map(|props| props as &dyn Properties)
}

/// Makes room for `packet` at the end of `c->send`. Returns the number of bytes behind its fixed
/// header.
fn reserve(conn: Conn, packet: &impl Packet) -> Result<usize, Failure> {
    let len = packet.body_len()?;
    if output::reserve(conn, MAX_FIXED_HEADER + len) { Ok(len) } else { Err(Failure::OutOfMemory) }
}

/// Appends what `write` writes; [`reserve`] made room for it.
fn write(conn: Conn, write: impl FnOnce(&mut Out) -> Result<(), Refusal>) -> Result<(), Failure> {
    let before = conn.send_len();
    let mut complete = true;
    let done = write(&mut |piece| {
        complete = complete && output::append(conn, piece);
    });
    let failure = match done {
        Ok(()) if complete => return Ok(()),
        Ok(()) => Failure::OutOfMemory,
        Err(refusal) => Failure::Refused(refusal),
    };
    conn.truncate_send(before);
    Err(failure)
}

/// Appends `packet`, `len` bytes behind its fixed header.
fn write_packet(conn: Conn, packet: &impl Packet, len: usize) -> Result<(), Failure> {
    write(conn, |out| {
        put_fixed_header(out, packet.first_byte(), len)?;
        packet.put_body(out)
    })
}

/// Raises `MG_EV_ERROR` if nothing could be sent.
fn report<T: Default>(conn: Conn, result: Result<T, Failure>) -> T {
    result.unwrap_or_else(|failure| {
        fail(conn, format_args!("{failure}"));
        T::default()
    })
}

/// Appends a packet that is complete. Lack of memory raises `MG_EV_ERROR` "OOM".
pub(crate) fn append(conn: Conn, bytes: &[u8]) -> bool {
    let done = output::append(conn, bytes);
    if !done {
        fail(conn, format_args!("OOM"));
    }
    done
}

/// Appends a fixed header.
pub(crate) fn header(conn: Conn, first: u8, remaining: u32) {
    report(conn, write(conn, |out| put_fixed_header(out, first, remaining as usize)));
}

/// The next packet identifier of the manager, never 0.
fn next_id(conn: Conn) -> u16 {
    let mgr = conn.mgr();
    if mgr.is_null() {
        return 1;
    }
    // SAFETY: the manager of a connection is live.
    unsafe {
        (*mgr).mqtt_id = (*mgr).mqtt_id.checked_add(1).unwrap_or(1);
        (*mgr).mqtt_id
    }
}

/// Appends CONNECT and notes the version.
pub(crate) fn login(conn: Conn, opts: Opts) {
    let level = match member!(opts, version, 0) {
        0 => DEFAULT_LEVEL,
        level => level,
    };
    let version = Version::of_level(level);
    match version {
        Version::V5 => conn.set(flags::MQTT5),
        Version::V3 => conn.clear(flags::MQTT5),
    }
    let mut generated = [0u8; GENERATED_ID_LEN + 1];
    let mut client_id = text!(opts, client_id);
    if client_id.is_empty() {
        // SAFETY: `generated` is writable.
        unsafe { mg_random_str(generated.as_mut_ptr().cast(), generated.len()) };
        let end = generated.iter().position(|&c| c == 0).unwrap_or(0);
        client_id = generated.get(..end).unwrap_or_default();
    }
    let (properties, will_properties) = (opts.props(version), opts.will_props(version));
    let packet = Connect {
        level,
        client_id,
        user: text!(opts, user),
        pass: text!(opts, pass),
        will_topic: text!(opts, topic),
        will_message: text!(opts, message),
        qos: member!(opts, qos, 0),
        retain: truth!(opts, retain),
        clean: truth!(opts, clean),
        keepalive: member!(opts, keepalive, 0),
        properties: list(&properties),
        will_properties: list(&will_properties),
    };
    let len = reserve(conn, &packet);
    report(conn, len.and_then(|len| write_packet(conn, &packet, len)));
}

/// Appends PUBLISH. Returns what `mg_mqtt_pub` does.
pub(crate) fn publish(conn: Conn, opts: Opts) -> u16 {
    let again = member!(opts, retransmit_id, 0);
    let properties = opts.props(version(conn));
    let mut packet = Publish {
        topic: text!(opts, topic),
        message: text!(opts, message),
        qos: member!(opts, qos, 0),
        retain: truth!(opts, retain),
        dup: again != 0,
        id: again,
        properties: list(&properties),
    };
    let done = reserve(conn, &packet).and_then(|len| {
        if packet.id == 0 && valid_qos(packet.qos)? > 0 {
            packet.id = next_id(conn);
        }
        write_packet(conn, &packet, len)?;
        Ok(packet.id)
    });
    report(conn, done)
}

/// Appends SUBSCRIBE or UNSUBSCRIBE.
pub(crate) fn subscription(conn: Conn, opts: Opts, subscribe: bool) {
    let properties = opts.props(version(conn));
    let mut packet = Subscription {
        filter: text!(opts, topic),
        qos: subscribe.then(|| member!(opts, qos, 0)),
        id: 0,
        properties: list(&properties),
    };
    let done = reserve(conn, &packet).and_then(|len| {
        packet.id = next_id(conn);
        write_packet(conn, &packet, len)
    });
    report(conn, done);
}

/// Appends DISCONNECT.
pub(crate) fn disconnect(conn: Conn, opts: Opts) {
    let properties = opts.props(version(conn));
    let packet = Disconnect { properties: list(&properties) };
    let len = reserve(conn, &packet);
    report(conn, len.and_then(|len| write_packet(conn, &packet, len)));
}
