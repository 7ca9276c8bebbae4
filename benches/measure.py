"""The order of measuring: round by round, so that whatever else the machine does hits all alike."""

import pathlib
import subprocess
import sys

import peers
from loads import LoadError
from servers import Server

MAX_REASON = 300


def measure(scenarios, names, place, seconds, rounds):
    """Samples by scenario and server, for the servers among `names`; and what failed."""
    results, failures = {}, []
    for number in range(1, rounds + 1):
        for scenario in scenarios:
            tell(f"round {number} of {rounds}: {scenario.title}")
            for name in in_turn(able(scenario, names, place), number):
                try:
                    with Server(name, place) as server:
                        sample = scenario.load(server, seconds)
                except (LoadError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
                    reason = " ".join(str(problem).split())[:MAX_REASON]
                    failures.append(f"{scenario.title}, {name}: {reason}")
                    tell(f"failed: {failures[-1]}")
                else:
                    results.setdefault((scenario.key, name), []).append(sample)
    tell("")
    return results, failures


class StolenTime:
    """Processor time that a virtual machine's host gave to others since this was made."""

    def __init__(self):
        self.stolen, self.all = self.read()

    def percent(self):
        stolen, all_time = self.read()
        return 100 * (stolen - self.stolen) / max(all_time - self.all, 1)

    @staticmethod
    def read():
        """Stolen ticks and all ticks of all processors since the start (proc_stat(5))."""
        ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return ticks[7], sum(ticks)


def in_turn(names, number):
    """Another one begins in each round: it may matter who comes first."""
    begin = number % len(names) if names else 0
    return names[begin:] + names[:begin]


def able(scenario, names, place):
    """The servers among `names` that can take as many connections."""
    return [name for name in scenario.servers if name in names and
            peers.capacity(name, place.descriptors) >= scenario.connections]


def tell(text):
    """What is going on, on a terminal's last line."""
    end = "" if sys.stderr.isatty() else "\n"
    begin = "\r\033[K" if sys.stderr.isatty() else ""
    if text or begin:
        print(begin + text, end=end, file=sys.stderr, flush=True)
