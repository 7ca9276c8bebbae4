"""Checks the code blocks of a page. The word behind the fence says how:

    c, cpp            a whole file, as it stands; with a main() it is linked, and saved as main.c,
                      main.cpp or what a comment on its first line names, for `sh run`
    c part            declarations and functions of a file; our headers are put in front
    c body            statements of an event handler; c, ev, ev_data, mgr and hm are there, and the last
                      `c part` above
    sh                is parsed
    sh run            is run, all of a page in one folder that has build/ and the page's programs
    make, ini, json   is parsed
    text              is not checked
    text output       is what the last `sh run` printed

A block without a word must be tested elsewhere and have `<!-- tested: ... -->` above it. Indented
blocks are shell commands. `:8000` stands for a free port, `sleep 1` for the wait until it is open.
"""

import configparser
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile

import pages

HEADERS = '#include "mongoose.h"\n#include "mongoose_guard.h"\n'
BODY = """static void fragment(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mgr *mgr = c->mgr;
  struct mg_http_message *hm = (struct mg_http_message *) ev_data;
  (void) ev, (void) mgr, (void) hm;
%s
}
"""
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
IN_PARTS = ["-Wno-unused-function", "-Wno-unused-variable", "-Wno-unused-but-set-variable"]
# In front of `sh run`: waits until the server of the block before is gone.
WAIT = """is_open() { grep -q ':%04X 00000000:0000 0A' /proc/net/tcp; }
sleep() { until is_open; do command sleep 0.05; done; }
while is_open; do command sleep 0.05; done
"""
LIBRARIES = ["-lgcc_s", "-lpthread", "-ldl", "-lm"]
TIME_LIMIT = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PageBlocks:
    """The blocks of one page and the folder in which they are tried."""

    def __init__(self, path, build, folder):
        self.path = path
        self.folder = pathlib.Path(folder)
        (self.folder / "build").symlink_to(build)
        self.port = free_port()
        self.markdown = (pages.ROOT / path).read_text()
        self.printed = ""
        self.part = ""

    def problems(self):
        """(line, what is wrong or None) of each block."""
        for block in sorted(pages.blocks(self.markdown) + pages.indented(self.markdown), key=lambda b: b.line):
            yield block.line, self.problem(block)

    def problem(self, block):
        language, *words = block.words or [""]
        text = block.text.replace(":8000", f":{self.port}")
        checks = {"c": self.compile, "cpp": self.compile, "sh": self.shell, "make": self.makefile,
                  "ini": self.ini, "json": self.json, "text": self.output, "": self.elsewhere}
        if language not in checks:
            return f"nothing checks {language} blocks: see tools/docs/blocks.py"
        return checks[language](block, words, text)

    def run(self, command, text=""):
        """Output of a command that fails, else None. Ends what it left running."""
        with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile("w+") as output:
            stdin.write(text)
            stdin.seek(0)
            process = subprocess.Popen(command, cwd=self.folder, stdin=stdin, stdout=output,
                                       stderr=subprocess.STDOUT, start_new_session=True)
            try:
                status = process.wait(TIME_LIMIT)
            except subprocess.TimeoutExpired:
                status = "takes too long"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            output.seek(0)
            self.printed = output.read()
        return None if status == 0 else f"{self.printed}{status}"

    def compile(self, block, words, text):
        kind = words[0] if words else "file"
        source = f'#line {block.line + 1} "{self.path}"\n{text}'
        if kind == "body":
            source = HEADERS + self.part + BODY % source
        elif kind == "part":
            self.part = source
            source = HEADERS + source
        elif kind != "file":
            return f"unknown word {kind}"
        language, suffix = ("c", ".c") if block.words[0] == "c" else ("c++", ".cpp")
        standard = "-std=gnu11" if language == "c" else "-std=c++17"
        compiler = [os.environ.get("CC", "cc") if language == "c" else os.environ.get("CXX", "c++")]
        command = compiler + [standard, *WARNINGS, *(IN_PARTS if kind != "file" else []), "-Ibuild/include"]
        if kind != "file" or not re.search(r"^int main\(", text, re.MULTILINE):
            return self.run(command + ["-x", language, "-c", "-", "-o", "checked.o"], source)
        name = re.match(r"// (\w[\w-]*\.(?:c|cpp))\b", text)
        file = name[1] if name else f"main{suffix}"
        (self.folder / file).write_text(text)
        return self.run(command + [file, "-o", "checked", "build/lib/libmongoose.a", *LIBRARIES])

    def shell(self, _, words, text):
        if words == ["run"]:
            return self.run(["bash", "-euo", "pipefail", "-c", WAIT % self.port + text])
        return self.run(["bash", "-n"], text) if not words else f"unknown word {words[0]}"

    def makefile(self, _, __, text):
        return self.run(["make", "--no-print-directory", "--dry-run", "-f", "-"], text)

    def output(self, _, words, text):
        if words == ["output"] and text != self.printed:
            return f"printed was {self.printed!r}"

    def ini(self, _, __, text):
        try:
            configparser.ConfigParser(strict=False, interpolation=None).read_string(text)
        except configparser.Error as error:
            return str(error)

    def json(self, _, __, text):
        try:
            json.loads(text)
        except ValueError as error:
            return str(error)

    def elsewhere(self, block, _, __):
        above = self.markdown.splitlines()[max(block.line - 2, 0)]
        return None if above.startswith("<!-- tested: ") else "say in which language it is"


def check(path, build):
    """(line, what is wrong or None) of each block of the page `path`."""
    with tempfile.TemporaryDirectory() as folder:
        return list(PageBlocks(path, build, folder).problems())
