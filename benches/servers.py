"""Running servers: started on a core of their own; their CPU time and memory."""

import os
import pathlib
import random
import re
import resource
import socket
import subprocess
import sys
import time
import typing

import peers

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
DESCRIPTORS = 50_000


class Place(typing.NamedTuple):
    """Folders of one run, and how many descriptors a process may have."""
    work: pathlib.Path
    programs: pathlib.Path
    web: pathlib.Path
    pki: pathlib.Path
    descriptors: int


def prepare():
    """This process and the loads it starts run on their core; all may have many descriptors.

    Returns how many."""
    os.sched_setaffinity(0, {LOAD_CORE})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, max(hard, DESCRIPTORS)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def place_in(work):
    """A place in the folder `work`, which all servers may read: certificates, and no programs yet."""
    place = Place(work, work / "programs", work / "web", work / "pki", prepare())
    place.web.mkdir()
    (place.web / "small").write_text('{"status":1}\n')
    work.chmod(0o755)
    subprocess.run([ROOT / "tools/test-pki", place.pki], check=True)
    return place


def free_port():
    """A free port below those that the kernel gives to clients."""
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no free port")


class Server:
    """A running server, for `with`."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.port, self.tls_port = free_port(), free_port()
        command = peers.COMMANDS[name](place, self.port, self.tls_port)
        self.process = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), *command],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

    def __enter__(self):
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
                time.sleep(0.2)
                return self
            except OSError:
                time.sleep(0.02)
        self.__exit__()
        raise RuntimeError(f"{self.name} does not listen on port {self.port}")

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait()

    def cpu_us(self):
        """CPU time of all threads, user and system, in microseconds."""
        # The clock of another process, as clock_getcpuclockid(3) names it: exact, where /proc counts
        # in hundredths of a second.
        return time.clock_gettime_ns((~self.pid << 3) | 2) / 1000

    def memory(self):
        """Bytes of memory in use (resident set)."""
        return self._kilobytes("smaps_rollup", "Rss") * 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak_memory(self):
        """The most bytes in use since `forget_peak`."""
        return self._kilobytes("status", "VmHWM") * 1024

    def _kilobytes(self, file, field):
        text = pathlib.Path(f"/proc/{self.pid}/{file}").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)[1])
