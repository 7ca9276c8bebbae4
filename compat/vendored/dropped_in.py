"""The two drop-in files, in trees that still compile a mongoose.c."""

import shutil
import subprocess

from kit import abi

# Options that trees set for all their files, and what the link of the make tree must say, "" for nothing.
OPTIONS = [
    ("-DMG_ENABLE_PACKED_FS=1 -DMG_ENABLE_IPV6=1", ""),
    ("-DMG_TLS=MG_TLS_OPENSSL", ""),
    ("-DMG_TLS=MG_TLS_MBED", ""),
    ("-DMG_TLS=MG_TLS_BUILTIN", ""),
    ("-DMG_TLS=MG_TLS_WOLFSSL", ""),
    ("-DMG_TLS=MG_TLS_CUSTOM", ""),
    ("-DMG_TLS=MG_TLS_NONE", ""),
    ("-DMG_IO_SIZE=8192 -DMG_MAX_RECV_SIZE=65536 -DMG_ENABLE_DIRLIST=0 -DMG_ENABLE_SSI=1", ""),
    ("-DMG_ENABLE_LOG=0 -DMG_ENABLE_ASSERT=1 -DMG_ENABLE_MD5=0", ""),
    ("-DMG_ENABLE_CUSTOM_CALLOC=1 -DMG_ENABLE_CUSTOM_RANDOM=1", ""),
    ("-DMG_ENABLE_EPOLL=0 -DMG_ENABLE_POLL=1", ""),
    ("-DMG_ENABLE_EPOLL=0 -DMG_ENABLE_POLL=0", ""),
    ("-DMG_ARCH=MG_ARCH_UNIX", ""),
    ("-DMG_DATA_SIZE=64", "MG_DATA_SIZE_64__MG_MAX_HTTP_HEADERS_30__MG_DASH_MAX_USER_NAME_32"),
    ("-DMG_MAX_HTTP_HEADERS=50", "MG_DATA_SIZE_32__MG_MAX_HTTP_HEADERS_50__MG_DASH_MAX_USER_NAME_32"),
    # What is in the tree's mongoose_config.h takes effect.
    ("-DMG_ARCH=MG_ARCH_CUSTOM", "MG_DATA_SIZE_128__MG_MAX_HTTP_HEADERS_30__MG_DASH_MAX_USER_NAME_32"),
]

# What does not compile, whatever the options.
REFUSED = [
    ("-DMG_TLS=MG_TLS_OPENSSL", "void *f(struct mg_tls *tls) { return tls->ssl; }"),
    ("-DMG_ENABLE_TCPIP=1", "int f(struct mg_tcpip_if *ifp) { return ifp->state; }"),
]

INCLUDED = """#include "mongoose.c"
int main(void) { struct mg_mgr mgr; mg_mgr_init(&mgr); mg_mgr_free(&mgr); return 0; }
"""


def drop_in(kit, folder, name="mongoose.c"):
    """Puts the two files where the original's were."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(kit.build / "vendored/mongoose.c", folder / name)
    shutil.copy(kit.build / "vendored/mongoose.h", folder)


def check_tree(kit, tree, before):
    folder = kit.copy(before, f"dropped-in-{tree.name}")
    place = folder / tree.dropped_in
    drop_in(kit, place.parent, place.name)
    kit.build_and_ask(tree, folder, f"{tree.name}: two files", add=tree.add.format(libs=kit.libs))


def check_options(kit, before):
    """Builds the make tree with options in CFLAGS."""
    folder = kit.copy(before, "options")
    drop_in(kit, folder / "third_party/mongoose")
    (folder / "mongoose_config.h").write_text("#define MG_DATA_SIZE 128\n")
    for flags, message in OPTIONS:
        subprocess.run(["make", "-s", "clean"], cwd=folder, check=True)
        done = subprocess.run(["make", f"LDLIBS=-L{kit.build}/lib -lmongoose"], cwd=folder,
                              env={**kit.environment, "CFLAGS": f"{flags} -I. -Werror"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        wanted = f"undefined reference to `mg_needs_library_built_with__{message}'"
        good = done.returncode != 0 and wanted in done.stdout if message else done.returncode == 0
        kit.score.check(good, f"two files, {flags}\n{done.stdout}")


def check_refused(kit):
    folder = kit.folder / "refused"
    drop_in(kit, folder)
    for flags, text in REFUSED:
        (folder / "main.c").write_text(f'#include "mongoose.h"\n{text}\n')
        done = subprocess.run(["cc", flags, "-fsyntax-only", "main.c"], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        kit.score.check("incomplete type" in done.stdout or "invalid use of undefined type" in done.stdout,
                        f"two files, {flags} does not bring what it brought\n{done.stdout}")


def check_warnings(kit):
    """As C and C++ of all standards, and included by a program."""
    folder = kit.folder / "warnings"
    drop_in(kit, folder)
    shutil.copy(folder / "mongoose.c", folder / "mongoose.cpp")
    for compiler, standards in abi.COMPILERS:
        source = "mongoose.cpp" if "++" in compiler else "mongoose.c"
        for standard in standards:
            kit.score.command([compiler, f"-std={standard}", *abi.WARNINGS, "-c", "-o", "/dev/null", source],
                              f"{compiler} -std={standard} {source}", cwd=folder)
    for compiler, source in (("cc", "one.c"), ("c++", "one.cc")):
        (folder / source).write_text(INCLUDED)
        kit.score.command([compiler, "-o", "one", source, *kit.libs.split()],
                          f"{source} includes mongoose.c", cwd=folder)
        kit.score.command([folder / "one"], f"{source} runs")
