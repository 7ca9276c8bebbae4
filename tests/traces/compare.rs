//! Compares what happened with what was recorded.

use std::collections::BTreeMap;

use mongoose::abi::types::flags;
use serde_json::{Value, json};

use crate::program::{Detail, Entry, Seen, Who};
use crate::replay::Outcome;
use crate::vector::{same_bytes, shown};

/// What the recorder of a file listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Http,
    /// READ with count 0 is left out.
    Files,
    Client,
    Ws,
    Mqtt,
    /// With WRITE, the bytes read, and more flags.
    Raw,
    /// The scenarios of `trace-services.jsonl` about Modbus.
    Modbus,
    /// Those about JSON-RPC.
    Rpc,
    /// Those about the dashboard.
    Dash,
}

impl Kind {
    /// True if a scenario of the file is replayed.
    pub fn includes(self, scenario: &Value) -> bool {
        let handler = scenario["server"]["handler"].as_str().unwrap_or_default();
        match self {
            Kind::Modbus => handler == "modbus",
            Kind::Rpc => handler == "rpc",
            Kind::Dash => handler.starts_with("dash_"),
            _ => true,
        }
    }

    /// The folder for what the peers upload.
    pub fn upload_folder(self) -> &'static str {
        if self == Kind::Dash { crate::tree::DASH_UPLOADS } else { "up" }
    }
}

/// Names of the flags in the order of the lists; those of the first kind are always listed.
const FLAGS: [(u32, &str, bool); 9] = [
    (flags::RESP, "resp", true),
    (flags::DRAINING, "draining", true),
    (flags::CLOSING, "closing", true),
    (flags::WEBSOCKET, "websocket", true),
    (flags::RESOLVING, "resolving", false),
    (flags::CONNECTING, "connecting", false),
    (flags::FULL, "full", false),
    (flags::UDP, "udp", false),
    (flags::TLS, "tls", false),
];

fn flag_names(word: u32, kind: Kind) -> Vec<&'static str> {
    let listed = |always: bool| always || kind == Kind::Raw;
    let set = FLAGS.iter().filter(|(flag, _, always)| word & flag != 0 && listed(*always));
    set.map(|(_, name, _)| *name).collect()
}

/// A logged entry after merging.
#[derive(Debug)]
pub struct Event<'a> {
    entry: &'a Entry,
    /// READ and WRITE: sum of the counts, and all bytes read.
    sum: usize,
    data: Vec<u8>,
}

/// What of a step is listed, merged and grouped as the recorder did it.
fn listed<'a>(log: &'a [Entry], kind: Kind, with_listener: bool) -> Vec<Event<'a>> {
    let mut events: Vec<Event> = Vec::new();
    for entry in log {
        if entry.who == Who::Listener && !with_listener {
            continue;
        }
        if entry.name == "WRITE" && kind != Kind::Raw {
            continue;
        }
        let mut event = Event { entry, sum: 0, data: Vec::new() };
        let same = |other: &Event| other.entry.who == entry.who && other.entry.name == entry.name;
        match &entry.detail {
            Detail::Transfer { n: 0, .. } if kind == Kind::Files => continue,
            Detail::Transfer { n, data, .. } => {
                (event.sum, event.data) = (*n, data.clone());
                if let Some(at) = events.iter().position(same) {
                    let earlier = events.remove(at);
                    event.sum += earlier.sum;
                    event.data.splice(0..0, earlier.data);
                }
            }
            Detail::Text(Some(text)) if entry.name == "ERROR" => {
                let is_text = |other: &Event| matches!(&other.entry.detail, Detail::Text(Some(t)) if t == text);
                if events.iter().any(|other| same(other) && is_text(other)) {
                    continue;
                }
            }
            _ => {}
        }
        events.push(event);
    }
    events.sort_by_key(|event| event.entry.who);
    events
}

/// One line for messages.
fn line(event: &Event, kind: Kind) -> String {
    let entry = event.entry;
    let mut text = format!("{} {:?}", entry.name, flag_names(entry.flags, kind));
    if entry.who != Who::Number(0) {
        text = format!("{:?} {text}", entry.who);
    }
    text + &match &entry.detail {
        Detail::None => String::new(),
        Detail::Url(url) => format!(" {url}"),
        Detail::Transfer { left, .. } => {
            format!(" n={} left={left} {}", event.sum, shown(&event.data))
        }
        Detail::Text(text) => format!(" {:?}", text.as_deref().map(shown)),
        Detail::Left { recv, send } => format!(" recv={recv} send={send}"),
        Detail::Data(data) => format!(" {}", shown(data)),
        Detail::Ws(first, data) => format!(" {first:02x} {}", shown(data)),
        Detail::Code(code) => format!(" {code}"),
        Detail::Mqtt(seen) => format!(" {seen:?}"),
        Detail::Modbus(seen) => format!(" {seen:?}"),
        Detail::Set(seen) => format!(" {seen:?}"),
        Detail::Http(seen) => format!(
            " {} head={} body={} {:?}",
            shown(&seen.uri),
            seen.head_len,
            seen.body_len as isize,
            seen.whole.as_ref().map(|whole| shown(&whole.body))
        ),
    }
}

/// The names of the events of step `index`, with the URI of messages, for short tables.
pub fn summary(outcome: &Outcome, kind: Kind, index: usize) -> String {
    let names: Vec<String> = listed(&outcome.steps[index].events, kind, kind == Kind::Raw)
        .iter()
        .filter(|event| event.entry.who != Who::Listener || event.entry.flags & flags::UDP != 0)
        .map(|event| match &event.entry.detail {
            Detail::Http(seen) => format!("{} {}", event.entry.name, shown(&seen.uri)),
            Detail::Transfer { left, .. } => format!("{} {}/{left}", event.entry.name, event.sum),
            Detail::Text(Some(text)) => format!("{} {}", event.entry.name, shown(text)),
            Detail::Data(data) => format!("{} {}", event.entry.name, data.len()),
            Detail::Ws(first, data) => format!("{} {first:02x} {}", event.entry.name, shown(data)),
            Detail::Code(code) => format!("{} {code}", event.entry.name),
            Detail::Mqtt(seen) => format!("{} {}", event.entry.name, seen.summary()),
            Detail::Modbus(seen) => format!("{} {}", event.entry.name, seen.func),
            Detail::Set(seen) => format!("{} {} {}", event.entry.name, seen.set, seen.op),
            _ => event.entry.name.to_string(),
        })
        .collect();
    names.join(", ")
}

fn size(n: usize) -> Value {
    if n == usize::MAX { json!("max") } else { json!(n) }
}

fn same_headers(recorded: &Value, headers: &[(Vec<u8>, Vec<u8>)]) -> bool {
    let recorded = recorded.as_array().expect("a list of headers");
    recorded.len() == headers.len()
        && recorded.iter().zip(headers).all(|(recorded, (name, value))| {
            // The accept value depends on our key.
            let is_accept = recorded[1] == "ACCEPT" && value.len() == 28;
            same_bytes(&recorded[0], name) && (is_accept || same_bytes(&recorded[1], value))
        })
}

/// Compares member `key` of an HTTP event.
fn same_http(key: &str, recorded: &Value, seen: &Seen) -> bool {
    match key {
        "uri" => return same_bytes(recorded, &seen.uri),
        "head_len" => return *recorded == seen.head_len,
        "body_len" => return *recorded == size(seen.body_len),
        _ => {}
    }
    let Some(whole) = &seen.whole else { return false };
    match key {
        "method" => same_bytes(recorded, &whole.method),
        "query" => whole.query.as_ref().is_some_and(|query| same_bytes(recorded, query)),
        "proto" => same_bytes(recorded, &whole.proto),
        "headers" => same_headers(recorded, &whole.headers),
        "body" => same_bytes(recorded, &whole.body),
        "message_len" => *recorded == size(whole.message_len),
        _ => panic!("unknown member {key}"),
    }
}

fn same_event(recorded: &Value, event: &Event, kind: Kind, port: u16) -> bool {
    let entry = event.entry;
    let who = match &recorded["c"] {
        Value::Null => Who::Number(0),
        Value::String(_) => Who::Listener,
        number => Who::Number(number.as_u64().expect("a number") as usize),
    };
    let no_flags = json!([]);
    let flag_list = recorded.get("flags").unwrap_or(&no_flags);
    let same_flags = entry.name == "WRITE" || *flag_list == json!(flag_names(entry.flags, kind));
    if recorded["ev"] != entry.name || who != entry.who || !same_flags {
        return false;
    }
    match &entry.detail {
        // What is absent although it would have been recorded.
        Detail::Text(Some(_)) if recorded.get("text").is_none() => return false,
        Detail::Http(Seen { whole: Some(whole), .. })
            if whole.query.is_some() && recorded.get("query").is_none() =>
        {
            return false;
        }
        _ => {}
    }
    let members = recorded.as_object().expect("an event");
    let members = members.iter().filter(|(key, _)| !["ev", "flags", "c"].contains(&key.as_str()));
    members.into_iter().all(|(key, value)| match (&entry.detail, key.as_str()) {
        (Detail::Url(url), "url") => {
            value.as_str().expect("a URL").replace("PORT", &port.to_string()) == *url
        }
        (Detail::Transfer { .. }, "n") => *value == event.sum,
        (Detail::Transfer { left, .. }, "left") => *value == *left,
        (Detail::Transfer { .. }, "data") => same_bytes(value, &event.data),
        (Detail::Text(Some(text)), "text") => same_bytes(value, text),
        (Detail::Left { recv, .. }, "recv_left") => *value == *recv,
        (Detail::Left { send, .. }, "send_left") => *value == *send,
        (Detail::Data(data), "data" | "frame") => same_bytes(value, data),
        (Detail::Ws(first, _), "wsflags") => *value == *first,
        (Detail::Ws(_, data), "data") => same_bytes(value, data),
        (Detail::Code(code), "code") => *value == *code,
        (Detail::Mqtt(seen), key) => seen.is_as_recorded(key, value),
        (Detail::Set(seen), key) => seen.is_as_recorded(key, value),
        (Detail::Http(seen), key) => same_http(key, value, seen),
        (Detail::Modbus(seen), "func") => *value == seen.func,
        (Detail::Modbus(seen), "addr") => *value == seen.addr,
        (Detail::Modbus(seen), "len") => *value == seen.len,
        (Detail::Modbus(seen), "values") => {
            seen.values.as_ref().is_some_and(|v| *value == json!(v))
        }
        _ => false,
    })
}

/// Groups recorded events by connection, the listener first.
fn grouped(recorded: &Value) -> Vec<&Value> {
    let mut events: Vec<&Value> = recorded.as_array().expect("events").iter().collect();
    events.sort_by_key(|event| match &event["c"] {
        Value::String(_) => 0,
        number => number.as_u64().unwrap_or(0) + 1,
    });
    events
}

/// Compares step `index`.
pub fn step(scenario: &Value, kind: Kind, outcome: &Outcome, index: usize) -> Result<(), String> {
    let recorded_steps = scenario["events"].as_array().expect("events");
    let mut all = recorded_steps.iter().flat_map(|step| step.as_array().expect("events"));
    let with_listener = all.any(|event| event["c"] == "listener");
    let recorded = grouped(&recorded_steps[index]);
    let got = &outcome.steps[index];
    let events = listed(&got.events, kind, with_listener);
    let same = recorded.len() == events.len()
        && recorded.iter().zip(&events).all(|(r, e)| same_event(r, e, kind, outcome.port));
    if !same {
        let want: Vec<String> =
            recorded.iter().map(|event| shown(event.to_string().as_bytes())).collect();
        let got: Vec<String> = events.iter().map(|event| line(event, kind)).collect();
        return Err(format!(
            "step {index}\n    want {}\n    got  {}",
            want.join("\n         "),
            got.join("\n         ")
        ));
    }
    match scenario.get("recv_len").map(|lens| &lens[index]) {
        Some(Value::Array(lens)) => {
            // Connections that do not exist yet have received nothing.
            let got = (0..lens.len()).map(|i| got.recv_len.get(i).copied().unwrap_or(0));
            check("recv_len", &json!(lens), &json!(got.collect::<Vec<_>>()), index)
        }
        Some(len) => {
            let got = got.recv_len.first().copied().unwrap_or(0);
            check("recv_len", len, &json!(got), index)
        }
        None => Ok(()),
    }
}

fn check(what: &str, want: &Value, got: &Value, index: usize) -> Result<(), String> {
    if want == got { Ok(()) } else { Err(format!("step {index}: {what}: want {want} got {got}")) }
}

/// Compares what is known only at the end.
pub fn end(scenario: &Value, outcome: &Outcome) -> Result<(), String> {
    if scenario.get("listing").is_some() {
        crate::listing::check(scenario, outcome)?;
    } else {
        received(&scenario["recv"], outcome)?;
    }
    if let Some(recorded) = scenario.get("closed") {
        let ended: Vec<bool> = outcome.peer.streams.iter().map(|stream| stream.ended).collect();
        let got = match recorded {
            Value::Array(_) => json!(ended),
            _ => json!(ended.first().copied().unwrap_or(false)),
        };
        check("closed", recorded, &got, outcome.steps.len())?;
    }
    if let Some(recorded) = scenario["server"].get("wakeup_init") {
        check("wakeup_init", recorded, &json!(outcome.wakeup_init), 0)?;
    }
    let returns: BTreeMap<String, Value> = match scenario.get("returns") {
        Some(recorded) => serde_json::from_value(recorded.clone()).expect("an object"),
        None => BTreeMap::new(),
    };
    check("returns", &json!(returns), &json!(outcome.returns), outcome.steps.len())
}

fn slices(list: &[Vec<u8>]) -> Vec<&[u8]> {
    list.iter().map(Vec::as_slice).collect()
}

/// Compares all the peer received with the recorded bytes, in each of their shapes.
fn received(recorded: &Value, outcome: &Outcome) -> Result<(), String> {
    let differs = |want: &Value, got: &[u8]| {
        let want = shown(want.to_string().as_bytes());
        Err(format!("received\n    want {want}\n    got  {:?}", shown(got)))
    };
    let compare_all = |want: &[Value], got: &[&[u8]]| {
        if want.len() != got.len() {
            return Err(format!("received {} pieces, not {}", got.len(), want.len()));
        }
        let mut pairs = want.iter().zip(got);
        pairs.find(|(w, g)| !same_bytes(w, g)).map_or(Ok(()), |(w, g)| differs(w, g))
    };
    let sockets: Vec<Vec<&[u8]>> = (outcome.peer.sockets.iter())
        .map(|socket| socket.received.iter().map(Vec::as_slice).collect())
        .collect();
    match recorded.as_array() {
        Some(lists) if lists.first().is_some_and(Value::is_array) => {
            let mut pairs = lists.iter().zip(&sockets);
            pairs.try_for_each(|(list, got)| compare_all(list.as_array().expect("a list"), got))
        }
        Some(list) if !sockets.is_empty() => compare_all(list, &sockets[0]),
        Some(list) => compare_all(list, &slices(&outcome.received())),
        None => {
            let got = outcome.received().into_iter().next().unwrap_or_default();
            if same_bytes(recorded, &got) { Ok(()) } else { differs(recorded, &got) }
        }
    }
}
