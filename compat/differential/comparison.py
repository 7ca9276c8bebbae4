"""What the scripts have in common: their arguments, and the comparison of readings."""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
H11 = "h11==0.16.0"


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=2500, help="of each kind of random message")
    parser.add_argument("--replay", type=pathlib.Path, help="file with the bytes of a connection")
    parser.add_argument("-v", "--verbose", action="store_true", help="show justified differences")
    args = parser.parse_args()
    args.build = args.build.resolve()
    return args


def with_h11(build):
    """Goes on in a Python that has h11, which is installed below the build directory."""
    home = build / "venv-h11"
    python = home / "bin/python3"
    if pathlib.Path(sys.prefix).resolve() == home.resolve():
        return
    probe = [python, "-c", "import h11"]
    if not python.exists() or subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "-q", "--disable-pip-version-check", "install", H11],
                       check=True)
    os.execv(python, [python, *sys.argv])


def difference(ours, theirs):
    """None, or what is the matter with the first message that we accept and they don't: `differs`,
    or how their reading ended; and which it is."""
    for number, mine in enumerate(ours.messages):
        if number == len(theirs.messages):
            return theirs.end, number
        other = theirs.messages[number]
        if (mine.name, mine.body) != (other.name, other.body):
            return "differs", number
    return None


class Comparison:
    """Compares our readings of a corpus, which is names and bytes, with those of others. `reason`
    tells why a parser differs on a message: parser, kind of difference, message, the one before."""

    def __init__(self, args, corpus, mine, reason):
        self.args, self.corpus, self.mine, self.reason = args, corpus, mine, reason
        self.done = self.failed = 0
        accepted = sum(len(reading.messages) for reading in mine)
        print(f"{len(corpus)} connections, seed {args.seed}: "
              f"the library accepts {accepted} messages")
        self.failed += accepted < len(corpus) // 4

    def compare_with(self, parser, theirs):
        known, further = collections.Counter(), 0
        for case, own, other in zip(self.corpus, self.mine, theirs):
            self.done += 1
            found = difference(own, other)
            if not found:
                further += len(other.messages) > len(own.messages)
                continue
            kind, number = found
            before = own.messages[number - 1] if number else None
            why = self.reason(parser, kind, own.messages[number], before)
            if why:
                known[why] += 1
            else:
                self.failed += 1
            if self.args.verbose or not why:
                self.show(parser, case, own, other, found)
        print(f"{parser}: {known.total()} justified differences; on {further} connections it goes "
              "on where the library refuses or waits")
        for why, count in known.most_common():
            print(f"  {count:5} {why}")

    def show(self, parser, case, own, other, found):
        """Prints a difference, and leaves its bytes in a file."""
        name, data = case
        plain = re.sub(r"[^A-Za-z0-9]+", " ", name)
        path = self.args.build / "differential" / f"{parser} {plain}.bin"
        path.write_bytes(data)
        print(f"DIFFERENCE {parser}, {name}, message {found[1]}: {found[0]}\n  {data!r:.600}\n"
              f"  ours   {own!r:.300}\n  theirs {other!r:.300}\n"
              f"  again: {sys.argv[0]} --replay '{path}'")

    def result(self):
        """Prints the figures; gives the exit status."""
        print(f"{self.done - self.failed} passed, {self.failed} failed")
        return 1 if self.failed else 0
