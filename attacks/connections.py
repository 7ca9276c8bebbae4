"""10 000 connects against a limit of 1 000, with each policy."""

# History: figure-connections | with each policy
# History: connection exhaustion | never more than the limit; who is in is served
# History: 7.22-no-limits | 10 000 connects against a limit

import time

from .lib.crowd import Crowd
from .lib.process import Watch
from .lib.wire import connect, get, read_answer, request

LIMIT = 1000
LINGERING = 64 + 1  # and the one that is being told
CROWD = 10_000


def run(arena):
    for policy in ("queue", "reject", "evict"):
        against(arena, policy)


def first_served(port):
    """Seconds until a new client is served. One tries every 20 ms, because the kernel repeats a SYN
    that found the backlog full only after a second."""
    begin = time.monotonic()
    with Crowd(port) as clients:
        while time.monotonic() < begin + 10:
            clients.add(1, request(), "127.0.0.3")
            if clients.run(0.02, lambda: any(b" 200 " in peer.got for peer in clients.peers)):
                return time.monotonic() - begin
    return float("inf")


def quieten(crowd):
    """Waits until nobody is turned away any more, as the kernel repeats what came too early."""
    end, before = time.monotonic() + 12, -1
    while time.monotonic() < end and before != len(crowd.ended()):
        before = len(crowd.ended())
        crowd.run(1.5)


def once_more(port, regular):
    """A request on an idle connection; if that was closed, on a new one, as HTTP clients do."""
    begin = time.monotonic()
    regular.sendall(request())
    status, how = read_answer(regular)[0].status, ""
    if status == 0:
        status, how = get(port).status, ", connected again"
    return status, time.monotonic() - begin, how


def against(arena, policy):
    server = arena.server(MG_MAX_CONNECTIONS=LIMIT, full_policy=policy)
    quiet = arena.seconds(5, 3)
    with connect(server.port) as regular, Crowd(server.port) as crowd:
        regular.sendall(request())
        read_answer(regular)
        with Watch(server) as watch:
            crowd.add(CROWD)
            crowd.run(2)
            quieten(crowd)
            share, left = 0, quiet
            while left > 0:  # the crowd must be looked after meanwhile: most of it is turned away
                share += server.cpu_share(0.5) * 0.5
                crowd.run(0.01)
                left -= 0.5
            share /= quiet
            status, regular_took, how = once_more(server.port, regular)
        turned_away = crowd.ended()
        crowd.close()
        released = first_served(server.port)
    # Sockets of peers that are turned away linger for a moment, so that these get their 503.
    most = LIMIT + (LINGERING if policy == "reject" else 0)
    arena.row(f"{policy}: most open", f"<= {most}", f"{watch.most_connections}",
              LIMIT // 2 < watch.most_connections <= most)
    arena.row(f"{policy}: CPU while full", "< 1 %", f"{share:.2f} %", share < 1)
    arena.row(f"{policy}: a client from before", "200, < 100 ms",
              f"{status}, {1e3 * regular_took:.1f} ms{how}", status == 200 and regular_took < 0.1)
    arena.row(f"{policy}: new client, after release", "< 100 ms", f"{1e3 * released:.1f} ms",
              released < 0.1)
    if policy == "reject":
        told = sum(b" 503 " in peer.got and b"Retry-After" in peer.got for peer in turned_away)
        arena.row("reject: 503 with Retry-After", "all that are turned away",
                  f"{told} of {len(turned_away)}", told == len(turned_away) > LIMIT)
    arena.stop(server)
