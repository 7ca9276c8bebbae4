"""WebSocket from foreign sites, with wrong subprotocols, too large and too many messages."""

# History: WebSocket hijacking | other sites are refused before the upgrade
# History: CVE-2017-2921 | 2^31 to 2^64 - 1 bytes announced: closed, no memory taken

import time

from .lib.process import Watch
from .lib.wire import (UPGRADE, close_code, connect, everything, exchange, frame, read_answer,
                       request)

GOOD = "https://good.example"
SMALL = 1024
RATE = 10


def run(arena):
    origins(arena)
    subprotocols(arena)
    sizes(arena)
    rates(arena)


def upgrade(server, *fields):
    return exchange(server.port, request("/ws", fields=[*UPGRADE, *fields]))


def statuses(arena, server, cases):
    for what, fields, wanted in cases:
        got = upgrade(server, *fields).status
        arena.row(what, str(wanted), str(got), got == wanted)
    arena.stop(server)


def origins(arena):
    server = arena.server(websocket_allowed_origins=GOOD)
    statuses(arena, server, [
        ("the allowed site", [f"Origin: {GOOD}"], 101),
        ("no browser: no Origin", [], 101),
        ("another site", ["Origin: https://evil.example"], 403),
        ("longer name", [f"Origin: {GOOD}.evil.example"], 403),
        ("shorter name", [f"Origin: {GOOD[:-1]}"], 403),
        ("name in front", ["Origin: https://evil.good.example"], 403),
        ("another scheme", ["Origin: http://good.example"], 403),
        ("another port", [f"Origin: {GOOD}:8443"], 403),
        ("null", ["Origin: null"], 403),
        ("two Origins", [f"Origin: {GOOD}", "Origin: https://evil.example"], 403),
    ])
    server = arena.server(websocket_allowed_origins="same")
    statuses(arena, server, [
        ("same: the server's own pages", ["Origin: http://localhost"], 101),
        ("same: another site", ["Origin: http://evil.example"], 403),
        ("same: name in front", ["Origin: http://localhost.evil.example"], 403),
    ])


def subprotocols(arena):
    server = arena.server(websocket_protocols="chat,superchat")
    answer = upgrade(server, "Sec-WebSocket-Protocol: other, superchat, chat")
    chosen = answer.fields.get("sec-websocket-protocol")
    arena.row("known subprotocols", "101, chat", f"{answer.status}, {chosen}",
              (answer.status, chosen) == (101, "chat"))
    statuses(arena, server, [
        ("unknown subprotocol", ["Sec-WebSocket-Protocol: other"], 400),
        ("no subprotocol", [], 101),
    ])


def sent(server, *frames):
    """Close code that the frames are answered with, and seconds until then; None if open."""
    with connect(server.port) as peer:
        peer.sendall(request("/ws", fields=UPGRADE))
        answer, rest = read_answer(peer)
        if answer.status != 101:
            return None, 0
        begin = time.monotonic()
        try:
            for data in frames:
                peer.sendall(data)
        except OSError:
            pass
        data, ended = everything(peer, 2)
        return (close_code(rest + data) if ended else None), time.monotonic() - begin


def sizes(arena):
    server = arena.server(websocket_max_message_size=SMALL)
    small = frame(2, bytes(SMALL))
    code, _ = sent(server, small, frame(8, b"\x03\xe8"))
    arena.row("largest message", "taken, 1000", str(code), code == 1000)
    with Watch(server) as watch:
        base = server.memory()
        for what, frames in (
                ("one byte more", [frame(2, bytes(SMALL + 1))]),
                ("in fragments", [frame(2, bytes(SMALL), last=False), frame(0, b"x")]),
                ("endless fragments", [frame(2, b"x", last=False)] + [frame(0, b"x", last=False)]
                 * (4 * SMALL)),
                ("3 MB announced", [frame(2, b"x", declared=3_000_000)]),
                ("2^31 announced", [frame(2, b"x", declared=1 << 31)]),
                ("2^62 announced", [frame(2, b"x", declared=1 << 62)])):
            code, seconds = sent(server, *frames)
            arena.row(what, "1009, at once", f"{code}, {seconds:.2f} s",
                      code == 1009 and seconds < 1)
    growth = (watch.most_memory - base) / 1e6
    arena.row("memory", "< 4 MB more", f"{growth:.1f} MB more", growth < 4)
    arena.stop(server)
    server = arena.server()
    for what, declared in (("defaults: 2^40 announced", 1 << 40),
                           ("defaults: 2^64 - 1 announced", (1 << 64) - 1)):
        code, seconds = sent(server, frame(2, b"x", declared=declared))
        arena.row(what, "1002 or 1009", f"{code}, {seconds:.2f} s",
                  code in (1002, 1009) and seconds < 1)
    arena.stop(server)


def rates(arena):
    server = arena.server(websocket_rate=RATE)
    code, _ = sent(server, frame(1, b"hello") * 5, frame(8, b"\x03\xe8"))
    arena.row("few messages", "taken, 1000", str(code), code == 1000)
    code, seconds = sent(server, frame(1, b"hello") * 1000)
    arena.row("1000 messages at once", "1008", f"{code}, {seconds:.2f} s", code == 1008)
    arena.stop(server)
