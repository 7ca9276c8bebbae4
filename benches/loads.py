"""Loads: what is done to a server, and what is measured meanwhile.

Each function returns a load: called with a server and seconds it gives figures by name, such as
`cpu` (microseconds of the server per request) and `rate` (requests per second).
"""

import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

import servers
import tools

HERE = pathlib.Path(__file__).resolve().parent
PIPELINE = ("-s", str(HERE / "pipeline.lua"))
SETTLE_S = 0.5
REST_S = 2.5  # Until the library has given back the buffers of connections that are quiet.
IDLE_S = 5
SLOW_BYTES_PER_S = 25_000_000
SLOW_STEP = 1 << 16
HEADROOM_S = 60


class LoadError(Exception):
    """The load could not be done; the text says why."""


def ask(command, timeout):
    """Output of a load program."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout + HEADROOM_S)
    if ran.returncode != 0:
        raise LoadError(f"{command[0]}: {ran.stdout[-300:]}{ran.stderr[-300:]}")
    return ran.stdout


def per_request(server, run, seconds):
    """Warms up, then runs. `run` takes seconds, and gives requests done and seconds taken."""
    run(1)
    before = server.cpu_us()
    requests, took = run(seconds)
    return {"cpu": (server.cpu_us() - before) / requests, "rate": requests / took}


def wrk(path, *extra, connections=64, tls=False):
    """Keep-alive requests by wrk, one thread."""
    def load(server, seconds):
        scheme, port = ("https", server.tls_port) if tls else ("http", server.port)

        def run(seconds):
            out = ask(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *extra,
                       f"{scheme}://127.0.0.1:{port}{path}"], seconds)
            match = re.search(r"(\d+) requests in ([\d.]+)(m?s)", out)
            if not match or int(match[1]) == 0 or "Non-2xx or 3xx" in out:
                raise LoadError(out)
            return int(match[1]), float(match[2]) / (1000 if match[3] == "ms" else 1)
        return per_request(server, run, seconds)
    return load


def handshakes(version, resumed=False):
    """A TLS connection for each request, one after the other."""
    def load(server, seconds):
        def run(seconds):
            out = ask(["openssl", "s_time", "-connect", f"127.0.0.1:{server.tls_port}", "-www",
                       "/close", version, "-time", str(seconds),
                       "-reuse" if resumed else "-new"], seconds)
            match = re.findall(r"(\d+) connections in (\d+) real seconds", out)
            if not match:
                raise LoadError(out)
            return int(match[-1][0]), float(match[-1][1])
        return per_request(server, run, seconds)
    return load


class Connections:
    """Connections of benches/load.c, for `with`."""

    def __init__(self, server, count, kind):
        self.process = subprocess.Popen(
            [str(server.place.programs / "load"), str(server.port), str(count), kind],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        if self.process.stdout.readline() != "ready\n":
            self.__exit__()
            raise LoadError(f"connections: {self.process.stderr.read()}")
        time.sleep(SETTLE_S)
        return self

    def __exit__(self, *_exception):
        self.process.stdin.close()
        self.process.wait()

    def run(self, seconds):
        """One message under way on each for so long; messages and seconds."""
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            raise LoadError(f"messages: {self.process.stderr.read()}")
        return int(answer[0]), float(answer[1])


def all_active(connections, kind="http"):
    """That many connections, each with one message under way."""
    def load(server, seconds):
        with Connections(server, connections, kind) as opened:
            return per_request(server, opened.run, seconds)
    return load


def beside_idle(load, connections):
    """`load` beside connections that have had an answer and are quiet."""
    def both(server, seconds):
        with Connections(server, connections, "http"):
            return load(server, seconds)
    return both


def idle_memory(connections, kind):
    """`bytes` of memory for each quiet connection."""
    def load(server, _seconds):
        before = server.memory()
        with Connections(server, connections, kind):
            time.sleep(REST_S)
            return {"bytes": (server.memory() - before) / connections}
    return load


def idle_memory_tls(connections):
    def load(server, _seconds):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        before = server.memory()
        opened = []
        for _ in range(connections):
            raw = socket.create_connection(("127.0.0.1", server.tls_port))
            opened.append(context.wrap_socket(raw))
        time.sleep(REST_S)
        figures = {"bytes": (server.memory() - before) / connections}
        for connection in opened:
            connection.close()
        return figures
    return load


def idle_cpu(connections):
    """`percent` of a core that quiet connections cost."""
    def load(server, seconds):
        with Connections(server, connections, "http"):
            time.sleep(REST_S)
            before, begin = server.cpu_us(), time.monotonic()
            time.sleep(max(IDLE_S, seconds))
            took_us = (time.monotonic() - begin) * 1e6
            return {"percent": 100 * (server.cpu_us() - before) / took_us}
    return load


def storm(connections):
    """All connect at once and ask: `cpu_s` of the server until all are answered; how many failed,
    how many were `dropped` by a full listen queue, as the kernel counts them, and `seconds`."""
    def load(server, _seconds):
        before, dropped = server.cpu_us(), tools.listen_drops()
        out = ask([str(server.place.programs / "storm"), str(server.port), str(connections)], 60)
        answered, failed, late, took = out.split()
        return {"cpu_s": (server.cpu_us() - before) / 1e6, "failed": int(failed),
                "cpu": (server.cpu_us() - before) / max(1, int(answered)), "late": int(late),
                "rate": int(answered) / float(took), "seconds": float(took),
                "dropped": tools.listen_drops() - dropped}
    return load


def slow_reader(path, size):
    """One reader that takes 25 MB/s with a small buffer: `cpu` of the whole download, and `bytes` of
    memory that the server had at most more than before."""
    def load(server, _seconds):
        server.forget_peak()
        memory, cpu = server.memory(), server.cpu_us()
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_STEP)
            s.settimeout(HEADROOM_S)
            s.connect(("127.0.0.1", server.port))
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            begin, taken = time.monotonic(), 0
            while taken < size:
                read = len(s.recv(SLOW_STEP))
                if read == 0:
                    raise LoadError(f"ended after {taken} bytes")
                taken += read
                time.sleep(max(0.0, begin + taken / SLOW_BYTES_PER_S - time.monotonic()))
            took = time.monotonic() - begin
        return {"cpu": server.cpu_us() - cpu, "rate": 1 / took,
                "bytes": max(0, server.peak_memory() - memory)}
    return load


def system_calls(path):
    """System `calls` per keep-alive request, by strace."""
    def load(server, seconds):
        log = server.place.work / "strace.txt"
        tracer = subprocess.Popen(["strace", "-c", "-f", "-o", str(log), "-p", str(server.pid)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        tracer.stderr.readline()
        out = ask(["wrk", "-t1", "-c64", f"-d{max(2, seconds)}s",
                   f"http://127.0.0.1:{server.port}{path}"], seconds)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        requests = int(re.search(r"(\d+) requests in", out)[1])
        return {"calls": sum(tools.counted_calls(log).values()) / requests}
    return load


def wakeups():
    """Round trips of mg_wakeup per second, within benches/wakeup.c: the server does nothing."""
    def load(server, seconds):
        out = ask([str(server.place.programs / "wakeup"), str(seconds), str(servers.SERVER_CORE),
                   str(servers.LOAD_CORE)], seconds)
        count, took = out.split()
        return {"rate": int(count) / float(took)}
    return load
