"""The server and the client under test: how they are built, started, asked and ended."""

import os
import pathlib
import re
import select
import subprocess
import time

from attacks.lib.process import Process

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = {"server": ["server.c", "reconfigure.c", "program.c"],
           "client": ["client.c", "program.c"]}
LIBS = ["-lgcc_s", "-lpthread", "-ldl", "-lm"]
PATIENCE = 60  # seconds until a program that does not answer has failed
# Else mallinfo2 counts freed blocks that threads keep as live ones.
EXACT_MALLOC = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


def compile_programs(build, sanitize):
    """Builds both; with `sanitize`, the library in `build` has AddressSanitizer in it, too."""
    folder = build / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    compiler = [os.environ.get("CC", "cc")]
    if sanitize:
        compiler = ["clang", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    for name, sources in SOURCES.items():
        subprocess.run([*compiler, "-O2", "-g", "-Wall", "-Wextra", f"-I{build}/include",
                        "-o", folder / name, *(ROOT / "soak/programs" / s for s in sources),
                        build / "lib/libmongoose.a", *LIBS], check=True)
    return folder


class Program(Process):
    """A program that answers commands on its standard input."""

    def __init__(self, argv, folder):
        folder.mkdir()
        self.log = folder / "stderr"
        with self.log.open("wb") as errors:
            child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=errors, cwd=folder,
                                     env={**os.environ, **EXACT_MALLOC})
        super().__init__(child, self.log)
        self.rest = b""

    def lines(self, until):
        """What it prints up to the line that begins with `until`, which is left out."""
        end, lines = time.monotonic() + PATIENCE, []
        while time.monotonic() < end:
            line, newline, rest = self.rest.partition(b"\n")
            if newline:
                self.rest = rest
                if line.decode().startswith(until):
                    return lines
                lines.append(line.decode())
            elif select.select([self.child.stdout], [], [], 0.1)[0]:
                piece = os.read(self.child.stdout.fileno(), 65536)
                if not piece:
                    break
                self.rest += piece
        raise RuntimeError(f"no {until!r} from {self.child.args[0]}: {self.output()[-2000:]}")

    def command(self, letter):
        self.child.stdin.write(letter)
        self.child.stdin.flush()

    def figures(self):
        """All it counts, and what the kernel says: numbers by short names."""
        self.command(b"f")
        lines = self.lines("end")
        found = {"rss": self.memory(), "descriptors": self.descriptors()}
        for line in lines:
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[short(name)] = int(float(value))
        return found

    def end(self):
        """Asks it to end: its exit status, and what it complained about. What begins with -- is
        about valgrind: system calls that it does not know."""
        self.stop()
        lines = self.output().splitlines()
        return self.child.returncode, [line for line in lines if not line.startswith("--")]


def short(sample):
    """mongoose_timeouts_total{deadline="header"} is timeouts.header."""
    name = sample.removeprefix("mongoose_")
    label = re.search(r'="(\w+)"', name)
    name = name.partition("{")[0].removesuffix("_total")
    return f"{name}.{label.group(1)}" if label else name


def make_pki(build):
    """Folder with certificates and keys."""
    subprocess.run([ROOT / "tools/test-pki", build / "pki"], check=True)
    return build / "pki"


def free_of_options():
    """Options come from the programs alone."""
    for name in list(os.environ):
        if name.startswith("MG_"):
            del os.environ[name]


def start_server(programs, scratch, pki, seed, prefix):
    """The server, with its `ports` by name."""
    server = Program([*prefix, programs / "server", pki, seed], scratch / "server")
    (scratch / "server" / "page.txt").write_text("ok\n")
    words = [line.split() for line in server.lines("listening")]
    server.ports = {name: int(port) for _, name, port in words}
    return server


def start_client(programs, scratch, pki, seed, ports, prefix):
    """The client of a server with these ports."""
    numbers = (ports[name] for name in ("http", "https", "mqtt", "tcp"))
    return Program([*prefix, programs / "client", pki, seed, *numbers], scratch / "client")
