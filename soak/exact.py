"""A round of peers who behave, whose bytes are counted on both sides."""

import socket
import ssl

from attacks.lib.wire import LOOPBACK, UPGRADE, frame, read_answer, request

ROUNDS = 50
COUNTED = ("connections_accepted", "connections_closed", "requests", "responses.1xx",
           "responses.2xx", "websocket_messages", "tls_handshakes.ok", "bytes.in", "bytes.out")


class Counted:
    """A connection that counts, and that knows its requests and messages."""

    def __init__(self, port, tally):
        self.sock = socket.create_connection((LOOPBACK, port), 20)
        self.tally = tally
        tally["connections_accepted"] += 1
        tally["connections_closed"] += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def sendall(self, data):
        self.tally["bytes.in"] += len(data)
        self.sock.sendall(data)

    def recv(self, size):
        piece = self.sock.recv(size)
        self.tally["bytes.out"] += len(piece)
        return piece

    def read(self, size):
        while size > 0 and (piece := self.recv(size)):
            size -= len(piece)


def http(port, tally, count):
    with Counted(port, tally) as sock:
        rest = b""
        for i in range(count):
            path = ("/", "/later", "/bytes?n=70000", "/stream?n=9999", "/page.txt")[i % 5]
            sock.sendall(request(path))
            tally["requests"] += 1
            tally["responses.2xx"] += 1
            answer, rest = read_answer(sock, rest)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.head!r}")


def https(port, tally, tls):
    """A request by TLS, whose bytes are counted as they are on the wire."""
    with Counted(port, tally) as sock:
        received, to_be_sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = tls.wrap_bio(received, to_be_sent, server_hostname="localhost")
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(to_be_sent.read())
                received.write(sock.recv(65536))
        session.write(request(fields=["Connection: close"]))
        sock.sendall(to_be_sent.read())
        while piece := sock.recv(65536):
            received.write(piece)
        for name in ("tls_handshakes.ok", "requests", "responses.2xx"):
            tally[name] += 1
        if not (answer := session.read(1000)).startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"HTTPS: {answer!r}")


def websocket(port, tally, count):
    with Counted(port, tally) as sock:
        sock.sendall(request("/ws", fields=UPGRADE))
        read_answer(sock)
        tally["requests"] += 1
        tally["responses.1xx"] += 1
        for size in range(count):
            sock.sendall(frame(2, b"e" * size))
            sock.read(2 + size)
            tally["websocket_messages"] += 1


def tcp(port, tally, count):
    with Counted(port, tally) as sock:
        for size in range(1, count):
            sock.sendall(b"t" * 1000 * size)
            sock.read(1000 * size)


def exact_round(ports, tls):
    """What each counter of the server must have gone up by."""
    tally = dict.fromkeys(COUNTED, 0)
    for i in range(ROUNDS):
        http(ports["http"], tally, i % 12)
        websocket(ports["http"], tally, i)
        tcp(ports["tcp"], tally, i % 8)
        https(ports["https"], tally, tls)
    return tally
