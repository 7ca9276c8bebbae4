//! Replays one scenario: a step, then polls until nothing happens any more.

use std::collections::BTreeMap;
use std::ffi::{CString, c_ulong, c_void};
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use mongoose::abi::http::{mg_http_connect, mg_http_listen};
use mongoose::abi::modbus::mg_modbus_listen;
use mongoose::abi::net::*;
use mongoose::abi::types::{flags, mg_connection, mg_mgr};
use serde_json::{Value, json};

use crate::compare::{self, Kind};
use crate::conn::Conn;
use crate::peer::Peer;
use crate::program::{Entry, Program, on_event};
use crate::vector::bytes;
use crate::{dash, expected, handlers, mqtt, ws};

/// So many polls in a row without event and byte end a step; those of the second half wait.
const QUIET_POLLS: u32 = 4;

/// How long a step that has not brought what was recorded may still bring it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What happened in one step.
pub struct Step {
    pub events: Vec<Entry>,
    /// Bytes received so far, by peer connection.
    pub recv_len: Vec<usize>,
}

/// What happened in a scenario.
pub struct Outcome {
    pub steps: Vec<Step>,
    /// Return values of program calls, by step counted from 1.
    pub returns: BTreeMap<String, Value>,
    pub wakeup_init: Vec<bool>,
    pub peer: Peer,
    /// The port that stands for `PORT`.
    pub port: u16,
    /// The program is a WebSocket client: its keys and masks are random.
    pub is_ws_client: bool,
}

impl Outcome {
    /// All that the peer received, by connection, without what is random.
    pub fn received(&self) -> Vec<Vec<u8>> {
        let streams = dash::without_tokens(self.peer.all_received());
        streams
            .into_iter()
            .map(|all| if self.is_ws_client { ws::without_random(all) } else { all })
            .collect()
    }

    /// What the peer received on its first connection or in datagrams.
    pub fn peer_bytes(&self) -> Vec<u8> {
        let datagrams = self.peer.sockets.iter().flat_map(|socket| &socket.received);
        let mut all: Vec<Vec<u8>> = datagrams.cloned().collect();
        all.extend(self.received().into_iter().next());
        all.concat()
    }

    /// True if the program has closed the peer's first connection.
    pub fn was_closed(&self) -> bool {
        self.peer.streams.first().is_some_and(|stream| stream.ended)
    }
}

/// A manager whose connections belong to `program`.
struct Manager<'a> {
    mgr: Box<mg_mgr>,
    program: &'a Program,
    listener: Option<Conn>,
}

impl<'a> Manager<'a> {
    fn new(program: &'a Program, without_epoll: bool) -> Manager<'a> {
        // SAFETY: all-zero is a valid manager to be overwritten.
        let mut mgr: Box<mg_mgr> = Box::new(unsafe { std::mem::zeroed() });
        // SAFETY: rule 5.
        unsafe { mg_mgr_init(&mut *mgr) };
        if without_epoll && mgr.epoll_fd >= 0 {
            // SAFETY: nobody uses the descriptor yet.
            unsafe { libc::close(mgr.epoll_fd) };
            mgr.epoll_fd = -1;
        }
        mgr.userdata = std::ptr::from_ref(program).cast_mut().cast::<c_void>();
        Manager { mgr, program, listener: None }
    }

    fn poll(&mut self, ms: i32) {
        // SAFETY: rules 1 and 8.
        unsafe { mg_mgr_poll(&mut *self.mgr, ms) };
    }

    /// Listens. The port is that of the listener.
    fn listen(&mut self, task: Task, url: &str) -> u16 {
        let url = CString::new(url).expect("no NUL");
        let c = if task.kind == Kind::Mqtt {
            mqtt::listen(&mut self.mgr, &url)
        } else {
            let listen = match (task.http, task.kind) {
                (true, _) => mg_http_listen,
                (false, Kind::Modbus) => mg_modbus_listen,
                (false, _) => mg_listen,
            };
            // SAFETY: rules 1, 3 and 7.
            unsafe { listen(&mut *self.mgr, url.as_ptr(), Some(on_event), null_mut()) }
        };
        assert!(!c.is_null(), "can't listen on {url:?}");
        self.listener = Some(Conn(c));
        Conn(c).port()
    }

    fn connect(&mut self, http: bool, kind: Kind, url: &str) -> Conn {
        let url = CString::new(url).expect("no NUL");
        let c: *mut mg_connection = if kind == Kind::Mqtt {
            mqtt::connect(self.program, &mut self.mgr, &url)
        } else {
            let connect = if http { mg_http_connect } else { mg_connect };
            // SAFETY: rules 1, 3 and 7.
            unsafe { connect(&mut *self.mgr, url.as_ptr(), Some(on_event), null_mut()) }
        };
        assert!(!c.is_null());
        Conn(c)
    }

    fn wrap(&mut self, socket: UnixStream) {
        let fd = socket.into_raw_fd();
        // SAFETY: rules 1 and 7; the descriptor is given away.
        assert!(!unsafe { mg_wrapfd(&mut *self.mgr, fd, Some(on_event), null_mut()) }.is_null());
    }

    fn wakeup_init(&mut self) -> bool {
        // SAFETY: rule 1.
        unsafe { mg_wakeup_init(&mut *self.mgr) }
    }

    fn wakeup(&mut self, to: u64, payload: &[u8]) -> bool {
        let id: c_ulong = match to {
            0 | 1 => self.program.numbered(0).map_or(0, Conn::id),
            2 => self.listener.map_or(0, Conn::id),
            3 => 999_999,
            4 => 0,
            _ => panic!("unknown destination {to}"),
        };
        // SAFETY: rules 1 and 2.
        unsafe { mg_wakeup(&mut *self.mgr, id, payload.as_ptr().cast(), payload.len()) }
    }
}

impl Drop for Manager<'_> {
    fn drop(&mut self) {
        // SAFETY: rule 1.
        unsafe { mg_mgr_free(&mut *self.mgr) };
    }
}

/// The program of a scenario.
pub fn program(scenario: &Value, http: bool, kind: Kind) -> Program {
    let (side, name) = match scenario.get("server") {
        Some(server) => (server, &server["handler"]),
        None => (&scenario["client"], &scenario["client"]["program"]),
    };
    let name = name.as_str().expect("a name");
    let handler = match (http, scenario.get("server")) {
        (true, Some(_)) => handlers::http_server(name),
        (true, None) => handlers::http_client(name),
        (false, _) if kind == Kind::Mqtt => mqtt::handler(name),
        (false, _) => handlers::raw(name),
    };
    Program::new(handler, side["opts"].clone())
}

/// A scenario with what is expected of it.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    pub scenario: &'a Value,
    /// What must come out instead of what was recorded.
    pub different: Option<&'a Value>,
    pub http: bool,
    pub kind: Kind,
    /// Watch descriptors with poll() although epoll is there.
    pub without_epoll: bool,
}

impl Task<'_> {
    /// True if what has happened so far is what is expected.
    fn is_on_track(&self, outcome: &Outcome, index: usize, is_last: bool) -> bool {
        match self.different {
            Some(want) if is_last => expected::check(want, self.kind, outcome).is_ok(),
            Some(want) => want["events"][index] == compare::summary(outcome, self.kind, index),
            None => {
                compare::step(self.scenario, self.kind, outcome, index).is_ok()
                    && (!is_last || compare::end(self.scenario, outcome).is_ok())
            }
        }
    }
}

/// Replays a scenario with `program`.
pub fn replay(task: Task, program: &Program) -> Outcome {
    let mut manager = Manager::new(program, task.without_epoll);
    let (peer, port) = set_up(task, &mut manager);
    let mut outcome = Outcome {
        steps: Vec::new(),
        returns: BTreeMap::new(),
        wakeup_init: Vec::new(),
        peer,
        port,
        is_ws_client: ws::client(task.scenario).is_some(),
    };
    let init = &task.scenario["server"]["wakeup_init"];
    if init.as_array().is_some_and(|init| !init.is_empty()) {
        outcome.wakeup_init = vec![manager.wakeup_init(), manager.wakeup_init()];
    }
    let steps = task.scenario["send"].as_array().expect("steps");
    settle(task, &mut manager, &mut outcome, steps.is_empty());
    for (i, step) in steps.iter().enumerate() {
        if let Some(ret) = perform(step, &mut manager, &mut outcome) {
            outcome.returns.insert((i + 1).to_string(), ret);
        }
        settle(task, &mut manager, &mut outcome, i + 1 == steps.len());
    }
    drop(manager);
    outcome
}

/// Makes both ends.
fn set_up(task: Task, manager: &mut Manager) -> (Peer, u16) {
    let Task { scenario, http, kind, .. } = task;
    if let Some(client) = scenario.get("client") {
        let url = client["url"].as_str().expect("a URL");
        let id = scenario["id"].as_str().expect("an id");
        let nobody_listens = id.starts_with("tcp-cli-crefused")
            || ["client-connect-01", "ws-cli-hs-21", "mqtt-cli-clogin-15"].contains(&id);
        let (peer, port) = if nobody_listens {
            Peer::absent()
        } else if url.starts_with("udp:") {
            Peer::udp_server()
        } else {
            Peer::tcp_server()
        };
        let url = url.replace("PORT", &port.to_string());
        let conn = match ws::client(scenario) {
            Some(_) => ws::connect(&mut manager.mgr, &url, manager.program.opt("hdr")),
            None => manager.connect(http, kind, &url),
        };
        if let Some(now) = manager.program.opt("now") {
            conn.send(now.as_bytes());
        }
        return (peer, port);
    }
    let server = &scenario["server"];
    if server.get("wrapfd").is_some() {
        let (ours, theirs) = UnixStream::pair().expect("a socket pair");
        theirs.set_nonblocking(true).expect("a socket");
        manager.wrap(theirs);
        return (Peer::pair(ours), 0);
    }
    let default = if http { "http://127.0.0.1:0" } else { "tcp://127.0.0.1:0" };
    let url = server["url"].as_str().unwrap_or(default);
    let port = manager.listen(task, url);
    let peer = if url.starts_with("udp:") {
        Peer::udp_clients(port, scenario["recv"].as_array().expect("a list by socket").len())
    } else {
        Peer::tcp_client(port)
    };
    (peer, port)
}

/// Performs a step. Returns the result of the program's call, if it is asked for.
fn perform(step: &Value, manager: &mut Manager, outcome: &mut Outcome) -> Option<Value> {
    let k = step["c"].as_u64().unwrap_or(0) as usize;
    let Some(act) = step["act"].as_str() else {
        let mut data = bytes(step.get("data").unwrap_or(step));
        if outcome.is_ws_client {
            data = ws::with_accept(data, &outcome.peer.streams[k].received);
        }
        data = dash::with_tokens(data, &outcome.peer.all_received());
        outcome.peer.send(k, &data);
        return None;
    };
    let program = manager.program;
    let newest = || program.newest().expect("a connection");
    let arg = || step["arg"].as_str().expect("an argument");
    let mut ret = None;
    match act {
        "connect" => outcome.peer.connect(outcome.port),
        "shutdown" | "close" | "reset" => outcome.peer.act(k, act),
        "app_send" => ret = Some(json!(i32::from(newest().send(arg().as_bytes())))),
        "app_printf" => ret = Some(json!(newest().print(arg()))),
        "ws_send" => ws::send_step(newest(), &bytes(&step["arg"])),
        "app_close" => newest().set(flags::CLOSING),
        "app_drain" => newest().set(flags::DRAINING),
        "app_full" => newest().put(flags::FULL, step["n"] != 0),
        "app_error" => newest().error(arg()),
        "app_close_listener" => manager.listener.take().expect("a listener").set(flags::CLOSING),
        "dash_change" => {
            program.dash.change(step["n"].as_u64().expect("a number"), &mut manager.mgr);
        }
        "release" => program.released.set(program.released.get() + 1),
        "opt" => {
            let text = |key: &str| step[key].as_str().expect("a text");
            program.mqtt.borrow_mut().set(text("k"), text("v"));
        }
        act if act.starts_with("mqtt_") => ret = mqtt::perform(program, newest(), act),
        "wakeup" => {
            let to = step["to"].as_u64().expect("a destination");
            return Some(json!(manager.wakeup(to, &bytes(&step["payload"]))));
        }
        _ => panic!("unknown act {act}"),
    }
    ret.filter(|_| step.get("ret").is_some())
}

/// Polls until nothing happens any more, and closes the step.
fn settle(task: Task, manager: &mut Manager, outcome: &mut Outcome, is_last: bool) {
    let log = &manager.program.log;
    let index = outcome.steps.len();
    // Where a limit of chapter 08 may come in there is nothing to wait for.
    let has_limit = task.scenario["hardened"].as_str().is_some_and(|item| item.starts_with("08."));
    let give_up = Instant::now() + PATIENCE;
    let mut quiet = 0;
    loop {
        let before = log.borrow().len();
        manager.poll(i32::from(quiet >= QUIET_POLLS / 2));
        let received = outcome.peer.pump();
        quiet = if received || log.borrow().len() > before { 0 } else { quiet + 1 };
        if quiet < QUIET_POLLS {
            continue;
        }
        let mut events = log.take();
        dash::hide_tokens(&mut events, &outcome.peer.all_received());
        outcome.steps.push(Step {
            events,
            recv_len: outcome.peer.streams.iter().map(|stream| stream.received.len()).collect(),
        });
        if task.is_on_track(outcome, index, is_last) || has_limit || Instant::now() > give_up {
            return;
        }
        // On a slow machine the rest may still come.
        log.replace(outcome.steps.pop().expect("the step just pushed").events);
    }
}
