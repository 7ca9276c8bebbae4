"""A running program, and what the kernel says about it."""

import os
import pathlib
import signal
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A program that was started."""

    def __init__(self, child, log):
        self.child, self.log = child, log
        self.proc = pathlib.Path(f"/proc/{child.pid}")
        self.port, self.ports = None, []
        self.idle_descriptors = 0

    def output(self):
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def alive(self):
        return self.child.poll() is None

    def settle(self):
        """Takes the descriptors open now as those of the server itself."""
        self.idle_descriptors = self.descriptors()

    def descriptors(self):
        return len(os.listdir(self.proc / "fd"))

    def connections(self):
        """Connections that it has open; what waits in the kernel's backlog is not among them."""
        return self.descriptors() - self.idle_descriptors

    def cpu(self):
        """Seconds of processor time used so far."""
        after_name = (self.proc / "stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS

    def cpu_share(self, seconds):
        """Percentage of one core used during the next seconds."""
        begin, before = time.monotonic(), self.cpu()
        time.sleep(seconds)
        return 100 * (self.cpu() - before) / (time.monotonic() - begin)

    def memory(self, field="VmRSS"):
        """Resident memory in bytes: now, or with VmHWM the most so far."""
        for line in (self.proc / "status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) << 10
        return 0

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Watch:
    """Looks at a server every few milliseconds while a `with` block runs; keeps the maxima."""

    EVERY = 0.01

    def __init__(self, process):
        self.process = process
        self.most_connections = self.most_memory = self.looks = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def look(self):
        while not self.done.wait(self.EVERY):
            try:
                self.most_connections = max(self.most_connections, self.process.connections())
                self.most_memory = max(self.most_memory, self.process.memory())
            except OSError:  # it has ended
                return
            self.looks += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
