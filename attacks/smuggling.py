"""Requests that proxies and servers are known to disagree about: directly, and through proxies."""

# History: request smuggling | directly, and behind nginx and HAProxy
# History: figure-framing | each request is seen as the proxy meant it

import re
import time

from .lib.ambiguous import cases
from .lib.arena import PATIENCE
from .lib.fronts import haproxy, nginx
from .lib.wire import connect, get

BATCH = 25


def run(arena):
    directly(arena)
    for front, how in ((nginx, "on"), (nginx, "off"), (haproxy, False), (haproxy, True)):
        through(arena, front, how)


class Seen:
    """A request as the back end understood it."""

    def __init__(self, words):
        head, self.body = (bytes.fromhex(word) if word != "-" else b"" for word in words)
        lines = head.decode("latin-1").split("\n")
        self.method, _, rest = lines[0].strip().partition(" ")
        self.target = rest.rpartition(" ")[0]
        fields = [line.partition(":") for line in lines[1:]]
        named = re.search(r"case-(\d{3})", head.decode("latin-1"))
        self.case = int(named.group(1)) if named else None
        self.marks = [value.strip() for name, _, value in fields if name.lower() == "x-front"]

    def __repr__(self):
        return f"{self.method} {self.target} + {len(self.body)} bytes"


def requests(server):
    """What the recorder has seen so far."""
    lines = [line.split() for line in server.output().splitlines()]
    return [Seen(words[1:3]) for words in lines if words[:1] == ["request"] and len(words) == 6]


def send_all(port, batch, apart=False):
    """Sends every case of a batch on a connection of its own, and gives them time; `apart`: heads
    first, so that proxies pass bodies on as they come."""
    pieces = [case.data.partition(b"\r\n\r\n") if apart else (case.data,) for case in batch]
    peers = [connect(port) for _ in batch]
    for number in range(3 if apart else 1):
        for peer, data in zip(peers, pieces):
            try:
                peer.sendall(data[number])
            except OSError:
                pass
        time.sleep(0.05)
    time.sleep(0.35)
    for peer in peers:
        peer.close()


def directly(arena):
    server = arena.server("recorder")
    corpus = cases()
    for at in range(0, len(corpus), BATCH):
        send_all(server.port, corpus[at:at + BATCH])
    time.sleep(0.2)
    seen, wrong = requests(server), 0
    for number, case in enumerate(corpus):
        mine = [(one.method, one.target, one.body) for one in seen if one.case == number]
        if mine not in case.outcomes:
            wrong += 1
            arena.progress(f"{case.name}: seen as {mine!r:.200}")
    arena.row(f"directly, {len(corpus)} cases", "no doubtful request accepted", f"{wrong} accepted",
              wrong == 0 and server.alive())
    odd = [one for one in seen if one.case is None]
    arena.row("directly, anything else", "no other request", f"{len(odd)} {odd[:2] or ''}".strip(),
              not odd)
    arena.stop(server)


def await_log(front, server):
    """Waits until a proxy has logged what the server has seen: it does when a request has ended, and
    not at all when it is stopped before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        logged = front.sent()
        if all(mark in logged for one in requests(server) for mark in one.marks):
            return
        time.sleep(0.1)


def through(arena, start, how):
    server = arena.server("recorder")
    front = start(arena, server.port, how)
    victims = poisoned = 0
    corpus = cases()
    for at in range(0, len(corpus), BATCH):
        send_all(front.port, corpus[at:at + BATCH], apart=how == "off")
        for _ in range(8):
            victims += 1
            answer = get(front.port, f"/victim{victims}")
            if (answer.status, answer.body) != (200, b"/victim%d\n" % victims):
                poisoned += 1
                arena.progress(f"{front.name}: victim got {answer.status} {answer.body!r:.80}")
    await_log(front, server)
    arena.stop(front.process)
    time.sleep(0.2)
    sent, seen, unknown, used = front.sent(), requests(server), [], set()
    for one in seen:
        mark = one.marks[0] if len(one.marks) == 1 else None
        if mark in used or sent.get(mark) != (one.method, one.target):
            unknown.append(one)
            arena.progress(f"{front.name}: {one!r} with {one.marks}, sent {sent.get(mark)}")
        used.add(mark)
    arena.row(f"{front.name}: seen", "only what it sent",
              f"{len(seen)} requests, {len(unknown)} of them not sent",
              len(seen) > victims and not unknown)
    arena.row(f"{front.name}: other clients", "their own answers",
              f"{victims - poisoned} of {victims}", poisoned == 0)
    arena.stop(server)
