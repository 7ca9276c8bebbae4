"""Tables of a run, in Markdown; and the part of docs/speed.md that they replace."""

import datetime
import pathlib
import platform
import re
import subprocess

import peers
from figures import Figure, shown

BEGIN, END = "<!-- measured: written by make bench UPDATE=1 -->", "<!-- end of measured -->"


def verdicts(rows, results):
    """Figure, measured, target, met? for all rows that could be measured."""
    lines = ["| figure | measured | target | met? |", "| --- | ---: | ---: | --- |"]
    name = ""
    for row in rows:
        name = row.name or name
        value = row.value(results)
        if value is None:
            continue
        measured = f"{shown(value)} {row.unit}".strip()
        lines.append(f"| {name} | {measured} | {row.target()} | {row.verdict(results)} |")
    return "\n".join(lines)


def everything(scenarios, names, results):
    """CPU µs per request (requests per second), or what else is measured, of all servers."""
    columns = [name for name in peers.PLAIN if name in names]
    lines = ["| | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for scenario in scenarios:
        by_column = {name.split(",")[0]: name for name in scenario.servers}
        cells = [cell(results, scenario.key, by_column.get(column)) for column in columns]
        lines.append(f"| {scenario.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def failed(failures):
    return "".join(f"\n\nFailed: {failure}" for failure in failures)


def cell(results, key, name):
    def figure(what):
        return Figure(key, name, what).of(results)
    samples = results.get((key, name))
    if not samples:
        return "-"
    if "cpu_s" in samples[0]:
        return (f"{figure('cpu_s'):.2f} s CPU, {figure('seconds'):.1f} s; "
                f"{figure('failed'):.0f} failed, {figure('dropped'):.0f} refused")
    if "cpu" in samples[0] and "bytes" in samples[0]:
        return f"{shown(figure('cpu') / 1000)} ms, {figure('bytes') / 1024:.0f} KB"
    if "cpu" in samples[0]:
        return f"{figure('cpu'):.2f} ({shown(figure('rate'))})"
    units = {"rate": "per second", "bytes": "bytes", "percent": "%", "calls": ""}
    what = next(what for what in units if what in samples[0])
    return f"{shown(figure(what))} {units[what]}".strip()


def machine(args, stolen):
    """What was measured on, with what, when; `stolen`: percent of the time that the host took away."""
    cpu = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    commit = subprocess.run(["git", "log", "-1", "--format=%h"], capture_output=True, text=True,
                            cwd=peers.HERE).stdout.strip()
    return (f"{datetime.date.today()}, commit {commit}, {cpu[1] if cpu else platform.machine()}, "
            f"Linux {platform.release()}; {', '.join(peers.versions())}; median of {args.rounds} "
            f"rounds of {args.seconds} s; {stolen:.1f} % of the processors' time went to others on the host.")


def update(path, text):
    """Replaces what stands between the marks in `path`."""
    before, rest = path.read_text().split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}")
