"""What is measured of whom, and the targets."""

import statistics
import typing

import loads
import peers
from loads import wrk

ALL = peers.PLAIN
FILES = tuple(name for name in ALL if name != "bare")
TLS = ("meerkat", "nginx")
OURS = ("meerkat",)

# Bytes in the files that are served.
FILE_SIZES = {"1k.txt": 1024, "1m.bin": 1 << 20, "100m.bin": 100 << 20}


class Scenario(typing.NamedTuple):
    """What is done to servers that can have so many connections; `load` is one of loads.py."""
    key: str
    title: str
    servers: tuple
    load: typing.Callable
    connections: int = 64


# In this order, so that what is compared is measured shortly after one another.
SCENARIOS = (
    Scenario("small", "small reply, 64 connections", ALL, wrk("/small")),
    Scenario("json", "JSON reply", OURS, wrk("/json")),
    Scenario("1k", "1 KB file", FILES, wrk("/1k.txt")),
    Scenario("1k-cached", "the same, open_file_cache", ("nginx, file cache",), wrk("/1k.txt")),
    Scenario("idle", "small reply beside 10 000 idle", ALL,
             loads.beside_idle(wrk("/small"), 10_000), 10_064),
    Scenario("idle-interval", "the same, poll_event_interval_ms=1000", ("meerkat, interval",),
             loads.beside_idle(wrk("/small"), 10_000), 10_064),
    Scenario("pipelined", "small reply, 16 pipelined", ALL, wrk("/small", *loads.PIPELINE)),
    Scenario("1m", "1 MB file", FILES, wrk("/1m.bin")),
    Scenario("100m", "100 MB file, reader takes 25 MB/s", FILES,
             loads.slow_reader("/100m.bin", FILE_SIZES["100m.bin"])),
    Scenario("storm", "10 000 connect at once and ask", ALL, loads.storm(10_000), 10_000),
    Scenario("memory", "10 000 connected", ALL, loads.idle_memory(10_000, "quiet"), 10_000),
    Scenario("memory-after", "10 000 at rest after a request", ALL,
             loads.idle_memory(10_000, "http"), 10_000),
    Scenario("memory-tls", "1 000 connected by TLS", TLS, loads.idle_memory_tls(1000)),
    Scenario("quiet", "10 000 at rest, 1 s poll", ALL, loads.idle_cpu(10_000), 10_000),
    Scenario("ws", "WebSocket echo, 64 connections", OURS, loads.all_active(64, "ws")),
    Scenario("raw", "echo of the same bytes", ("bare, echo",), loads.all_active(64, "raw")),
    Scenario("wakeup", "mg_wakeup, 256 at a time", OURS, loads.wakeups()),
    Scenario("tls-small", "TLS, small reply", TLS, wrk("/small", tls=True)),
    Scenario("tls-1m", "TLS, 1 MB file", TLS, wrk("/1m.bin", tls=True)),
    Scenario("tls-new", "TLS 1.3, new connection", TLS, loads.handshakes("-tls1_3")),
    Scenario("tls-resumed", "TLS 1.3, resumed", TLS, loads.handshakes("-tls1_3", resumed=True)),
    Scenario("tls12-new", "TLS 1.2, new connection", TLS, loads.handshakes("-tls1_2")),
    Scenario("tls12-resumed", "TLS 1.2, resumed", TLS, loads.handshakes("-tls1_2", resumed=True)),
    Scenario("calls", "system calls per small reply", OURS, loads.system_calls("/small")),
)


class Figure(typing.NamedTuple):
    """One figure of one server in one scenario: the median of the rounds, or another pick."""
    scenario: str
    server: str = "meerkat"
    what: str = "cpu"
    pick: typing.Callable = statistics.median

    def of(self, results):
        samples = results.get((self.scenario, self.server))
        return self.pick(sample[self.what] for sample in samples) if samples else None


class Row(typing.NamedTuple):
    """A figure, alone or against another, and its target: `most` or `least`."""
    name: str
    unit: str
    figure: Figure
    against: Figure | None = None
    how: str = "/"  # or "-": the ratio or the difference
    most: float | None = None
    least: float | None = None

    def value(self, results):
        figure = self.figure.of(results)
        other = self.against.of(results) if self.against else None
        if figure is None or (self.against and other is None):
            return None
        if other is None:
            return figure
        return figure - other if self.how == "-" else figure / max(other, 1e-9)

    def target(self):
        limit = self.most if self.most is not None else self.least
        sign = "≥" if self.most is None else "≤"
        return "" if limit is None else f"{sign} {shown(limit)} {self.unit}".strip()

    def verdict(self, results):
        value = self.value(results)
        if value is None:
            return "not measured"
        if self.most is None and self.least is None:
            return "stated"
        met = value <= self.most if self.most is not None else value >= self.least
        return "met" if met else "missed"


def shown(number):
    """Three digits that count, thousands apart."""
    if number >= 1000:
        return f"{number:,.0f}".replace(",", " ")
    return f"{number:.3g}"


NGINX, BARE = "nginx", "bare"
SMALL = Figure("small")
ROWS = (
    Row("small keep-alive reply, 64 connections", "× bare", SMALL, Figure("small", BARE), most=1.10),
    Row("", "× nginx", SMALL, Figure("small", NGINX), most=0.8),
    Row("system calls per keep-alive request", "", Figure("calls", what="calls"), most=2.05),
    Row("pipelined 16 deep", "× nginx", Figure("pipelined"), Figure("pipelined", NGINX), most=0.15),
    Row("", "µs", Figure("pipelined"), most=0.45),
    Row("JSON reply through mg_http_reply with %m", "µs more than the small reply", Figure("json"),
        SMALL, "-", most=0.3),
    Row("1 KB file", "× small reply", Figure("1k"), SMALL, most=1.6),
    Row("", "× nginx", Figure("1k"), Figure("1k", NGINX), most=0.7),
    Row("", "× nginx with open_file_cache", Figure("1k"), Figure("1k-cached", "nginx, file cache")),
    Row("1 MB file", "× nginx", Figure("1m"), Figure("1m", NGINX), most=0.8),
    Row("100 MB file to a slow reader", "× nginx", Figure("100m"), Figure("100m", NGINX), most=1.0),
    Row("", "bytes more memory", Figure("100m", what="bytes"), most=1 << 20),
    Row("small reply beside 10 000 idle, poll-event interval", "× without",
        Figure("idle-interval", "meerkat, interval"), SMALL, most=1.15),
    Row("the same, strict MG_EV_POLL", "× without", Figure("idle"), SMALL, most=1.6),
    Row("10 000 connects at once, until answered", "s CPU", Figure("storm", what="cpu_s"), most=1.0),
    Row("", "failed", Figure("storm", what="failed", pick=max), most=0),
    Row("", "refused by backlog", Figure("storm", what="dropped", pick=max), most=0),
    Row("memory per idle connection", "bytes", Figure("memory", what="bytes"), most=416),
    Row("the same, after a request", "bytes", Figure("memory-after", what="bytes"), most=416),
    Row("the same, TLS", "bytes", Figure("memory-tls", what="bytes")),
    Row("idle CPU, 10 000 quiet connections, 1 s poll", "%", Figure("quiet", what="percent"),
        most=0.2),
    Row("WebSocket echo, 64 connections, 125 bytes", "× bare echo", Figure("ws"),
        Figure("raw", "bare, echo"), most=1.2),
    Row("mg_wakeup round trips, batched", "per second", Figure("wakeup", what="rate"),
        least=500_000),
    Row("TLS 1.3, new connection", "× nginx", Figure("tls-new"), Figure("tls-new", NGINX), most=1.0),
    Row("TLS 1.3, resumed", "× nginx", Figure("tls-resumed"), Figure("tls-resumed", NGINX),
        most=1.0),
    Row("", "× new", Figure("tls-resumed"), Figure("tls-new"), most=1 / 3),
    Row("TLS 1.2, resumed", "× nginx", Figure("tls12-resumed"), Figure("tls12-resumed", NGINX),
        most=1.0),
    Row("", "× new", Figure("tls12-resumed"), Figure("tls12-new"), most=1 / 3),
    Row("TLS, small keep-alive reply", "× nginx", Figure("tls-small"), Figure("tls-small", NGINX),
        most=1.2),
    Row("TLS, 1 MB file", "× nginx", Figure("tls-1m"), Figure("tls-1m", NGINX), most=1.2),
)
