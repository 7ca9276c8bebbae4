"""Where attacks take place: servers are built and started here, results collected."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

from .prober import Prober
from .process import Process
from .tree import plant_packed

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "attacks" / "servers"
PATIENCE = 20  # seconds until something that must happen has failed
LIBS = ["-lgcc_s", "-lpthread", "-ldl", "-lm"]
SOURCES = {
    "target": ["target.c", "service.c"],
    "guarded": ["guarded.c", "service.c"],
    "recorder": ["recorder.c"],
    "panicking": ["panicking.c", "service.c"],
}


class Row:
    """A line of the table: what was asked for, what was measured."""

    def __init__(self, attack, asked, measured, passed):
        self.attack, self.asked, self.measured, self.passed = attack, asked, measured, passed


class Arena:
    """Builds and starts servers, collects rows; what it starts ends with it."""

    def __init__(self, build, folder, quick):
        self.build, self.folder, self.quick = build, folder, quick
        self.programs = build / "attacks"
        self.pki = build / "pki"
        self.rows = []
        self.attack = ""
        self.started = []
        self.begin = time.monotonic()

    def seconds(self, whole, quick):
        """A duration: the whole one, or what a quick run makes do with."""
        return quick if self.quick else whole

    def progress(self, text):
        print(f"[{time.monotonic() - self.begin:6.1f} s] {self.attack}: {text}", flush=True)

    def row(self, what, asked, measured, passed):
        """Notes a result under the name of the attack that runs."""
        row = Row(f"{self.attack}: {what}", asked, measured, bool(passed))
        self.rows.append(row)
        self.progress(f"{what}: {measured} (asked: {asked}) {'ok' if row.passed else 'FAILED'}")

    def compile(self):
        """Builds the servers. One that does not link is left out; attacks on it fail."""
        self.programs.mkdir(parents=True, exist_ok=True)
        packed = self.programs / "packed.c"
        tree = self.programs / "packed"
        shutil.rmtree(tree, ignore_errors=True)
        plant_packed(tree)
        packed.write_bytes(subprocess.run([ROOT / "tools/pack", tree], check=True,
                                          stdout=subprocess.PIPE).stdout)
        for name, sources in SOURCES.items():
            build = ROOT / "build/failpoints" if name == "panicking" else self.build
            (self.programs / name).unlink(missing_ok=True)
            command = [os.environ.get("CC", "cc"), "-O2", "-g", "-Wall", "-Wextra",
                       f"-I{build}/include", f"-I{ROOT}/include", "-o", self.programs / name,
                       *(SERVERS / source for source in sources), packed,
                       build / "lib/libmongoose.a", *LIBS]
            if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
                print(f"{name} does not build: attacks on it fail", file=sys.stderr)

    def certificates(self):
        """Folder with server.crt and server.key."""
        subprocess.run([ROOT / "tools/test-pki", self.pki], check=True)
        return self.pki

    def start(self, *argv, env=None, descriptors=None, name="child"):
        """Starts a program; its outputs go to one file."""
        log = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.log"

        def limit():
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with log.open("wb") as output:
            child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL,
                                     stdout=output, stderr=output, preexec_fn=limit,
                                     env={**os.environ, **(env or {})})
        process = Process(child, log)
        self.started.append(process)
        return process

    def server(self, name="target", *args, descriptors=None, **options):
        """Starts a server; `options` are set by the environment, for guarded by arguments."""
        env = {}
        for option in ("MG_MAX_CONNECTIONS", "MG_IO_TIMEOUT"):
            if option in options:
                env[option] = str(options.pop(option))
        settings = [f"{option}={value}" for option, value in options.items()]
        if name == "guarded":
            args = [*args, *settings]
        elif settings:
            env["MG_OPTIONS"] = ";".join(settings)
        if not (self.programs / name).exists():
            raise RuntimeError(f"{name} was not built")
        process = self.start(self.programs / name, *args, env=env, descriptors=descriptors,
                             name=name)
        listeners = 2 if "-C" in args else 1
        process.ports = self.ports(process, listeners)
        process.port = process.ports[-1]
        process.settle()
        return process

    def ports(self, process, count):
        """Ports that a server of ours says it listens on."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            lines = [line.split() for line in process.output().splitlines()]
            ports = [int(words[1]) for words in lines if words[:1] == ["port"]]
            if len(ports) >= count:
                return ports
            if process.child.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"{process.child.args[0]} does not listen: {process.output()!r:.300}")

    def prober(self, port, **how):
        """Starts a process that makes ordinary requests, and measures them."""
        prober = Prober(port, **how)
        self.started.append(prober)
        return prober

    def stop(self, process):
        process.stop()
        self.started.remove(process)

    def stop_all(self):
        for process in reversed(list(self.started)):
            self.stop(process)

    def table(self):
        """All rows, in columns."""
        head = ("attack", "asked", "measured", "verdict")
        lines = [(row.attack, row.asked, row.measured, "ok" if row.passed else "FAILED")
                 for row in self.rows]
        widths = [max(len(line[i]) for line in [head, *lines]) for i in range(4)]
        rule = tuple("-" * width for width in widths)
        padded = [[f"{cell:<{width}}" for cell, width in zip(line, widths)]
                  for line in [head, rule, *lines]]
        return "\n".join(" | ".join(cells).rstrip() for cells in padded)


def interrupted(*_):
    """For SIGTERM: what was started is ended on the way out."""
    sys.exit(1)


signal.signal(signal.SIGTERM, interrupted)
