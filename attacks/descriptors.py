"""ulimit -n 20, and 40 connects: descriptors run out."""

# History: figure-descriptors | with and without a limit
# History: connection exhaustion | descriptors run out
# History: 7.22-descriptors | no CPU, clients from before are served

import time

from .lib.crowd import Crowd
from .lib.wire import connect, get, read_answer, request

DESCRIPTORS = 20
CROWD = 40


def run(arena):
    against(arena, "limit from ulimit", {})
    against(arena, "no limit", {"MG_MAX_CONNECTIONS": 0})
    against(arena, "queue", {"full_policy": "queue"})


def against(arena, what, options):
    server = arena.server(descriptors=DESCRIPTORS, **options)
    quiet = arena.seconds(5, 2)
    with connect(server.port) as regular, connect(server.port) as poll, \
            Crowd(server.port) as crowd:
        regular.sendall(request())
        read_answer(regular)
        poll.sendall(request(f"/wait?ms={1000 * (quiet + 2)}"))
        time.sleep(0.1)
        crowd.add(CROWD)
        crowd.run(1.5)
        share = server.cpu_share(quiet)
        crowd.run(0.1)
        begin = time.monotonic()
        regular.sendall(request())
        status = read_answer(regular)[0].status
        took = time.monotonic() - begin
        polled = read_answer(poll)[0].body
        crowd.close()
        resumed = get(server.port)
    arena.row(f"{what}: CPU", "< 1 %", f"{share:.2f} %", share < 1)
    arena.row(f"{what}: a client from before", "200, < 100 ms", f"{status}, {1e3 * took:.1f} ms",
              status == 200 and took < 0.1)
    arena.row(f"{what}: a long poll from before", "waited", polled.decode().strip() or "closed",
              polled == b"waited\n")
    arena.row(f"{what}: accepting resumes", "200, < 2 s",
              f"{resumed.status}, {1e3 * resumed.seconds:.1f} ms",
              resumed.status == 200 and resumed.seconds < 2)
    arena.stop(server)
