"""What the tests of the sample trees share: an installed library, building a tree, asking a program."""

import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import abi  # noqa: E402, F401

PATIENCE = 30  # seconds until something that must happen has failed


@dataclass
class Tree:
    """A sample tree. `commands` build `program`, which gives `answer` to `question`, arguments of curl."""

    name: str
    commands: list
    add: str  # to {add} of a command: how the library, {libs}, gets into a build from outside
    dropped_in: str  # where mongoose.c was
    program: str
    question: list
    answer: str


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Kit:
    """Works in `folder`. `libs` is what pkg-config says of a library that is installed as an archive."""

    def __init__(self, score, build, folder):
        self.score, self.build, self.folder = score, build, pathlib.Path(folder)
        self.installed = self.folder / "usr"
        shutil.copytree(build / "include", self.installed / "include")
        packages = self.installed / "lib/pkgconfig"
        packages.mkdir(parents=True)
        shutil.copy(build / "lib/libmongoose.a", self.installed / "lib")
        text = (build / "lib/pkgconfig/mongoose.pc").read_text()
        (packages / "mongoose.pc").write_text(text.replace(str(build), str(self.installed)))
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(packages),
                            "IDF_PATH": str(HERE / "esp-idf-stand-in")}
        self.libs = self.output("pkg-config", "--static", "--libs", "mongoose").strip()

    def output(self, *argv):
        return subprocess.run(argv, env=self.environment, stdout=subprocess.PIPE, text=True,
                              check=True).stdout

    def copy(self, tree, name):
        return shutil.copytree(tree, self.folder / name)

    def fill_component(self, component):
        """The component folder of README.md: include and lib."""
        shutil.copytree(self.installed / "include", component / "include")
        (component / "lib").mkdir()
        shutil.copy(self.installed / "lib/libmongoose.a", component / "lib")

    def build_and_ask(self, tree, folder, what, add=None):
        """Builds the tree in `folder`, with {add} if there is anything to add, and asks the program."""
        for command in tree.commands:
            argv = [word.format(add=add) for word in shlex.split(command) if add or word != "{add}"]
            if not self.score.command(argv, f"{what}: {argv[0]}", cwd=folder, env=self.environment):
                return
        self.ask([folder / tree.program], tree.question, tree.answer, what)

    def ask(self, program, question, answer, what, environment=None):
        """Starts a program on a free port; curl must get this answer. URLs come as argument and variable."""
        for _ in range(5):
            url = f"http://127.0.0.1:{free_port()}"
            server = subprocess.Popen([*program, url], stdin=subprocess.DEVNULL,
                                      env={**self.environment, "LAMP_URL": url, **(environment or {})},
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                got = self.fetch(server, [url + question[0], *question[1:]])
            finally:
                server.terminate()
                output, _ = server.communicate(timeout=PATIENCE)
            if got is not None:
                break
        self.score.check(got == answer, f"{what}: got {got!r}, want {answer!r}\n{output}")

    def fetch(self, server, question):
        """What curl gets from a program that is starting; None if the program ends."""
        command = ["curl", "-sS", "--noproxy", "*", "--max-time", "10", *question]
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and server.poll() is None:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if done.returncode == 0:
                return done.stdout
            time.sleep(0.05)
        return None
