# History: not seeing any of it | figures that Prometheus reads, and a live page

import json
import pathlib
import re
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = ROOT / "build" / "venv-prometheus"
CLIENT = "prometheus_client==0.23.1"

# Reads the text with Prometheus' own parser; prints family -> [type, {sample with labels: value}].
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps({family.name: [family.type, family.documentation,
    {s.name + "".join(f" {k}={v}" for k, v in sorted(s.labels.items())): s.value
     for s in family.samples}] for family in parse(sys.stdin.read())}))
"""


def parser():
    """Python of a virtual environment below build/ that has prometheus_client."""
    python = VENV / "bin" / "python3"
    probe = [python, "-c", "import prometheus_client"]
    if not python.exists() or subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "-q", "--disable-pip-version-check", "install",
                        CLIENT], check=True)
    return python


def fields():
    """Names of what struct mg_stats holds, in order, without its size."""
    header = (ROOT / "include" / "mongoose_guard.h").read_text()
    body = re.search(r"struct mg_stats \{(.*?)\n\};", header, re.DOTALL).group(1)
    return re.findall(r"^  uint64_t (\w+);", body, re.MULTILINE)


def try_out(trial):
    python = parser()
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-v", "0", "-o", "max_connections=50",
                         "-o", "max_header_size=4096")
    url = lambda path: server.url("http", path)

    def metrics():
        done = subprocess.run([python, "-c", PARSE], input=trial.curl(url("/metrics")), text=True,
                              stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def message():
        status, output = trial.run(server.url("ws", "/live/ws"), "hello",
                                   program="websocket-client")
        trial.check("WebSocket", status, 0)
        return json.loads(output.splitlines()[0])

    trial.check("site", "<h1>Guarded server" in trial.curl(url("/")), True)
    head = trial.curl("-D", "-", url("/live/"))
    trial.check("page", "live.js" in head and "live.css" in head, True)
    trial.check("policy", "Content-Security-Policy: default-src 'self'" in head, True)
    for name in ["live.js", "live.css"]:
        packed = pathlib.Path(__file__).parent / "packed" / "site" / "live" / name
        trial.check(name, trial.curl(url(f"/live/{name}")), packed.read_text())
    trial.check("type", trial.curl("-o", "/dev/null", "-w", "%{content_type}", url("/metrics")),
                "text/plain; version=0.0.4; charset=utf-8")
    long = "x" * 5000
    trial.check("long header", trial.curl("-o", "/dev/null", "-w", "%{http_code}", "-H",
                                          f"X-Long: {long}", url("/")), "431")

    before = metrics()
    time.sleep(1.2)  # what is told is up to a second old
    told = message()
    after = metrics()
    for name, (kind, text, samples) in after.items():
        trial.check(f"{name} is typed and explained",
                    (kind in ("counter", "gauge"), text != "", samples != {}), (True, True, True))
        if kind == "counter":
            trial.check(f"{name} ends in _total",
                        [s for s in samples if not s.split()[0].endswith("_total")], [])
    trial.check("figures are those of the header", list(told["figures"]), fields())
    trial.check("limits", (told["limits"]["max_connections"], told["figures"]["max_connections"]),
                ("50", 50))
    trial.check("history", (len(told["history"]) > 0, len(told["history"][-1])),
                (True, len(told["figures"])))
    trial.check("event", [(e["action"], e["status"], e["option"], e["count"], e["peer"])
                          for e in told["events"]],
                [("reject", 431, "max_header_size", 1, "127.0.0.1")])
    agree(trial, before, told["figures"], after)

    drains(trial)
    status, _ = trial.run("-o", "max_connections=many")
    trial.check("bad value", (status, "max_connections" in trial.errors), (1, True))
    trial.check("bad name", trial.run("-o", "no_such_option=1")[0], 1)


def drains(trial):
    """SIGTERM: nobody comes in any more, who is there is served, and then it ends."""
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-v", "0")
    with socket.create_connection(("127.0.0.1", server.port), 10) as peer:
        peer.sendall(b"GET /metrics HTTP/1.1\r\n")
        trial.curl(server.url("http", "/"))  # what came before has been read
        server.process.terminate()
        while trial.curl("-o", "/dev/null", "-w", "%{http_code}", server.url("http", "/")) != "000":
            time.sleep(0.01)
        trial.check("open while a request is on its way", server.process.poll(), None)
        peer.sendall(b"Host: localhost\r\n\r\n")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    trial.check("last answer", (answer.startswith(b"HTTP/1.1 200 "),
                                b"Connection: close\r\n" in answer), (True, True))
    trial.check("exit status after SIGTERM", server.process.wait(20), 0)


# Beginning of a figure's name, and the sample that has it; the rest of the name goes to {}.
SAMPLES = [
    ("now_accepted", "mongoose_connections origin=accepted"),
    ("now_outgoing", "mongoose_connections origin=outgoing"),
    ("now_max", "mongoose_connections_max"), ("now_", "mongoose_connections_by_state state={}"),
    ("recv_bytes_max", "mongoose_buffer_bytes_max direction=recv"),
    ("send_bytes_max", "mongoose_buffer_bytes_max direction=send"),
    ("recv_bytes", "mongoose_buffer_bytes direction=recv"),
    ("send_bytes", "mongoose_buffer_bytes direction=send"),
    ("max_connections", "mongoose_connections_limit"),
    ("accepted", "mongoose_connections_accepted_total"),
    ("closed", "mongoose_connections_closed_total"),
    ("outgoing", "mongoose_connections_outgoing{}_total"),
    ("evicted", "mongoose_connections_evicted_total"),
    ("refused_", "mongoose_connections_refused_total reason={}"),
    ("full_ms", "mongoose_full_milliseconds_total"), ("full_", "mongoose_full_{}_total"),
    ("timeout_", "mongoose_timeouts_total deadline={}"),
    ("rejected_", "mongoose_rejected_requests_total status={}"),
    ("malformed", "mongoose_malformed_requests_total"), ("requests", "mongoose_requests_total"),
    ("responses_", "mongoose_responses_total class={}"),
    ("bytes_", "mongoose_bytes_total direction={}"),
    ("tls_handshakes_resumed", "mongoose_tls_handshakes_resumed_total"),
    ("tls_handshakes_", "mongoose_tls_handshakes_total result={}"),
    ("accept_", "mongoose_accept_failures_total error={}"), ("", "mongoose_{}_total"),
]


def agree(trial, before, figures, after):
    """Each figure must be in /metrics; counters between what was there before and after."""
    earlier, later = ({sample: value for family in state.values()
                       for sample, value in family[2].items()} for state in (before, after))
    seen = set()
    for figure, value in figures.items():
        start, sample = next(row for row in SAMPLES if figure.startswith(row[0]))
        sample = sample.format(figure[len(start):])
        seen.add(sample)
        if sample not in later:
            trial.check(f"{figure} in /metrics", sample, "there")
        elif "_total" in sample or sample.split()[0].endswith("_max"):
            trial.check(f"{figure}: {earlier[sample]}, {value}, {later[sample]}",
                        earlier[sample] <= value <= later[sample], True)
    trial.check("samples that nobody was told", sorted(set(later) - seen), [])
