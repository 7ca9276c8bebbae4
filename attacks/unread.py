"""Peers that send without end and never read."""

# History: figure-pipelining; figure-pings | over TCP and TLS, one peer and ten
# History: unbounded buffers | memory stays below the cap
# History: 7.22-send-buffer; 7.22-ping-flood | memory stays below the cap

import os
import socket
import ssl
import time

from .lib.process import Watch
from .lib.wire import UPGRADE, connect, frame, read_answer, request

PEERS = 10
RECEIVED, SENT = 3 << 20, 64 << 20  # max_recv_size, max_send_size
ALL = 64 << 20  # max_memory where that is set
OTHERWISE = 4 << 20  # resident memory that is not in buffers


def run(arena):
    certificates = arena.certificates()
    tls = ("-C", certificates / "server.crt", "-K", certificates / "server.key")
    pipelined = request("/bytes?n=10000") * 200
    pings = frame(9, os.urandom(125)) * 500
    for what, prepare, data, args in (
            ("pipelined GETs", None, pipelined, ()),
            ("WebSocket pings", upgrade, pings, ()),
            ("WebSocket messages", upgrade, frame(2, os.urandom(60_000)), ()),
            ("TLS records", secure, pipelined, tls)):
        # A buffer that grows exists twice for a moment, and the allocator keeps some of the smaller
        # ones that it had before.
        against(arena, what, prepare, data, args, 1, {}, 3 * (RECEIVED + SENT) + OTHERWISE)
        against(arena, what, prepare, data, args, PEERS, {"max_memory": "64m"},
                ALL + OTHERWISE)


def upgrade(server):
    peer = connect(server.port)
    peer.sendall(request("/ws", fields=UPGRADE))
    if read_answer(peer)[0].status != 101:
        raise RuntimeError("no WebSocket")
    return peer


def secure(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    peer = socket.create_connection(("127.0.0.1", server.ports[0]), 10)
    return context.wrap_socket(peer)


class Flooder:
    """One peer that sends the same bytes again and again, and comes back when it is closed."""

    def __init__(self, server, prepare, data):
        self.server, self.prepare, self.data = server, prepare, data
        self.sent = self.times = 0
        self.peer, self.rest = None, b""

    def push(self):
        """Sends what the other side takes; False if that was nothing."""
        try:
            if self.peer is None:
                prepare = self.prepare or (lambda server: connect(server.port))
                self.peer = prepare(self.server)
                self.peer.setblocking(False)
                self.rest, self.times = b"", self.times + 1
            self.rest = self.rest or self.data
            taken = self.peer.send(self.rest)
            self.rest = self.rest[taken:]
            self.sent += taken
            return taken > 0
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return False
        except OSError:
            self.close()
            return False

    def close(self):
        if self.peer is not None:
            self.peer.close()
            self.peer = None


def against(arena, what, prepare, data, args, count, options, cap):
    server = arena.server("target", *args, **options)
    flooders = [Flooder(server, prepare, data) for _ in range(count)]
    seconds = arena.seconds(60, 4)
    base, before, begin = server.memory(), server.cpu(), time.monotonic()
    end = begin + seconds
    with Watch(server) as watch:
        prober = arena.prober(server.port)
        # A server that has lost shall not take the whole machine with it.
        while time.monotonic() < end and server.alive() and watch.most_memory - base < 4 * cap:
            if not any([flooder.push() for flooder in flooders]):
                time.sleep(0.01)
        figures = prober.finish()
        share = 100 * (server.cpu() - before) / (time.monotonic() - begin)
    for flooder in flooders:
        flooder.close()
    growth = watch.most_memory - base
    sent = sum(flooder.sent for flooder in flooders)
    times = sum(flooder.times for flooder in flooders)
    what = f"{what}, {count} peer{'s' if count > 1 else ''}"
    arena.row(f"{what}: memory", f"< {cap / 1e6:.0f} MB more",
              f"{growth / 1e6:.1f} MB more ({sent / 1e6:.0f} MB taken, {times} connections, "
              f"CPU {share:.0f} %)", growth < cap and server.alive() and sent > 0)
    arena.row(f"{what}: ordinary GETs", "all < 2 s", str(figures), figures.within(2))
    arena.stop(server)
