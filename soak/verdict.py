"""What must hold: at every moment, at each quiet point, and at the end."""

RETAINED = 1 << 20      # bytes of resident memory that may come ...
RETAINED_SHARE = 0.05   # ... and that share: pages that a block in use keeps from being given back
LIVE = 64 << 10         # bytes of live memory: tables of connections, of sockets that linger and of
                        # addresses keep room for the most that they ever held
SLOPES = {"rss": 128 << 10, "malloc_live": 16 << 10}  # bytes in each piece of the run


def total(figures, prefix):
    return sum(value for name, value in figures.items() if name.startswith(prefix))


def tarpitted(figures):
    """Those whom the program never gets to see. They have no counter of their own, but are among
    the refused."""
    unseen = figures["connections_accepted"] - figures["seen_accepts"]
    return min(max(unseen, 0), figures["connections_refused.rate"])


def contradictions(figures):
    """Figures that do not add up, at any moment."""
    f = figures
    pairs = {
        "accepted = closed + open": (f["connections_accepted"],
                                     f["connections_closed"] + f["connections.accepted"]),
        "made = closed + open": (f["connections_outgoing"],
                                 f["connections_outgoing_closed"] + f["connections.outgoing"]),
        "states = open": (total(f, "connections_by_state."), total(f, "connections.")),
        "accepted = MG_EV_ACCEPT + tarpit": (f["connections_accepted"],
                                             f["seen_accepts"] + tarpitted(f)),
        "made and closed = MG_EV_CLOSE": (f["connections_outgoing_closed"],
                                          f["seen_outgoing_closes"]),
        "handshakes = MG_EV_TLS_HS": (f["tls_handshakes.ok"], f["seen_handshakes"]),
        "messages = MG_EV_WS_MSG": (f["websocket_messages"], f["seen_websocket_messages"]),
        "evicted = asked to evict": (f["connections_evicted"], f["seen_evict"]),
        "timed out = asked to": (total(f, "timeouts."), f["seen_timeout"]),
        "refused = asked to": (total(f, "connections_refused."), f["seen_refuse"]),
        "panics = 0": (f["panics"], 0),
        "failures of accept() = 0": (total(f, "accept_failures."), 0),
    }
    return [f"{name}: {a} and {b}" for name, (a, b) in pairs.items() if a != b]


def closes(figures):
    """MG_EV_CLOSE of connections that were handed over goes to somebody else."""
    return figures["seen_accepted_closes"] + figures["seen_handed_over"] + tarpitted(figures)


class Verdicts:
    """Checks, printed as they are made."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, passed, measured, asked):
        self.passed, self.failed = self.passed + bool(passed), self.failed + (not passed)
        verdict = "ok    " if passed else "FAILED"
        print(f"{verdict}  {what}: {measured} (asked: {asked})", flush=True)

    def same(self, what, measured, asked):
        self.check(what, measured == asked, measured, asked)

    def none(self, what, found):
        shown = "; ".join(sorted(set(found))[:5])
        self.check(what, not found, f"{len(found)}{': ' if found else ''}{shown}", "0")


def kib(size):
    return f"{size / 1024:+.0f} KiB" if size else "0"


def judge_memory(verdicts, name, quiet):
    """`quiet` are the figures with nobody there: at the beginning, after the warm-up, and after
    each further piece of the run."""
    warm, last = quiet[1], quiet[-1]
    bound = int(warm["rss"] * RETAINED_SHARE) + RETAINED
    grown = last["rss"] - warm["rss"]
    verdicts.check(f"{name}: resident memory since the warm-up", grown <= bound, kib(grown),
                   f"<= {kib(bound)}: 5 % and 1 MiB, for fragmentation")
    grown = last["malloc_live"] - warm["malloc_live"]
    verdicts.check(f"{name}: live memory since the warm-up", grown <= LIVE, kib(grown),
                   f"<= {kib(LIVE)}: tables keep room")
    for what, slope in SLOPES.items():
        steps = [b[what] - a[what] for a, b in zip(quiet[1:], quiet[2:])]
        verdicts.check(f"{name}: {what} in the pieces of the run", min(steps) <= slope,
                       ", ".join(map(kib, steps)), f"no piece after the other > {kib(slope)}")


def judge_rest(verdicts, name, quiet):
    """Descriptors, connections and buffers when everybody is gone."""
    last = quiet[-1]
    verdicts.same(f"{name}: descriptors, as at the beginning", last["descriptors"],
                  quiet[0]["descriptors"])
    verdicts.same(f"{name}: open connections", total(last, "connections."), 0)
    verdicts.same(f"{name}: MG_EV_CLOSE of accepted connections", closes(last),
                  last["connections_closed"])
    verdicts.same(f"{name}: bytes in buffers", total(last, "buffer_bytes."), 0)
