"""An ordinary client in a process of its own: asks for / again and again, measures each answer.

As a program: prober.py PORT SOURCE INTERVAL. It ends with SIGTERM and prints how many seconds each
request took, as JSON; null stands for one that failed.
"""

import json
import signal
import socket
import statistics
import subprocess
import sys
import time

GIVE_UP = 10  # seconds
REQUEST = b"GET / HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


class Prober:
    """The other side: starts the process and reads its result."""

    def __init__(self, port, source="127.0.0.77", interval=0.05):
        self.child = subprocess.Popen([sys.executable, __file__, str(port), source, str(interval)],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def finish(self):
        """Ends the process: its Figures."""
        if self.child.poll() is None:
            self.child.terminate()
        out, _ = self.child.communicate(timeout=GIVE_UP + 5)
        return Figures(json.loads(out or b"[]"))

    def stop(self):
        """For Arena: also if finish() was called."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self.child.stdout.close()


class Figures:
    """How ordinary clients fared."""

    def __init__(self, taken):
        good = [seconds for seconds in taken if seconds is not None]
        self.count, self.failed = len(taken), len(taken) - len(good)
        self.median = statistics.median(good) if good else float("inf")
        self.worst = max(good) if good and not self.failed else float("inf")
        self.worst_answer = max(good) if good else float("inf")

    def __str__(self):
        text = f"{self.count} GETs, median {1e3 * self.median:.1f} ms, " \
               f"worst {1e3 * self.worst_answer:.0f} ms"
        return text + (f", {self.failed} failed" if self.failed else "")

    def within(self, worst, median=None):
        """Whether every request was answered in time, in seconds."""
        return self.count > 0 and self.worst < worst and (median is None or self.median < median)


def ask(port, source):
    """Seconds that one request takes, None if it fails."""
    begin = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), GIVE_UP, (source, 0)) as peer:
            peer.sendall(REQUEST)
            answer = b""
            while piece := peer.recv(4096):
                answer += piece
    except OSError:
        return None
    return time.monotonic() - begin if answer.startswith(b"HTTP/1.1 200") else None


def main():
    port, source, interval = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    taken = []
    asked = None

    def end(*_):
        # A request that has waited for long counts; one that has just begun does not.
        if asked is not None and time.monotonic() - asked > 1:
            taken.append(time.monotonic() - asked)
        print(json.dumps(taken), flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        asked = time.monotonic()
        result = ask(port, source)
        taken.append(result)
        asked = None
        time.sleep(interval)


if __name__ == "__main__":
    main()
