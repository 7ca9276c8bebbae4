"""What the TLS peers share: certificates, our examples and other programs as processes, checks."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 20  # seconds until something that must happen has failed
VERSIONS = {"1.2": "TLSv1.2", "1.3": "TLSv1.3"}
KEYS = {"server": "ECDSA", "p384": "ECDSA", "rsa": "RSA-PSS", "ed25519": "ed25519"}
HELLO = "/api/hello?name=peer"


class Scenario:
    """Counts checks; the processes it starts end with it."""

    def __init__(self, build, folder):
        self.examples, self.pki = build / "examples", build / "pki"
        self.folder = pathlib.Path(folder)
        self.passed = self.failed = 0
        self.started = []
        self.summary = []
        subprocess.run([ROOT / "tools/test-pki", self.pki], check=True)

    def check(self, name, got, want):
        """Counts `got == want`; a function as `want` says whether `got` will do."""
        if want(got) if callable(want) else got == want:
            self.passed += 1
            return
        self.failed += 1
        wanted = "something else" if callable(want) else shown(want)
        print(f"FAIL  {name}\n  got  {shown(got)}\n  want {wanted}")

    def crt(self, name):
        return self.pki / (name if "." in name else f"{name}.crt")

    def key(self, name):
        return self.pki / f"{name.split('.')[0]}.key"

    def start(self, *argv, **how):
        """Starts a program; its outputs are pipes unless `how` says otherwise."""
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               **how}
        child = subprocess.Popen([str(a) for a in argv], **how)
        self.started.append(child)
        return child

    def run(self, *argv, **how):
        """Runs a program to its end: exit status, standard output, error output."""
        child = self.start(*argv, **how)
        try:
            out, err = child.communicate(timeout=PATIENCE)
            status = child.returncode
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            status = "did not end"
        self.started.remove(child)
        return status, text(out), text(err)

    def example(self, name, *args):
        """Runs an example to its end."""
        return self.run(self.examples / name, *args)

    def serve(self, name, scheme, cert, *args):
        """Starts an example as a server with a certificate of the test PKI: its port."""
        child = self.start(self.examples / name, "-l", f"{scheme}://127.0.0.1:0", "-C",
                           self.crt(cert), "-K", self.key(cert), "-v", 0, *args,
                           stderr=subprocess.DEVNULL)
        return int(child.stdout.readline().split()[-1])

    def web(self, cert="server", *args):
        """Starts http-server on https: its port."""
        return self.serve("http-server", "https", cert, "-d", self.folder, "-u", self.folder, *args)

    def listens(self, port, child):
        """Waits until a program that was started listens on `port`."""
        end = time.monotonic() + PATIENCE
        while child.poll() is None and time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop(child)
        raise RuntimeError(f"{child.args} does not listen on port {port}")

    def stop(self, child):
        """Ends a program that was started."""
        if child.poll() is None:
            child.terminate()
        try:
            child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        except ValueError:  # its output was read already
            pass
        self.started.remove(child)

    def stop_all(self):
        for child in list(self.started):
            self.stop(child)

    def file(self, name, size=None):
        """A file in the folder, with random content if a size is given."""
        path = self.folder / name
        if size is not None:
            path.write_bytes(os.urandom(size))
        return path


def text(data):
    return data.decode(errors="replace") if data is not None else ""


def shown(value):
    value = repr(value)
    return value if len(value) < 1500 else f"{value[:300]} ... {value[-1200:]}"


def has(*patterns):
    """For Scenario.check: every regular expression is found in the text."""
    return lambda got: all(re.search(p, got, re.MULTILINE) for p in patterns)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def program(name):
    """Path of a program that may be in a directory for root."""
    return shutil.which(name) or f"/usr/sbin/{name}"
