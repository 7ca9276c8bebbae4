//! Setting options, and what follows from it.

use core::ffi::CStr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::conn::{Conn, NO_FD};
use super::guarded::Intent;
use super::state::State;
use super::{admission, phases, rounds, slow};
use crate::abi::guard::mg_guard_action;
use crate::abi::timer::now_ms;
use crate::abi::types::flags;
use crate::guard::address::AddressList;
use crate::guard::options::{self, Group, Kind, Name, Refusal, Spec};
use crate::guard::rate::Rate;
use crate::http::login;
use crate::sys::limits;
use crate::sys::log_file::LogFile;
use crate::ws;

/// Variable with `name=value;name=value`.
const OPTIONS: &CStr = c"MG_OPTIONS";

/// Variables for a single option each.
const VARIABLES: [(&CStr, Name); 2] =
    [(c"MG_MAX_CONNECTIONS", Name::MaxConnections), (c"MG_IO_TIMEOUT", Name::IoTimeoutMs)];

/// Sets an option; `None` restores its default. On error nothing changes.
pub(crate) fn set(state: State, name: &[u8], value: Option<&[u8]>) -> Result<(), Refusal> {
    let spec = options::find(name).ok_or(c"there is no such option")?;
    let text = match value {
        None => None,
        Some(bytes) => Some(str::from_utf8(bytes).map_err(|_| c"the value is not UTF-8")?),
    };
    let before = state.with_guard(|guarded| {
        let before = guarded.settings.clone();
        guarded.settings.set(spec, text).map(|()| before)
    })?;
    let applied = apply(state, spec);
    state.with_guard(|guarded| {
        if applied.is_err() {
            guarded.settings = before;
        }
        guarded.note_rules();
    });
    applied
}

/// Makes the new value of an option count. On error nothing has changed but the setting.
fn apply(state: State, spec: &Spec) -> Result<(), Refusal> {
    let text = state.with_guard(|guarded| guarded.settings.text(spec.id).into_owned());
    match spec.kind {
        Kind::AccessList | Kind::Addresses => apply_list(state, spec.id, &text)?,
        Kind::Rate => apply_rate(state, spec.id, &text)?,
        _ => {}
    }
    if spec.group == Group::Tls {
        crate::tls::apply_option(state, spec.id)?;
    }
    match spec.id {
        Name::MaxConnections => state.with_guard(|guarded| guarded.resolve_max_connections()),
        Name::MaxConnectionsPerIp => admission::recount_addresses(state),
        Name::GlobalAuthFile => login::load(state, &text)?,
        Name::AccessLogFile => {
            let log = LogFile::open(&text).map_err(|_| c"the file can't be opened for writing")?;
            state.with_guard(|guarded| guarded.access_log = log);
        }
        Name::ErrorLogFile => {
            let log = LogFile::open(&text).map_err(|_| c"the file can't be opened for writing")?;
            state.with_guard(|guarded| guarded.error_log = log);
        }
        Name::PollEventIntervalMs => rounds::set_interval(state),
        Name::FileCacheSize => limit_files(state),
        Name::HandlerWarnMs => {
            let is_on = state.number(Name::HandlerWarnMs) > 0;
            if state.with_guard(|guarded| core::mem::replace(&mut guarded.warns, is_on)) != is_on {
                slow::watch(is_on);
            }
        }
        Name::ExtraHeaders => {
            let lines = header_lines(&text)?;
            state.with_guard(|guarded| guarded.extra_headers = lines);
        }
        Name::Hsts => {
            let line = match text.as_str() {
                "" => Vec::new(),
                value => format!("Strict-Transport-Security: {value}\r\n").into_bytes(),
            };
            state.with_guard(|guarded| guarded.hsts = line);
        }
        Name::Drain if state.number(Name::Drain) != 0 => drain(state),
        _ => {}
    }
    if spec.group == Group::Deadlines || matches!(spec.id, Name::TarpitMs | Name::WebsocketPingMs) {
        phases::reschedule(state);
    }
    Ok(())
}

/// Takes note of `file_cache_size`.
pub(super) fn limit_files(state: State) {
    let limit = usize::try_from(state.number(Name::FileCacheSize)).unwrap_or(usize::MAX);
    state.with_files(|files| files.set_limit(limit));
}

fn apply_list(state: State, id: Name, text: &str) -> Result<(), Refusal> {
    let list = AddressList::parse(text.as_bytes())?;
    state.with_guard(|guarded| {
        *match id {
            Name::AccessControlList => &mut guarded.access_list,
            Name::PriorityList => &mut guarded.priority,
            _ => &mut guarded.proxies,
        } = list;
    });
    Ok(())
}

fn apply_rate(state: State, id: Name, text: &str) -> Result<(), Refusal> {
    let rate = Rate::parse(text.as_bytes())?;
    state.with_guard(|guarded| {
        *match id {
            Name::ConnectRate => &mut guarded.connect_rate,
            Name::RequestRate => &mut guarded.request_rate,
            _ => &mut guarded.websocket_rate,
        } = rate;
    });
    Ok(())
}

/// Header lines, each with a name and a colon, as they go into a response.
fn header_lines(text: &str) -> Result<Vec<u8>, Refusal> {
    let mut lines = Vec::new();
    for line in text.split('\n').map(|line| line.trim_ascii()).filter(|line| !line.is_empty()) {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_value = |byte: u8| byte >= b' ' && byte != 0x7f || byte == b'\t';
        if name.is_empty() || !name.bytes().all(is_token) || !line.bytes().all(is_value) {
            return Err(c"a header line is not of the form name: value");
        }
        lines.extend_from_slice(line.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    Ok(lines)
}

/// Stops accepting once those who wait are in, closes what is idle, takes leave of WebSocket peers,
/// and has the rest close when it is done.
fn drain(state: State) {
    for conn in state.all().filter(|conn| !conn.is_dead()) {
        if conn.is(flags::LISTENING) && !conn.is(flags::UDP) && conn.fd() != NO_FD {
            conn.set(flags::DRAINING);
        }
        if conn.is(flags::WEBSOCKET) && conn.is(flags::ACCEPTED) {
            conn.private().watch.since_ms = now_ms();
            ws::engine::go_away(conn);
        }
    }
    phases::reschedule(state);
}

/// Takes settings from the environment. What can't be used is logged and left out.
pub(crate) fn read_environment(state: State) {
    if !crate::options::MG_ENABLE_ENV_OPTIONS {
        return;
    }
    for (variable, option) in VARIABLES {
        if let Some(value) = limits::secure_variable(variable) {
            set_or_log(state, options::spec(option).name.as_bytes(), &value);
        }
    }
    let Some(list) = limits::secure_variable(OPTIONS) else { return };
    for entry in list.split(|&byte| byte == b';') {
        let entry = entry.trim_ascii();
        if entry.is_empty() {
            continue;
        }
        let equals = memchr::memchr(b'=', entry);
        let (name, value) = entry.split_at(equals.unwrap_or(entry.len()));
        set_or_log(state, name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii());
    }
}

fn set_or_log(state: State, name: &[u8], value: &[u8]) {
    if let Err(why) = set(state, name, Some(value)) {
        let (name, value) = (name.escape_ascii(), value.escape_ascii());
        crate::error!("environment: {name}={value}: {}", why.to_string_lossy());
    }
}

/// Writes what the guard does to the log of errors, if there is one.
pub(crate) fn log_action(state: State, conn: Conn, intent: &Intent) {
    if state.with_guard(|guarded| !guarded.settings.is_set(Name::ErrorLogFile)) {
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let action = match intent.action {
        action if action == mg_guard_action::MG_GUARD_REFUSE as i32 => "refused",
        action if action == mg_guard_action::MG_GUARD_EVICT as i32 => "evicted",
        action if action == mg_guard_action::MG_GUARD_TIMEOUT as i32 => "timed out",
        action if action == mg_guard_action::MG_GUARD_REJECT as i32 => "rejected",
        _ => "too often",
    };
    let (peer, option) = (admission::ip_of(&intent.peer), intent.option.to_string_lossy());
    let (id, status) = (conn.id(), intent.status);
    let line = format!("{now} {peer} {id} {action} {status} {option}\n");
    state.with_guard(|guarded| guarded.error_log.write(line.as_bytes()));
}
