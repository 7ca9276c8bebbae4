"""Slowloris: heads of requests that arrive byte by byte and never end."""

# History: figure-slow-heads | also for TLS handshakes
# History: Slowloris, slow bodies, slow reading | attackers crowd nobody out
# History: 7.22-no-limits | slow heads end at their deadline

import time

from .lib.crowd import Crowd

LIMIT = 100
CROWD = 1000
HELLO = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Endless: "
CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # the first bytes of one
DEFAULT_DEADLINE = 20  # seconds; header_timeout_ms


def run(arena):
    crowding_out(arena)
    deadline(arena)


def trickle(crowd, seconds, every, again=False):
    """Each peer sends a byte every few seconds; `again`: whoever is closed comes back after 1 s."""
    end, back = time.monotonic() + seconds, 0
    due = {}
    while (now := time.monotonic()) < end:
        crowd.step(0.05)
        for peer in list(crowd.by_fd.values()):
            if peer.connected is not None and now >= due.setdefault(peer, peer.connected + every):
                due[peer] = now + every
                crowd.say(peer, b"a")
        if again:
            away = sum(peer.ended < now - 1 for peer in crowd.ended()) - back
            crowd.add(away, HELLO)
            back += away
        elif not crowd.by_fd:
            return


def crowding_out(arena):
    """Four times as many attackers as there is room; also when they come back after a close."""
    for what, again in (("4 x limit", False), ("4 x limit, coming back", True)):
        server = arena.server(MG_MAX_CONNECTIONS=LIMIT)
        with Crowd(server.port) as crowd:
            crowd.add(4 * LIMIT, HELLO)
            prober = arena.prober(server.port)
            trickle(crowd, arena.seconds(30, 6), arena.seconds(5, 2), again)
            figures = prober.finish()
            comings = len(crowd.peers)
        arena.row(f"{what}, ordinary GETs", "all < 2 s, median < 50 ms",
                  f"{figures} ({comings} comings)", figures.within(2, 0.05))
        arena.stop(server)


def deadline(arena):
    """All find room: each must be closed when its time is up."""
    pki = arena.certificates()
    tls = ("-C", pki / "server.crt", "-K", pki / "server.key")
    for what, hello, told, args in (("slow heads", HELLO, b"HTTP/1.1 408 ", ()),
                                    ("silent peers", b"", b"", ()),
                                    ("slow TLS handshakes", CLIENT_HELLO, None, tls),
                                    ("silent TLS peers", b"", b"", tls)):
        against(arena, what, hello, told, args)


def against(arena, what, hello, told, args):
    """`told` is how the answer to each attacker begins; b"" stands for no answer, None for any."""
    seconds = arena.seconds(DEFAULT_DEADLINE, 3)
    # A TLS handshake has io_timeout_ms, what follows header_timeout_ms.
    deadlines = {"header_timeout_ms": 1000 * seconds, "io_timeout_ms": 1000 * seconds}
    options = {} if seconds == DEFAULT_DEADLINE and not args else deadlines
    server = arena.server("target", *args, MG_MAX_CONNECTIONS=4000, **options)
    with Crowd(server.ports[0]) as crowd:
        crowd.add(CROWD, hello)
        crowd.run(0.2)
        prober = arena.prober(server.port)
        if hello:
            trickle(crowd, seconds + 2, 1)
        else:
            crowd.run(seconds + 2, lambda: not crowd.by_fd)
        figures = prober.finish()
        lived = sorted(peer.lived() for peer in crowd.ended() if peer.connected is not None)
        answers = [peer.got for peer in crowd.peers]
    span = f"{lived[0]:.2f}-{lived[-1]:.2f} s" if lived else "never"
    arena.row(f"{what}, closed at the deadline", f"{CROWD} at {seconds} ± 1 s",
              f"{len(lived)} at {span}",
              len(lived) == CROWD and lived[0] > seconds - 1 and lived[-1] < seconds + 1)
    if told is not None:
        right = sum(got.startswith(told) if told else not got for got in answers)
        wanted = told.decode() or "nothing"
        arena.row(f"{what}, told {wanted}", f">= {CROWD * 99 // 100}", f"{right}",
                  right >= CROWD * 99 // 100)
    arena.row(f"{what}, ordinary GETs", "all < 2 s, median < 10 ms", str(figures),
              figures.within(2, 0.01))
    arena.stop(server)
