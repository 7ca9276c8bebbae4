"""A flood of requests from one address, with request_rate set."""

# History: request floods | 429, and others are served

import threading
import time

from .lib.wire import Answer, connect, get, read_answer, request

RATE, BURST = 20, 40
PROXY, OTHER_PROXY = "127.0.0.9", "127.0.0.10"


def run(arena):
    one_address(arena)
    behind_proxy(arena)


class Flood:
    """Requests on one connection after the other, as fast as they are answered."""

    def __init__(self, port, source, seconds, fields=lambda number: ()):
        self.port, self.source, self.seconds, self.fields = port, source, seconds, fields
        self.answers = {}
        self.sample = Answer()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        end, peer, number = time.monotonic() + self.seconds, None, 0
        while time.monotonic() < end:
            number += 1
            try:
                if peer is None:
                    peer = connect(self.port, self.source)
                peer.sendall(request(fields=self.fields(number)))
                answer = read_answer(peer)[0]
            except OSError:
                answer = Answer()
            self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
            if answer.status == 429:
                self.sample = answer
            if answer.status == 0 or answer.fields.get("connection", "").lower() == "close":
                if peer is not None:
                    peer.close()
                peer = None
        if peer is not None:
            peer.close()

    def limited(self):
        """Waits for the end: whether no more got through than the rate allows."""
        self.thread.join()
        return (self.answers.get(200, 0) <= BURST + RATE * (self.seconds + 1)
                and self.answers.get(429, 0) > 0)

    def __str__(self):
        self.thread.join()
        return ", ".join(f"{count} x {status or 'closed'}"
                         for status, count in sorted(self.answers.items()))


def one_address(arena):
    seconds = arena.seconds(10, 3)
    server = arena.server(request_rate=f"{RATE}/{BURST}")
    before = server.cpu()
    flood = Flood(server.port, "127.0.0.2", seconds)
    other = []
    while flood.thread.is_alive():
        other.append(get(server.port, source="127.0.0.3"))
        time.sleep(0.1)
    share = 100 * (server.cpu() - before) / seconds
    asked = f"<= {BURST + RATE * (seconds + 1)} x 200, then 429"
    arena.row("one address", asked, f"{flood}; CPU {share:.0f} %", flood.limited())
    after = flood.sample.fields.get("retry-after", "")
    arena.row("Retry-After", "a number of seconds", after or "none",
              after.isdigit() and 1 <= int(after) <= 60)
    good = sum(answer.status == 200 for answer in other)
    worst = max(answer.seconds for answer in other)
    arena.row("another address", "all 200, < 2 s",
              f"{good} of {len(other)} x 200, worst {1e3 * worst:.0f} ms",
              good == len(other) and worst < 2)
    time.sleep(1.5)
    again = get(server.port, source="127.0.0.2")
    arena.row("the same address, later", "200", f"{again.status}", again.status == 200)
    arena.stop(server)


def behind_proxy(arena):
    """The address that a trusted proxy names counts; one that somebody else names does not."""
    seconds = arena.seconds(5, 2)

    def flooded(what, source, fields):
        server = arena.server(request_rate=f"{RATE}/{BURST}", trusted_proxies=PROXY)
        flood = Flood(server.port, source, seconds, fields)
        flood.thread.join()
        arena.row(what, f"<= {BURST + RATE * (seconds + 1)} x 200, then 429", str(flood),
                  flood.limited())
        return server

    server = flooded("behind a proxy", PROXY, lambda _: ["X-Forwarded-For: 192.0.2.1"])
    others = [get(server.port, source=PROXY, fields=["X-Forwarded-For: 192.0.2.2"]).status,
              get(server.port, source=PROXY, fields=["Forwarded: for=192.0.2.3"]).status,
              get(server.port, source=PROXY, fields=['Forwarded: for="[2001:db8::1]:80"']).status]
    arena.row("behind a proxy, other addresses", "200, 200, 200", ", ".join(map(str, others)),
              others == [200, 200, 200])
    # More than what has been earned since the flood ended.
    again = [get(server.port, source=PROXY, fields=["Forwarded: for=192.0.2.1"]).status
             for _ in range(2 * BURST)]
    arena.row("behind a proxy, the same by Forwarded", "429 among them",
              f"{again.count(429)} of {len(again)}", again.count(429) >= BURST // 2)
    arena.stop(server)
    arena.stop(flooded("behind a proxy, names invented in front", PROXY, lambda number: [
        f"X-Forwarded-For: 198.51.100.{number % 250}, 192.0.2.1"]))
    arena.stop(flooded("names invented by anybody", OTHER_PROXY, lambda number: [
        f"X-Forwarded-For: 198.51.100.{number % 250}"]))
