"""10 000 connects against a limit of 1 000, with each policy."""

import time

from .lib.crowd import Crowd
from .lib.process import Watch
from .lib.wire import connect, get, read_answer, request

LIMIT = 1000
CROWD = 10_000


def run(arena):
    for policy in ("queue", "reject", "evict"):
        against(arena, policy)


def first_served(port):
    """Seconds until a new client is served; it tries again every 50 ms, because the kernel would
    repeat a SYN that found the backlog full only after a second."""
    begin = time.monotonic()
    while time.monotonic() < begin + 10:
        if get(port, timeout=0.05).status == 200:
            return time.monotonic() - begin
    return float("inf")


def against(arena, policy):
    server = arena.server(MG_MAX_CONNECTIONS=LIMIT, full_policy=policy)
    quiet = arena.seconds(5, 3)
    with connect(server.port) as regular, Crowd(server.port) as crowd:
        regular.sendall(request())
        read_answer(regular)
        with Watch(server) as watch:
            crowd.add(CROWD)
            crowd.run(arena.seconds(3, 2))
            share, left = 0, quiet
            while left > 0:  # the crowd must be looked after meanwhile: most of it is turned away
                share += server.cpu_share(0.5) * 0.5
                crowd.run(0.01)
                left -= 0.5
            share /= quiet
            begin = time.monotonic()
            regular.sendall(request())
            status = read_answer(regular)[0].status
            regular_took = time.monotonic() - begin
        turned_away = [peer for peer in crowd.peers if peer.got]
        crowd.close()
        released = first_served(server.port)
    arena.row(f"{policy}: most open", f"<= {LIMIT}", f"{watch.most_connections}",
              LIMIT // 2 < watch.most_connections <= LIMIT)
    arena.row(f"{policy}: CPU while full", "< 1 %", f"{share:.2f} %", share < 1)
    arena.row(f"{policy}: a client from before", "200, < 100 ms",
              f"{status}, {1e3 * regular_took:.1f} ms", status == 200 and regular_took < 0.1)
    arena.row(f"{policy}: new client, after release", "< 100 ms", f"{1e3 * released:.1f} ms",
              released < 0.1)
    if policy == "reject":
        told = sum(b" 503 " in peer.got and b"Retry-After" in peer.got for peer in turned_away)
        arena.row("reject: 503 with Retry-After", f">= {(CROWD - LIMIT) * 9 // 10}", f"{told}",
                  told >= (CROWD - LIMIT) * 9 // 10)
    arena.stop(server)
