"""The parsers that are compared, each in a server of its own.

All print lines: `request HEAD BODY PORT METHOD TARGET` for a request that is complete (in
hexadecimal digits, `-` for nothing or unknown), `refused PORT WHY` for one that is malformed,
`partial PORT` for one that was not all there when the client had sent everything. PORT is the
client's.
"""

import os
import pathlib
import selectors
import socket
import subprocess
import sys
import time

from attacks.lib.arena import LIBS, PATIENCE
from attacks.lib.fronts import free_port, program
from attacks.lib.process import Process

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AT_ONCE = 64  # connections
QUIET = 10  # seconds until a connection counts as stuck


class Message:
    """A message as a parser understood it: a request, whose name is its method, or a response,
    whose name is its status."""

    def __init__(self, head, body, name, target=b""):
        self.head, self.body, self.name, self.target = head, body, name, target

    def __repr__(self):
        return f"{self.name.decode('latin-1')} {self.target!r} + {len(self.body)} bytes"


class Reading:
    """What a parser made of all that came on a connection: messages, and how it ended."""

    def __init__(self):
        self.messages, self.end = [], "closed"

    def __repr__(self):
        return f"{self.messages} {self.end}"


class Peer:
    """A parser's server. `log` is where its lines come, if not to its own output."""

    def __init__(self, name, process, port=None, logs=()):
        self.name, self.process = name, process
        self.logs = [open(path, "rb") for path in (process.log, *logs)]
        self.port = port or self.announced()

    def announced(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.alive():
            for line in self.process.output().splitlines():
                if line.startswith("port "):
                    return int(line.split()[1])
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen: {self.process.output()!r:.300}")

    def read(self, requests):
        """What it makes of each of these byte strings."""
        readings = []
        for at in range(0, len(requests), AT_ONCE):
            readings += self.read_batch(requests[at:at + AT_ONCE])
        return readings

    def read_batch(self, requests):
        try:
            readings = {port: Reading() for port in send_all(self.port, requests)}
        except OSError as error:
            last = self.process.output()[-1000:]
            raise RuntimeError(f"{self.name} takes no connection: {error}; {last}") from error
        for log in self.logs:
            for line in log.read().decode("latin-1").splitlines():
                self.note(line.split(" "), readings)
        return list(readings.values())

    @staticmethod
    def note(words, readings):
        if words[0] == "request" and int(words[3]) in readings:
            head, body, method, target = (b"" if word == "-" else bytes.fromhex(word)
                                          for word in words[1:3] + words[4:])
            readings[int(words[3])].messages.append(Message(head, body, method, target))
        elif words[0] == "broken":
            raise RuntimeError(f"what is behind the proxy fails: {words}")
        elif words[0] in ("refused", "partial") and int(words[1]) in readings:
            readings[int(words[1])].end = words[0]


def send_all(port, requests):
    """Sends each on a connection of its own and reads until the server closes; gives the ports."""
    selector, ports = selectors.DefaultSelector(), []
    for data in requests:
        peer = socket.create_connection(("127.0.0.1", port), QUIET)
        peer.setblocking(False)
        ports.append(peer.getsockname()[1])
        selector.register(peer, selectors.EVENT_READ | selectors.EVENT_WRITE, memoryview(data))
    while selector.get_map():
        ready = selector.select(QUIET)
        if not ready:
            raise RuntimeError(f"connections to port {port} stay open")
        for key, events in ready:
            step(selector, key.fileobj, key.data, events)
    return ports


def step(selector, peer, left, events):
    """Goes on with one connection."""
    try:
        if events & selectors.EVENT_WRITE:
            left = left[peer.send(left):]
            if left:
                selector.modify(peer, selectors.EVENT_READ | selectors.EVENT_WRITE, left)
            else:
                peer.shutdown(socket.SHUT_WR)
                selector.modify(peer, selectors.EVENT_READ, left)
        if not events & selectors.EVENT_READ or peer.recv(65536):
            return
    except BlockingIOError:
        return
    except OSError:
        pass  # it has been closed while there was more
    selector.unregister(peer)
    peer.close()


class Peers:
    """All of them; what is started here ends with it."""

    def __init__(self, build, folder):
        self.build, self.folder, self.processes = build, folder, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stop()

    def start(self, name, *argv):
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            child = subprocess.Popen([str(arg) for arg in argv], stdin=subprocess.DEVNULL,
                                     stdout=output, stderr=output)
        self.processes.append(Process(child, log))
        return self.processes[-1]

    def ours(self):
        recorder = self.build / "differential" / "recorder"
        recorder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([os.environ.get("CC", "cc"), "-O2", f"-I{self.build}/include", "-o",
                        recorder, ROOT / "attacks/servers/recorder.c",
                        self.build / "lib/libmongoose.a", *LIBS], check=True)
        return Peer("ours", self.start("ours", recorder))

    def others(self):
        return [self.nginx(), self.llhttp(), self.h11(), self.hyper()]

    def llhttp(self):
        return Peer("llhttp", self.start("llhttp", "node", HERE / "llhttp.js"))

    def h11(self):
        return Peer("h11", self.start("h11", sys.executable, HERE / "h11_server.py"))

    def hyper(self):
        target = self.build / "differential" / "hyper"
        subprocess.run([os.environ.get("CARGO", "cargo"), "build", "--quiet", "--locked",
                        "--manifest-path", HERE / "hyper/Cargo.toml", "--target-dir", target],
                       check=True)
        return Peer("hyper", self.start("hyper", target / "debug/differential-hyper"))

    def nginx(self):
        """A proxy, which has to know where a request ends before it passes it on."""
        behind = Peer("behind nginx", self.start("behind", "node", HERE / "llhttp.js", "behind"))
        port, folder = free_port(), self.folder / "nginx"
        folder.mkdir()
        (folder / "access.log").touch()
        (folder / "nginx.conf").write_text(nginx_config(folder, port, behind.port))
        process = self.start("nginx", program("nginx"), "-p", folder, "-c", folder / "nginx.conf",
                             "-e", folder / "error.log")
        end = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            if not process.alive() or time.monotonic() > end:
                raise RuntimeError(f"nginx: {process.output()!r:.300}")
            time.sleep(0.02)
        return Peer("nginx", process, port, (behind.process.log, folder / "access.log"))


def nginx_config(folder, port, behind):
    temporary = "\n".join(f"  {name}_temp_path {folder}/{name};"
                          for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
{temporary}
  # A request that is cut off gets no answer, a malformed one does.
  map $status-$bytes_sent $end {{ ~^[123] ""; ~^50[0234] broken; ~-0$ partial; default refused; }}
  log_format ends '$end $remote_port $status';
  access_log {folder}/access.log ends if=$end;
  large_client_header_buffers 8 256k;
  lingering_close off;
  upstream behind {{ server 127.0.0.1:{behind}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} backlog=1000;
    rewrite ^ /seen? break;
    location / {{
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_ignore_client_abort on;
      proxy_next_upstream off;
      proxy_pass_request_headers off;
      proxy_method POST;
      proxy_set_header Connection "";
      proxy_set_header X-Seen-Port $remote_port;
      proxy_set_header X-Seen-Method $request_method;
      proxy_set_header X-Seen-Target $request_uri;
    }}
  }}
}}
"""
