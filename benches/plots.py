"""How cost grows: CPU per request against connections and against the size of a file."""

import csv

import loads
import peers
import svg
from figures import ALL, FILES, Figure, Scenario, shown
from measure import measure

CONNECTIONS = (1, 10, 100, 1000, 5000, 10_000, 20_000)
SIZES = (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
FILE_READERS = 8  # So few that what is under way at the end counts little.
FILE_SIZES = {f"{size}.bin": size for size in SIZES}


def by_connections(most):
    """The last count becomes what descriptors allow, if they don't allow that many."""
    counts = sorted({min(count, most // 1000 * 1000) for count in CONNECTIONS})
    if most < CONNECTIONS[-1]:
        print(f"at most {counts[-1]} connections: more need root, or a higher ulimit -Hn", flush=True)
    return [Scenario(count, f"{count} connections", ALL, loads.all_active(count), count)
            for count in counts]


def by_size():
    return [Scenario(size, f"file of {size} bytes", FILES,
                     loads.wrk(f"/{size}.bin", connections=FILE_READERS)) for size in SIZES]


def draw(folder, names, place, args):
    """Measures and writes both plots, as SVG and CSV. Returns what failed."""
    folder.mkdir(exist_ok=True)
    most = peers.capacity("meerkat", place.descriptors)
    plots = (
        ("connections", by_connections(most), "Small reply: CPU per request",
         "keep-alive connections, each with a request under way"),
        ("size", by_size(), f"Files, {FILE_READERS} connections: CPU per request", "bytes in the file"),
    )
    failures = []
    for key, scenarios, title, x_title in plots:
        results, failed = measure(scenarios, names, place, args.seconds, args.rounds)
        failures += failed
        table = {name: [(s.key, Figure(s.key, name).of(results)) for s in scenarios
                        if (s.key, name) in results] for name in ALL}
        write_csv(folder / f"{key}.csv", key, [s.key for s in scenarios], table)
        (folder / f"{key}.svg").write_text(svg.chart(
            title, x_title, "CPU µs of the server", table, short, shown))
        print(f"written: {folder / key}.svg and .csv", flush=True)
    return failures


def short(number):
    """1000 as 1k, a million as 1M."""
    for unit, name in ((1_000_000, "M"), (1000, "k")):
        if number >= unit:
            return f"{number // unit}{name}"
    return str(number)


def write_csv(path, key, xs, table):
    """CPU microseconds of the server per request: a line for each x, a column for each server."""
    table = {name: points for name, points in table.items() if points}
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([key, *table])
        for x in xs:
            row = (dict(points).get(x) for points in table.values())
            writer.writerow([x, *("" if cpu is None else f"{cpu:.3f}" for cpu in row)])
