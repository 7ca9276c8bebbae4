"""Peers of all kinds, many at a time: which comes next is random, by weight."""

import collections
import random
import socket
import ssl
import struct
import threading

from attacks.lib.wire import LOOPBACK

PEERS = 40           # threads
PAUSE = 0.15         # seconds between two peers of a thread, at most
SOURCES = 40         # addresses that peers come from: 127.0.0.1 and up
PATIENCE = 20        # seconds until something that must happen has failed


class Peer:
    """What a peer has at hand: randomness, connections, a place for what went wrong."""

    def __init__(self, load, seed):
        self.load, self.random = load, random.Random(seed)
        self.session = None  # of TLS, to be resumed

    def connect(self, listener, receive_buffer=None):
        """A connection, from one of many addresses."""
        source = f"127.0.0.{self.random.randint(1, SOURCES)}"
        sock = socket.socket()
        try:
            sock.settimeout(PATIENCE)
            if receive_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.setsockopt(socket.SOL_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
            sock.bind((source, 0))
            sock.connect((LOOPBACK, self.load.ports[listener]))
        except OSError:
            sock.close()
            raise
        return sock

    def web(self):
        """A connection for HTTP: plain, by TLS, or to the listener that comes and goes."""
        listener = self.random.choice(("http", "http", "https", "spare"))
        sock = self.connect(listener)
        return self.secure(sock) if listener == "https" else sock

    def secure(self, sock):
        """TLS on a connection, sometimes resumed."""
        session = self.session if self.random.random() < 0.6 else None
        try:
            sock = self.load.tls.wrap_socket(sock, server_hostname="localhost", session=session)
        except (OSError, ValueError):
            sock.close()
            raise
        return sock

    def keep_session(self, sock):
        if isinstance(sock, ssl.SSLSocket):
            self.session = sock.session

    def chance(self, share):
        return self.random.random() < share

    def wrong(self, what):
        """Something that no configuration explains."""
        self.load.errors.append(what)

    @staticmethod
    def reset(sock):
        """Closes with RST."""
        if isinstance(sock, ssl.SSLSocket):
            sock = socket.socket(fileno=sock.detach())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()


class Load:
    """Threads of peers; `pause` ends when all of them are gone."""

    def __init__(self, ports, authority, kinds, seed):
        self.ports, self.seed = ports, seed
        self.kinds, self.weights = list(kinds), list(kinds.values())
        self.tls = ssl.create_default_context(cafile=authority)
        self.errors, self.ended, self.cut = [], collections.Counter(), collections.Counter()
        self.is_on, self.threads, self.rounds = threading.Event(), [], 0
        self.crowd = threading.Lock()  # one burst at a time

    def resume(self):
        self.is_on.set()
        self.rounds += 1
        self.threads = [threading.Thread(target=self.work, daemon=True,
                                         args=(Peer(self, f"{self.seed} {self.rounds} {i}"),))
                        for i in range(PEERS)]
        for thread in self.threads:
            thread.start()

    def work(self, peer):
        """One peer after the other. What the server does to them is no error."""
        while self.is_on.is_set():
            kind = peer.random.choices(self.kinds, self.weights)[0]
            try:
                kind(peer)
                self.ended[kind.__name__] += 1
            except TimeoutError:
                peer.wrong(f"{kind.__name__}: nothing happened for {PATIENCE} s")
            except OSError:
                self.cut[kind.__name__] += 1
            except Exception as error:  # a bug in the peer: the test has failed, others go on
                peer.wrong(f"{kind.__name__}: {type(error).__name__}: {error}")
            threading.Event().wait(peer.random.uniform(0, PAUSE))

    def pause(self):
        self.is_on.clear()
        for thread in self.threads:
            thread.join(4 * PATIENCE)
        if any(thread.is_alive() for thread in self.threads):
            self.errors.append("peers that do not end")

    def sessions(self):
        """How many ended as they wanted, and how many the server cut off."""
        return sum(self.ended.values()), sum(self.cut.values())
