//! WebSocket conformance over live connections: a peer sends what the table says to a server and to
//! a client that echo all messages, in one piece and byte by byte.

mod program;
mod table;
mod wire;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mongoose::proto::ws::handshake;
use program::Echo;
use table::{Case, End};
use wire::{Frame, Role};

/// How long what must happen may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cases up to this length are also sent byte by byte.
const SHORT: usize = 400;

const CLOSE: u8 = 0x88;
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// A raw socket whose other end is the library's.
struct Peer {
    stream: TcpStream,
    /// Not yet sent.
    output: Vec<u8>,
    input: Vec<u8>,
    ended: bool,
}

impl Peer {
    fn new(stream: TcpStream) -> Peer {
        stream.set_nonblocking(true).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Peer { stream, output: Vec::new(), input: Vec::new(), ended: false }
    }

    /// Sends up to `most` bytes, and takes what is there.
    fn pump(&mut self, most: usize) {
        let len = self.output.len().min(most);
        // Errors show when reading.
        if let Ok(sent) = self.stream.write(&self.output[..len]) {
            self.output.drain(..sent);
        }
        let mut buf = [0; 65536];
        loop {
            match self.stream.read(&mut buf) {
                Ok(0) => break self.ended = true,
                Ok(len) => self.input.extend(&buf[..len]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("reading: {error}"),
            }
        }
    }

    /// Polls both ends until the condition holds; false if it takes too long.
    fn wait(&mut self, echo: &mut Echo, most: usize, done: impl Fn(&Peer) -> bool) -> bool {
        let give_up = Instant::now() + PATIENCE;
        while !done(self) && Instant::now() < give_up {
            self.pump(most);
            echo.poll(i32::from(self.output.is_empty()));
        }
        done(self)
    }

    /// Takes the head of a request or response.
    fn take_head(&mut self, echo: &mut Echo) -> String {
        let end = |peer: &Peer| peer.input.windows(4).position(|window| window == BLANK_LINE);
        assert!(self.wait(echo, usize::MAX, |peer| end(peer).is_some()), "no head");
        let len = end(self).expect("waited for") + BLANK_LINE.len();
        String::from_utf8(self.input.drain(..len).collect()).expect("a head is text")
    }
}

/// A peer of the library's client, behind the handshake.
fn peer_of_client(echo: &mut Echo) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    echo.connect(listener.local_addr().expect("an address").port());
    let mut peer = Peer::new(listener.accept().expect("a connection").0);
    let request = peer.take_head(echo);
    let key = request.split("Sec-WebSocket-Key: ").nth(1).and_then(|rest| rest.lines().next());
    let accept = handshake::accept(key.expect("a key").as_bytes());
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    peer.output = [head.as_bytes(), b"Sec-WebSocket-Accept: ", &accept, BLANK_LINE].concat();
    peer
}

/// A peer of the library's server, behind the handshake.
fn peer_of_server(echo: &mut Echo) -> Peer {
    let mut peer = Peer::new(TcpStream::connect(("127.0.0.1", echo.port())).expect("a server"));
    peer.output = b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        .to_vec();
    assert!(peer.take_head(echo).starts_with("HTTP/1.1 101 "));
    peer
}

/// Runs a case with the library in `role`; the peer sends `most` bytes at a time.
fn run(case: &Case, role: Role, most: usize, echo: &mut Echo) -> Result<(), String> {
    let mut peer = match role {
        Role::Server => peer_of_server(echo),
        Role::Client => peer_of_client(echo),
    };
    let (close, is_error) = match &case.end {
        End::Peer => (Some(1000u16.to_be_bytes().to_vec()), false),
        End::Close(payload) => (Some(payload.clone()), false),
        End::Refused(code) => (Some(code.to_be_bytes().to_vec()), true),
        End::Cut => (None, true),
    };
    let mut send = case.send.clone();
    if let (End::Peer, Some(payload)) = (&case.end, &close) {
        send.push(Frame::new(CLOSE, payload));
    }
    let mut want = case.want.clone();
    want.extend(close.map(|payload| (CLOSE, payload)));
    peer.output.extend(wire::bytes(&send, role));
    let ended = peer.wait(echo, most, |peer| peer.ended);
    let got = wire::frames(&peer.input, role)?;
    let error = echo.take_error();
    if got != want {
        return Err(format!("got {:.300}, not {:.300}", shown(&got), shown(&want)));
    }
    if error.is_some() != is_error {
        return Err(format!("the program has the error {error:?}"));
    }
    if ended { Ok(()) } else { Err("still open".into()) }
}

fn shown(frames: &[wire::Got]) -> String {
    let one = |(first, payload): &wire::Got| {
        format!("{first:02x}:{}:{:02x?}", payload.len(), &payload[..payload.len().min(20)])
    };
    frames.iter().map(one).collect::<Vec<_>>().join(" ")
}

// History: 7.22-websocket-checks | the cases of Autobahn 1 to 7 and 9
#[test]
fn conformance() {
    let mut echo = Echo::new();
    let mut failures = Vec::new();
    let mut passed = 0;
    for case in table::cases() {
        for role in [Role::Server, Role::Client] {
            if case.role.is_some_and(|only| only != role) {
                continue;
            }
            let len = wire::bytes(&case.send, role).len();
            for most in [usize::MAX, 1].into_iter().take(if len > SHORT { 1 } else { 2 }) {
                match run(&case, role, most, &mut echo) {
                    Ok(()) => passed += 1,
                    Err(why) => {
                        let how = if most == 1 { "byte by byte" } else { "in one piece" };
                        failures.push(format!("{}, {role:?}, {how}: {why}", case.name));
                    }
                }
            }
        }
    }
    println!("WebSocket conformance: {passed} passed, {} failed", failures.len());
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
