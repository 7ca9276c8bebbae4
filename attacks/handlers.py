"""A handler that blocks for two seconds, and panics inside the library."""

# History: blocking or failing callbacks | blocked programs are logged, panics contained

import re
import threading
import time

from .lib.wire import connect, get, read_answer, request

BLOCK = 2  # seconds
WARN = 500  # milliseconds
PLACES = ("http", "transfer")  # failpoints of the library


def metric(port, name):
    """Value of a counter in the statistics, None if it is not there."""
    text = get(port, "/metrics").body.decode()
    found = re.search(rf"^\w*{name}\w* (\d+)", text, re.MULTILINE)
    return int(found.group(1)) if found else None


def run(arena):
    blocking(arena)
    for place in PLACES:
        panicking(arena, place)


def panicking(arena, place):
    """The library is made to panic while it serves one client."""
    server = arena.server("panicking")
    other = connect(server.port)
    other.sendall(request("/"))
    served = [read_answer(other)[0].status]
    armed = get(server.port, f"/panic?at={place}")
    victim = connect(server.port)
    victim.sendall(request("/"))
    try:
        lost = victim.recv(1000)
    except ConnectionResetError:
        lost = b""
    other.sendall(request("/"))
    served.append(read_answer(other)[0].status)
    served.append(get(server.port, "/").status)
    panics = metric(server.port, "panics_total")
    arena.row(f"panic in {place}: the one it hits", "closed", repr(lost), lost == b"")
    arena.row(f"panic in {place}: everyone else", "200", str(served), served == [200] * 3)
    arena.row(f"panic in {place}: counted", "1", str(panics), panics == 1)
    logged = [line for line in server.output().splitlines() if "internal error" in line]
    arena.row(f"panic in {place}: logged", "internal error", f"{armed.status}, {len(logged)} lines",
              bool(logged))
    arena.stop(server)


def blocking(arena):
    server = arena.server("guarded", handler_warn_ms=WARN)
    before = metric(server.port, "slow_handlers")
    blocked = []
    thread = threading.Thread(
        target=lambda: blocked.append(get(server.port, f"/block?ms={1000 * BLOCK}", "127.0.0.2")))
    thread.start()
    time.sleep(0.2)
    prober = arena.prober(server.port)
    thread.join()
    time.sleep(1)
    figures = prober.finish()
    after = metric(server.port, "slow_handlers")
    logged = [line for line in server.output().splitlines() if "handler" in line.lower()]
    arena.row("the slow answer", "200", str(blocked[0].status), blocked[0].status == 200)
    arena.row("everyone else", f"all < {BLOCK + 1} s", str(figures), figures.within(BLOCK + 1))
    arena.row("counted", "0, then 1", f"{before}, then {after}", (before, after) == (0, 1))
    arena.row("logged", "one line with the time",
              logged[0][:60] if logged else "nothing",
              len(logged) == 1 and re.search(r"\b(20|2\.0)", logged[0]))
    arena.stop(server)
