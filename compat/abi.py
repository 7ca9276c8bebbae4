"""The ABI table, and what the checks in this folder share."""

import argparse
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TABLE = json.loads((HERE / "mongoose-7.22.json").read_text())
WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror".split()
C_STANDARDS = ["c99", "c11", "c17"]
CPP_STANDARDS = ["c++11", "c++14", "c++17", "c++20", "c++2b"]
COMPILERS = [("gcc", C_STANDARDS), ("clang", C_STANDARDS),
             ("g++", CPP_STANDARDS), ("clang++", CPP_STANDARDS)]

# Members of the unions that have no name in the table.
UNNAMED = {
    ("mg_addr", "addr"): "union { uint8_t ip[16]; uint32_t ip4; uint64_t ip6[2]; }",
    ("mg_modbus_req", "u"): "union { bool *bits; uint16_t *regs; }",
}


def build_directory():
    """The directory given with --build, default build."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build"))
    return pathlib.Path(parser.parse_known_args()[0].build).resolve()


def word_list(name):
    """The words of a list in this folder, `#` begins a comment."""
    lines = (HERE / name).read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def declare(ctype, name):
    """A C declaration of `name` with a type spelled as in the table."""
    ctype = ctype.replace("_Bool", "bool")
    if "(*)" in ctype:
        return ctype.replace("(*)", f"(*{name})", 1)
    match = re.match(r"(.*?)((?:\[\d+\])+)$", ctype)
    if match:
        return f"{match.group(1).strip()} {name}{match.group(2)}"
    return f"{ctype}{'' if ctype.endswith('*') else ' '}{name}"


def parameters(function):
    """The parameter list of a function of the table, without names."""
    types = [p["type"].replace("_Bool", "bool") for p in function["params"]]
    types = [re.sub(r"\[\d+\]$", " *", t) for t in types]
    if function["variadic"]:
        types.append("...")
    return ", ".join(types) or "void"


class Score:
    """Counts checks, prints the failures, ends with `N passed, N failed`."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, good, what):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL  {what}")
        return good

    def command(self, argv, what, **options):
        """A command must succeed; its output is shown if it does not."""
        done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=120, **options)
        output = done.stdout.decode(errors="replace")
        if not self.check(done.returncode == 0, what):
            print("\n".join(output.splitlines()[:15]))
        return done.returncode == 0

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
