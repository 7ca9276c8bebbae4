"""What the scripts of this folder share."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def compile_alone(name, to, *libraries):
    """Compiles NAME.c; returns the program."""
    program = to / name
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", str(program), str(HERE / f"{name}.c"),
                    *libraries], check=True)
    return program


def compile_with_library(name, build_dir, to):
    """Compiles NAME.c and links it with the library in `build_dir`; returns the program."""
    return compile_alone(name, to, f"-I{build_dir}/include", f"{build_dir}/lib/libmongoose.a",
                         "-lgcc_s", "-lpthread", "-ldl", "-lm")


def counted_calls(log):
    """How often each system call was made, from what `strace -c` wrote to `log`."""
    rows = (line.split() for line in log.read_text().splitlines())
    return {row[-1]: int(row[3]) for row in rows
            if len(row) >= 5 and row[0].replace(".", "").isdigit() and row[-1] != "total"}


def listen_drops():
    """How many connections the kernel has dropped at full listen queues, on this machine."""
    rows = [line.split() for line in pathlib.Path("/proc/net/netstat").read_text().splitlines()]
    names, values = (row for row in rows if row[0] == "TcpExt:")
    return int(dict(zip(names, values))["ListenDrops"])
