"""Peers that speak something else than HTTP, or nothing that anybody knows."""

import time

from attacks.lib.wire import UPGRADE, everything, frame, read_answer, request

from .load import PATIENCE

CROWD = 200  # connections in a burst, more than the server takes
CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04soak"
SUBSCRIBE = b"\x82\x09\x00\x01\x00\x04soak\x01"
PUBLISH = b"\x32\x0d\x00\x04soak\x00\x02hello"


def upgraded(peer):
    """A WebSocket connection, or None if the server does not want one now."""
    sock = peer.web()
    try:
        sock.sendall(request("/ws", fields=UPGRADE))
        if read_answer(sock)[0].status == 101:
            return sock
    except OSError:
        sock.close()
        raise
    sock.close()
    return None


def websocket(peer):
    """Messages, small and big, in pieces, with pings; then a farewell, or none."""
    sock = upgraded(peer)
    if sock is None:
        return
    with sock:
        for _ in range(peer.random.randint(1, 10)):
            message = b"w" * peer.random.choice((1, 200, 3000, 200_000))
            sock.sendall(frame(1, message, last=False) + frame(9, b"?") + frame(0, b"!"))
            if not sock.recv(65536):
                return
        if peer.chance(0.4):
            peer.reset(sock)
        elif peer.chance(0.5):
            sock.sendall(frame(8, b"\x03\xe8"))
            everything(sock, PATIENCE)


def listener(peer):
    """Takes what is sent to everybody, answers no ping, and goes when told, or after a while."""
    sock = upgraded(peer)
    if sock is not None:
        with sock:
            sock.sendall(frame(1, b"all"))
            everything(sock, peer.random.uniform(0.5, 5))


def bad_frames(peer):
    """What a WebSocket server must refuse."""
    sock = upgraded(peer)
    if sock is not None:
        with sock:
            sock.sendall(peer.random.choice((frame(3), frame(9, b"x" * 200), b"\x81\x01x",
                                             frame(2, declared=1 << 40), frame(1, b"\xff"))))
            everything(sock, 3)


def mqtt(peer):
    """A session that breaks off somewhere."""
    sock = peer.connect("mqtt")
    script = CONNECT + SUBSCRIBE + PUBLISH * peer.random.randint(0, 50) + b"\xc0\x00"
    try:
        sock.sendall(script[:peer.random.randint(1, len(script))])
        sock.settimeout(0.1)
        sock.recv(5000)
    except TimeoutError:
        pass
    finally:
        (peer.reset if peer.chance(0.5) else type(sock).close)(sock)


def echo(peer):
    """Raw TCP."""
    with peer.connect("tcp") as sock:
        data = peer.random.randbytes(peer.random.randint(1, 50_000))
        sock.sendall(data)
        sock.shutdown(1)
        got = everything(sock, PATIENCE)[0]
        if not data.startswith(got):
            peer.wrong("TCP: something else comes back")


def cut_handshake(peer):
    """Begins TLS and is gone, waits for the deadline, or speaks something else."""
    sock = peer.connect("https")
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + peer.random.randbytes(200)
    try:
        alert = b"\x15\x03\x03\x00\x02\x02\x00"
        sock.sendall(peer.random.choice((hello, hello[:20], request(), alert, b"")))
        everything(sock, peer.random.choice((0.01, 0.3, 4)))
    finally:
        peer.reset(sock)


def garbage(peer):
    """Noise, on any port."""
    with peer.connect(peer.random.choice(list(peer.load.ports))) as sock:
        noise = peer.random.choice((peer.random.randbytes(500), b"\x10\xff\xff\xff\x7f", b"GET\n\n",
                                    b"GET / HTTP/1.1\r\nA\x00: b\r\n\r\n", b"\r\n" * 2000,
                                    request(fields=["Content-Length: 1", "Content-Length: 2"])))
        sock.sendall(noise)
        everything(sock, 1)


def burst(peer):
    """More connections than the server takes, at once; some say something, most do not."""
    if not peer.load.crowd.acquire(blocking=False):
        return
    socks = []
    try:
        for i in range(CROWD):
            socks.append(peer.connect("http"))
            if i % 10 == 0:
                socks[-1].sendall(request() if i % 20 else request()[:9])
        time.sleep(peer.random.uniform(0, 1))
    finally:
        for sock in socks:
            (peer.reset if peer.chance(0.5) else type(sock).close)(sock)
        peer.load.crowd.release()


KINDS = {websocket: 12, listener: 4, bad_frames: 4, mqtt: 10, echo: 8, cut_handshake: 5, garbage: 8,
         burst: 0.4}
