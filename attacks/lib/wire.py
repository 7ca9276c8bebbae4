"""Bytes on sockets: requests, answers, WebSocket frames."""

import os
import socket
import struct
import time

LOOPBACK = "127.0.0.1"


class Answer:
    """A response; status 0 means that the connection ended without one."""

    def __init__(self, head=b"", body=b""):
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split()
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields[name.strip().lower()] = value.strip()
        self.head, self.body = head, body


def connect(port, source=None, timeout=10):
    return socket.create_connection((LOOPBACK, port), timeout,
                                    (source, 0) if source is not None else None)


def read_answer(peer, rest=b"", method="GET"):
    """The next answer, and what came behind it."""
    got = rest
    try:
        while b"\r\n\r\n" not in got:
            piece = peer.recv(65536)
            if not piece:
                return Answer(), got
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        answer = Answer(head)
        if method == "HEAD" or answer.status in (204, 304) or answer.status < 200:
            return answer, body
        length = answer.fields.get("content-length")
        chunked = "chunked" in answer.fields.get("transfer-encoding", "")
        while not (chunked and body.endswith(b"0\r\n\r\n")) and \
                not (length is not None and len(body) >= int(length)):
            piece = peer.recv(65536)
            if not piece:
                break
            body += piece
    except OSError:
        return Answer(), got
    size = int(length) if length is not None else len(body)
    answer.body = body[:size]
    return answer, body[size:]


def request(path="/", method="GET", fields=(), body=b"", version="HTTP/1.1"):
    """A request in bytes; `path` may be bytes."""
    path = path if isinstance(path, bytes) else path.encode()
    lines = [b"%s %s %s" % (method.encode(), path, version.encode()), b"Host: localhost"]
    lines += [field.encode() for field in fields]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def exchange(port, data, source=None, timeout=10, method="GET"):
    """Sends bytes on a connection of their own: the first answer."""
    try:
        with connect(port, source, timeout) as peer:
            peer.sendall(data)
            return read_answer(peer, method=method)[0]
    except OSError:
        return Answer()


def get(port, path="/", source=None, fields=(), timeout=10):
    """An ordinary request, on a connection of its own; `seconds` says how long it took."""
    begin = time.monotonic()
    answer = exchange(port, request(path, fields=[*fields, "Connection: close"]), source, timeout)
    answer.seconds = time.monotonic() - begin
    return answer


def everything(peer, seconds):
    """All that comes until the connection ends; and whether it did end in that time."""
    got, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        peer.settimeout(left)
        try:
            piece = peer.recv(65536)
        except TimeoutError:
            break
        except OSError:
            return got, True
        if not piece:
            return got, True
        got += piece
    return got, False


UPGRADE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


def frame(opcode, payload=b"", last=True, declared=None):
    """A masked WebSocket frame; `declared` is a length to lie about."""
    length = len(payload) if declared is None else declared
    head = bytes([(0x80 if last else 0) | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 1 << 16:
        head += struct.pack(">BH", 0x80 | 126, length)
    else:
        head += struct.pack(">BQ", 0x80 | 127, length)
    mask = os.urandom(4)
    keys = (mask * (len(payload) // 4 + 1))[:len(payload)]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big"))
    return head + mask + masked.to_bytes(len(payload), "big")


def close_code(data):
    """Code of the first close frame among whole, unmasked frames; None if there is none."""
    while len(data) >= 2:
        length, at = data[1] & 127, 2
        if length == 126:
            length, at = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, at = int.from_bytes(data[2:10], "big"), 10
        if data[0] & 15 == 8:
            return int.from_bytes(data[at:at + 2], "big") if length >= 2 else 1005
        data = data[at + length:]
    return None
