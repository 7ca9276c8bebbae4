"""A handler that blocks for two seconds."""

import re
import threading
import time

from .lib.wire import get

BLOCK = 2  # seconds
WARN = 500  # milliseconds


def metric(port, name):
    """Value of a counter in the statistics, None if it is not there."""
    text = get(port, "/metrics").body.decode()
    found = re.search(rf"^\w*{name}\w* (\d+)", text, re.MULTILINE)
    return int(found.group(1)) if found else None


def run(arena):
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
