"""Peers that speak HTTP: well, badly, slowly, or not to the end."""

import time

from attacks.lib.wire import everything, read_answer, request

from .load import PATIENCE

PAGES = {"/": 3, "/later": 3, "/fetch": None, "/routed": 3, "/stream?n=20000": None,
         "/bytes?n=1000": 1000, "/bytes?n=300000": 300_000, "/page.txt": 3}


def answered(peer, sock, rest=b""):
    """The next answer, or the end of the connection: one of them comes."""
    begin = time.monotonic()
    answer, rest = read_answer(sock, rest)
    if answer.status == 0 and time.monotonic() - begin >= PATIENCE:
        peer.wrong("a request without answer")
    return answer, rest


def get(peer, sock, rest=b"", fields=(), path=None):
    """A request on a connection: the answer, and what came behind it. An answer of 200 must be the
    right one; others depend on the configuration of the moment."""
    path = path or peer.random.choice(list(PAGES))
    sock.sendall(request(path, fields=fields))
    answer, rest = answered(peer, sock, rest)
    length, declared = PAGES[path], int(answer.fields.get("content-length", -1))
    if answer.status == 200 and length is not None and declared != length:
        peer.wrong(f"{path} has {declared} bytes")
    return answer, rest


def keep_alive(peer):
    """Some requests on one connection."""
    with peer.web() as sock:
        rest = b""
        for _ in range(peer.random.randint(1, 12)):
            answer, rest = get(peer, sock, rest)
            if answer.status == 0:
                return
        peer.keep_session(sock)


def one_shot(peer):
    with peer.web() as sock:
        get(peer, sock, fields=["Connection: close"])
        peer.keep_session(sock)


def pipeline(peer):
    """Requests without waiting for answers."""
    with peer.web() as sock:
        count, rest = peer.random.randint(2, 30), b""
        sock.sendall(request() * count)
        for _ in range(count):
            answer, rest = answered(peer, sock, rest)
            if answer.status == 0:
                return


def upload(peer):
    """A body with a length, or in chunks, into a file or not."""
    with peer.web() as sock:
        body = b"u" * peer.random.choice((10, 5000, 200_000))
        path = peer.random.choice(("/upload", "/echo"))
        if peer.chance(0.5):
            sock.sendall(request(path, "POST", body=body))
        else:
            sock.sendall(request(path, "POST", ["Transfer-Encoding: chunked"]))
            for at in range(0, len(body), 7000):
                piece = body[at:at + 7000]
                sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            sock.sendall(b"0\r\n\r\n")
        answer = answered(peer, sock)[0]
        if path == "/echo" and answer.status == 200 and int(answer.body) != len(body):
            peer.wrong(f"{len(body)} bytes were {answer.body!r}")


def aborted(peer):
    """A request or upload that breaks off anywhere, or an answer that nobody waits for."""
    sock = peer.web()
    path = peer.random.choice(("/upload", "/stream?n=3000000", "/bytes?n=4000000", "/later"))
    whole = request(path, "POST", body=b"a" * 50_000) if path == "/upload" else request(path)
    if peer.chance(0.5):
        whole = whole[:peer.random.randrange(len(whole))]
    try:
        sock.sendall(whole)
        if peer.chance(0.5):
            sock.settimeout(0.05)
            sock.recv(5000)
    except TimeoutError:
        pass
    finally:
        peer.reset(sock)


def half_closed(peer):
    """Says that there is nothing more to come, and reads on."""
    with peer.connect("http") as sock:
        path = peer.random.choice(("/", "/later", "/stream?n=100000"))
        sock.sendall(request(path))
        sock.shutdown(1)
        until_closed(peer, sock, f"half-closed after {path}")


def until_closed(peer, sock, what, seconds=15):
    if not everything(sock, seconds)[1]:
        peer.wrong(f"{what}: the connection outlives its deadline")


def drip(peer, sock, data, pause):
    """Sends byte by byte until the server has enough of it, or all peers have to go."""
    end = time.monotonic() + 30
    sock.settimeout(pause)
    for byte in data:
        if not peer.load.is_on.is_set():
            return
        sock.sendall(bytes([byte]))
        try:
            if not sock.recv(5000):
                return
        except TimeoutError:
            pass
        if time.monotonic() > end:
            peer.wrong("a slow request is taken")
            return


def slow_head(peer):
    with peer.web() as sock:
        drip(peer, sock, request() + b"x" * 200, 0.2)


def slow_body(peer):
    """Is under way for 10 seconds before its rate counts."""
    with peer.web() as sock:
        sock.sendall(request("/echo", "POST", ["Content-Length: 100000"]))
        drip(peer, sock, b"s" * 1000, 0.3)


def slow_reader(peer):
    """Asks for much and does not read it until the server has enough, or a little sooner."""
    with peer.connect("http", receive_buffer=4096) as sock:
        sock.sendall(request("/bytes?n=4000000") + request("/bytes?n=4000000"))
        time.sleep(peer.random.uniform(1, 4))
        peer.reset(sock)


def idle(peer):
    """Stays on after a request, or never makes one. (Responses that the program writes by itself,
    as for /bytes, may go on at any time: there is no deadline behind them.)"""
    with peer.web() as sock:
        if peer.chance(0.7):
            get(peer, sock, path="/")
        until_closed(peer, sock, "idle")


KINDS = {keep_alive: 30, one_shot: 20, pipeline: 8, upload: 10, aborted: 15, half_closed: 5,
         slow_head: 2, slow_body: 1, slow_reader: 1, idle: 3}
