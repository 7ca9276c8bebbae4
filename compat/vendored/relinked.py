"""Programs that were compiled elsewhere: objects linked with the library, shared libraries swapped."""

import subprocess

import reference
from kit import HERE, abi

QUESTION = ["/to/you", "-d", "hello"]
ANSWER = "hello"
STAND_IN_RAN = 77  # exit status


def compile_original(kit):
    """relink/main.c as an object that knows nothing of our header."""
    folder = kit.folder / "relink"
    folder.mkdir()
    (folder / "mongoose.h").write_text(reference.header())
    kit.score.command(["cc", "-g", "-O2", "-I.", "-c", "-o", "main.o", HERE / "relink/main.c"],
                      "relink: compiles with another header", cwd=folder)
    (folder / "mongoose.h").unlink()
    return folder


def check_objects(kit, folder):
    kit.score.command([abi.HERE / "check-program.sh", "--library", kit.installed / "lib/libmongoose.a",
                       "main.o"], "relink: check-program agrees", cwd=folder)
    kit.score.command(["cc", "-o", "echo", "main.o", *kit.libs.split()], "relink: main.o links",
                      cwd=folder)
    kit.ask([folder / "echo"], QUESTION, ANSWER, "relink: objects")


def check_archive(kit, folder):
    """An archive goes on using its own mongoose.o until that is taken out."""
    kit.output("cc", "-c", "-o", str(folder / "mongoose.o"), str(stand_in_source(folder)))
    link = ["cc", "-o", "from-archive", "libecho.a", *kit.libs.split()]
    kit.score.command(["ar", "rcs", "libecho.a", "main.o", "mongoose.o"], "archive: made", cwd=folder)
    kit.score.command(link, "archive with mongoose.o: links", cwd=folder)
    before = subprocess.run([folder / "from-archive", "http://127.0.0.1:0"], check=False)
    kit.score.check(before.returncode == STAND_IN_RAN, f"archive with mongoose.o: {before.returncode}")
    kit.score.command(["ar", "d", "libecho.a", "mongoose.o"], "archive: mongoose.o taken out", cwd=folder)
    kit.score.command(link, "archive without mongoose.o: links", cwd=folder)
    kit.ask([folder / "from-archive"], QUESTION, ANSWER, "archive without mongoose.o")


def stand_in_source(folder):
    """C for all symbols of the ABI table; whoever calls one of the functions ends at once."""
    source = folder / "stand-in.c"
    lines = ["#include <unistd.h>"]
    lines += [f"void {function['name']}(void) {{ _exit({STAND_IN_RAN}); }}"
              for function in abi.TABLE["functions"]]
    lines += ["int mg_log_level;"]
    source.write_text("\n".join([*lines, ""]))
    return source


def stand_in(folder, soname, with_versions):
    """A shared library that stands in for the original."""
    source = stand_in_source(folder)
    script = folder / "versions.map"
    script.write_text("ORIGINAL_7 { global: mg_*; local: *; };\n")
    flags = [f"-Wl,--version-script={script}"] if with_versions else []
    target = folder / "original" / soname
    target.parent.mkdir(exist_ok=True)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", target, f"-Wl,-soname,{soname}", *flags, source],
                   check=True)
    return target


def check_shared(kit, folder, soname, with_versions=False):
    """A program linked with a shared library of this name runs with ours."""
    what = f"shared library {soname}{', with versions' if with_versions else ''}"
    original = stand_in(folder, soname, with_versions)
    program = folder / f"loads-{soname}"
    kit.score.command(["cc", "-o", program, folder / "main.o", original], f"{what}: links")
    before = subprocess.run([program, "http://127.0.0.1:0"], check=False,
                            env={**kit.environment, "LD_LIBRARY_PATH": str(original.parent)})
    kit.score.check(before.returncode == STAND_IN_RAN, f"{what}: stand-in, {before.returncode}")
    ours = kit.build / "lib"
    if not (ours / soname).exists():
        swap = folder / "swap"
        swap.mkdir(exist_ok=True)
        (swap / soname).symlink_to(ours / "libmongoose.so.7")
        ours = swap
    kit.ask([program], QUESTION, ANSWER, what, {"LD_LIBRARY_PATH": str(ours)})


def check(kit):
    folder = compile_original(kit)
    check_objects(kit, folder)
    check_archive(kit, folder)
    for soname in ("libmongoose.so.7", "libmongoose.so", "libmongoose.so.3"):
        check_shared(kit, folder, soname)
    check_shared(kit, folder, "libmongoose.so.8", with_versions=True)
