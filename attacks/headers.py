"""50 heads of 500 KB each that don't end."""

# History: figure-huge-heads | lines, one line, a URI
# History: header overflow | 431 or 414 and a close
# History: 7.22-reparsing | ordinary requests are answered meanwhile

import time

from .lib.crowd import Crowd

CROWD = 50
SIZE = 500_000
LINE = b"X-Filler: " + 100 * b"f" + b"\r\n"


def run(arena):
    for what, lines in (("many lines", LINE * (SIZE // len(LINE))),
                        ("one line", b"X-Filler: " + SIZE * b"f"),
                        ("a URI", b"")):
        against(arena, what, lines)


def against(arena, what, lines):
    server = arena.server()
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines if lines else b"GET /" + SIZE * b"u"
    wanted = 431 if lines else 414
    with Crowd(server.port) as crowd:
        crowd.add(CROWD)
        crowd.run(5, lambda: len(crowd.open()) == CROWD)
        rest = {peer: head for peer in crowd.peers}
        end = time.monotonic() + 5
        while time.monotonic() < end and any(rest[peer] for peer in crowd.open()):
            for peer in crowd.open():
                taken = crowd.say(peer, rest[peer][:65536]) if rest[peer] else 0
                rest[peer] = rest[peer][taken:]
            crowd.step(0.01)
        crowd.run(1, lambda: not crowd.by_fd)
        prober = arena.prober(server.port)
        share = server.cpu_share(arena.seconds(5, 3))
        figures = prober.finish()
        crowd.run(0.1)
        told = sum(b" %d " % wanted in peer.got[:20] for peer in crowd.peers)
        closed = len(crowd.ended())
    arena.row(f"{what}: refused", f"{wanted} and a close, {CROWD} times",
              f"{told} times {wanted}, {closed} closed", told == closed == CROWD)
    # The prober's requests, twenty per second, are in the figure.
    arena.row(f"{what}: CPU afterwards", "< 2 %", f"{share:.2f} %", share < 2)
    arena.row(f"{what}: ordinary GETs", "all < 100 ms, median < 10 ms", str(figures),
              figures.within(0.1, 0.01))
    arena.stop(server)
