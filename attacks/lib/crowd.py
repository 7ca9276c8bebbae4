"""Many connections at once, none of which blocks."""

import errno
import select
import socket
import time

from .wire import LOOPBACK

KEPT = 4096  # bytes kept of what each peer receives


class Peer:
    """One connection: when it was made and when it ended, and what it received."""

    def __init__(self, sock, hello):
        self.sock, self.hello = sock, hello
        self.begun = time.monotonic()
        self.connected = self.ended = None
        self.got = b""

    def open(self):
        return self.ended is None and self.connected is not None

    def lived(self):
        return self.ended - self.connected


class Crowd:
    """Connections to one port, as many as wanted."""

    def __init__(self, port, receive_buffer=None):
        self.port, self.receive_buffer = port, receive_buffer
        self.epoll = select.epoll()
        self.peers = []
        self.by_fd = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        self.epoll.close()

    def add(self, count, hello=b"", source="127.0.0.2"):
        """Begins to connect; `hello` is sent as soon as that has succeeded."""
        for _ in range(count):
            sock = socket.socket()
            sock.setblocking(False)
            if self.receive_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
            sock.setsockopt(socket.SOL_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
            sock.bind((source, 0))
            status = sock.connect_ex((LOOPBACK, self.port))
            if status not in (0, errno.EINPROGRESS):
                raise OSError(status, "connect")
            peer = Peer(sock, hello)
            self.peers.append(peer)
            self.by_fd[sock.fileno()] = peer
            self.epoll.register(sock.fileno(), select.EPOLLIN | select.EPOLLOUT)
            if len(self.peers) % 50 == 0:
                self.step(0)

    def step(self, timeout):
        """Handles what happens within the timeout, once."""
        for fd, events in self.epoll.poll(timeout, 1000):
            peer = self.by_fd.get(fd)
            if peer is None:
                continue
            if peer.connected is None:
                self.on_connected(peer)
            if peer.ended is None and events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self.on_input(peer)

    def on_connected(self, peer):
        if peer.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
            self.end(peer)
            return
        peer.connected = time.monotonic()
        self.epoll.modify(peer.sock.fileno(), select.EPOLLIN)
        if peer.hello:
            self.say(peer, peer.hello)

    def on_input(self, peer):
        try:
            piece = peer.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.end(peer)
        elif len(peer.got) < KEPT:
            peer.got += piece

    def end(self, peer):
        """The connection is over, as seen from here."""
        if peer.ended is None:
            peer.ended = time.monotonic()
            del self.by_fd[peer.sock.fileno()]
            peer.sock.close()

    def say(self, peer, data):
        """Sends without waiting: how many bytes were taken."""
        try:
            return peer.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.end(peer)
            return 0

    def run(self, seconds, until=None):
        """Handles what happens for so long, or until a condition holds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.step(min(left, 0.1))
            if until is not None and until():
                return True
        return False

    def open(self):
        return [peer for peer in self.peers if peer.open()]

    def ended(self):
        return [peer for peer in self.peers if peer.ended is not None]

    def close(self):
        for peer in self.peers:
            self.end(peer)
