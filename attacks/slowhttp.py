"""slowhttptest in its four modes, against a server with room for a quarter of its connections."""

# History: Slowloris, slow bodies, slow reading | slowhttptest in all its modes

import re
import shutil
import subprocess

from .lib.arena import PATIENCE
from .lib.tree import plant

LIMIT = 250
CROWD, QUICK_CROWD = 1000, 400
RATE = 500  # connects per second
# Each answer of these is a megabyte, which the kernel takes into its buffers: many at once would
# measure how fast this machine finds memory.
SLOW_READING_RATE = 100
MODES = {
    "slow heads": ["-H", "-i", "2", "-u", "/"],
    "slow bodies": ["-B", "-i", "2", "-s", "100000", "-u", "/echo"],
    "ranges": ["-R", "-a", "1", "-b", "3000", "-u", "/large.bin"],
    "slow reading": ["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "3",
                     "-u", "/bytes?n=1000000"],
}


def run(arena):
    program = shutil.which("slowhttptest")
    if program is None:
        raise RuntimeError("slowhttptest is not installed (make deps)")
    folder = arena.folder / "slowhttp"
    folder.mkdir()
    root = plant(folder)
    rooms = {"defaults": {}, "little room": {"MG_MAX_CONNECTIONS": LIMIT}}
    for mode, args in MODES.items():
        for room, options in rooms.items():
            if arena.quick and room == "defaults":
                continue
            against(arena, program, root, f"{mode}, {room}", args, options)


def against(arena, program, root, what, args, options):
    server = arena.server("target", "-d", root, **options)
    seconds = arena.seconds(40, 5)
    url = f"http://127.0.0.1:{server.port}{args[-1]}"
    before = server.cpu()
    is_slow_reading = "-X" in args
    crowd = QUICK_CROWD if arena.quick and is_slow_reading else CROWD
    rate = SLOW_READING_RATE if is_slow_reading else RATE
    attacker = arena.start(program, "-c", crowd, "-r", rate, "-l", seconds, "-p", 2, *args[:-1], url,
                           name="slowhttptest")
    prober = arena.prober(server.port)
    try:
        attacker.child.wait(seconds + PATIENCE)
    except subprocess.TimeoutExpired:
        arena.progress("slowhttptest does not end")
    figures = prober.finish()
    output = re.sub(r"\x1b\[[0-9;]*m", "", attacker.output())
    available = re.findall(r"service available:\s*(\w+)", output)
    share = 100 * (server.cpu() - before) / seconds
    memory = server.memory("VmHWM") / 1e6
    arena.row(f"{what}: service available", "throughout",
              f"{available.count('YES')} of {len(available)} times; CPU {share:.0f} %, "
              f"{memory:.0f} MB", available and set(available) == {"YES"})
    arena.row(f"{what}: ordinary GETs", "all < 2 s", str(figures), figures.within(2))
    arena.stop(attacker)
    arena.stop(server)
