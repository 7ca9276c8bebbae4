//! The scripted peer: raw non-blocking sockets in the thread of the program.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

/// A stream socket: TCP, or one end of a pair.
trait Socket: Read + Write + AsRawFd {
    fn half_close(&self);
}

impl Socket for TcpStream {
    fn half_close(&self) {
        let _ = self.shutdown(std::net::Shutdown::Write); // The other end may be gone.
    }
}

impl Socket for UnixStream {
    fn half_close(&self) {
        let _ = self.shutdown(std::net::Shutdown::Write); // The other end may be gone.
    }
}

/// One stream connection of the peer.
pub struct Stream {
    /// `None` once the peer has closed it.
    socket: Option<Box<dyn Socket>>,
    /// Bytes on their way to the program.
    unsent: Vec<u8>,
    pub received: Vec<u8>,
    /// The program has closed the connection.
    pub ended: bool,
}

impl Stream {
    fn new(socket: Box<dyn Socket>) -> Stream {
        Stream { socket: Some(socket), unsent: Vec::new(), received: Vec::new(), ended: false }
    }

    fn tcp(socket: TcpStream) -> Stream {
        socket.set_nonblocking(true).expect("a socket");
        socket.set_nodelay(true).expect("a socket");
        Stream::new(Box::new(socket))
    }

    /// Sends and receives what goes. True if anything went.
    fn pump(&mut self) -> bool {
        let sent = self.push();
        let mut progress = false;
        let mut buf = [0; 65536];
        while let Some(socket) = self.socket.as_mut().filter(|_| !self.ended) {
            match socket.read(&mut buf) {
                Ok(0) => self.ended = true,
                Ok(n) => self.received.extend(&buf[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.ended = true,
            }
            progress = true;
        }
        sent || progress
    }

    fn push(&mut self) -> bool {
        let Some(socket) = self.socket.as_mut().filter(|_| !self.unsent.is_empty()) else {
            return false;
        };
        match socket.write(&self.unsent) {
            Ok(n) => {
                self.unsent.drain(..n);
                true
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => false,
            Err(_) => {
                self.unsent.clear(); // The program has closed the connection.
                true
            }
        }
    }

    fn send(&mut self, data: &[u8]) {
        self.unsent.extend(data);
        self.push();
    }

    fn act(&mut self, act: &str) {
        match act {
            "shutdown" => self.socket.as_ref().expect("open").half_close(),
            "close" => self.socket = None,
            "reset" => {
                let socket = self.socket.take().expect("open");
                let linger = libc::linger { l_onoff: 1, l_linger: 0 };
                // SAFETY: an open socket; the option is a live `struct linger`.
                let done = unsafe {
                    libc::setsockopt(
                        socket.as_raw_fd(),
                        libc::SOL_SOCKET,
                        libc::SO_LINGER,
                        (&raw const linger).cast(),
                        size_of::<libc::linger>() as u32,
                    )
                };
                assert_eq!(done, 0);
            }
            _ => panic!("unknown act {act}"),
        }
    }
}

/// A UDP socket of the peer.
pub struct Datagrams {
    socket: UdpSocket,
    /// The program's address, once known.
    program: Option<SocketAddr>,
    pub received: Vec<Vec<u8>>,
}

impl Datagrams {
    fn new(program: Option<SocketAddr>) -> Datagrams {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        socket.set_nonblocking(true).expect("a socket");
        Datagrams { socket, program, received: Vec::new() }
    }

    fn pump(&mut self) -> bool {
        let mut buf = [0; 65536];
        let before = self.received.len();
        // Errors are those of earlier datagrams that nobody took.
        while let Ok((n, from)) = self.socket.recv_from(&mut buf) {
            self.program = Some(from);
            self.received.push(buf[..n].to_vec());
        }
        self.received.len() > before
    }

    fn send(&self, data: &[u8]) {
        let program = self.program.expect("the program's address");
        let _ = self.socket.send_to(data, program); // The program may have closed its socket.
    }
}

/// The peer's end of a scenario.
pub struct Peer {
    /// Waits for the program to connect.
    listener: Option<TcpListener>,
    /// Keeps a port on which nobody listens from being given to somebody else.
    _held: Option<(TcpListener, TcpStream)>,
    pub streams: Vec<Stream>,
    pub sockets: Vec<Datagrams>,
}

impl Peer {
    /// What each stream connection has received.
    pub fn all_received(&self) -> Vec<Vec<u8>> {
        self.streams.iter().map(|stream| stream.received.clone()).collect()
    }

    fn new(listener: Option<TcpListener>, streams: Vec<Stream>, sockets: Vec<Datagrams>) -> Peer {
        Peer { listener, _held: None, streams, sockets }
    }

    /// Nobody listens. Also gives the port: the client's end of a connection has it.
    pub fn absent() -> (Peer, u16) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).expect("room");
        let port = client.local_addr().expect("an address").port();
        let peer = Peer::new(None, Vec::new(), Vec::new());
        (Peer { _held: Some((listener, client)), ..peer }, port)
    }

    /// A TCP server, and its port.
    pub fn tcp_server() -> (Peer, u16) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        (Peer::new(Some(listener), Vec::new(), Vec::new()), port)
    }

    /// A UDP server, and its port.
    pub fn udp_server() -> (Peer, u16) {
        let socket = Datagrams::new(None);
        let port = socket.socket.local_addr().expect("an address").port();
        (Peer::new(None, Vec::new(), vec![socket]), port)
    }

    /// A client of the program's TCP server.
    pub fn tcp_client(port: u16) -> Peer {
        Peer::new(None, vec![Stream::tcp(connect(port))], Vec::new())
    }

    /// UDP clients of the program's server.
    pub fn udp_clients(port: u16, count: usize) -> Peer {
        let program = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Peer::new(None, Vec::new(), (0..count).map(|_| Datagrams::new(program)).collect())
    }

    /// One end of a socket pair.
    pub fn pair(socket: UnixStream) -> Peer {
        socket.set_nonblocking(true).expect("a socket");
        Peer::new(None, vec![Stream::new(Box::new(socket))], Vec::new())
    }

    /// Accepts, sends and receives what goes. True if anything went.
    pub fn pump(&mut self) -> bool {
        let mut progress = false;
        if let Some((socket, _)) = self.listener.as_ref().and_then(|l| l.accept().ok()) {
            self.streams.push(Stream::tcp(socket));
            progress = true;
        }
        for stream in &mut self.streams {
            progress |= stream.pump();
        }
        for socket in &mut self.sockets {
            progress |= socket.pump();
        }
        progress
    }

    /// Sends on connection or socket `k`.
    pub fn send(&mut self, k: usize, data: &[u8]) {
        match self.sockets.get(k) {
            Some(socket) => socket.send(data),
            None => self.streams[k].send(data),
        }
    }

    /// One more connection to the program's server.
    pub fn connect(&mut self, port: u16) {
        self.streams.push(Stream::tcp(connect(port)));
    }

    /// A step of the peer on connection `k`.
    pub fn act(&mut self, k: usize, act: &str) {
        self.streams[k].act(act);
    }
}

fn connect(port: u16) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .or_else(|_| TcpStream::connect((Ipv6Addr::LOCALHOST, port)))
        .expect("the program listens")
}
