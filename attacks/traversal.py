"""Paths that lead out of the directory that is served, on disk and packed."""

# History: directory traversal | thousands of targets, on disk and packed
# History: CVE-2009-1354 | none leads out

import itertools

from .lib.tree import PUBLIC, SECRET, plant
from .lib.wire import exchange, get, request

UPS = ["..", ".", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "%25252e%25252e", "..%00", "%00..", "..;",
       "..;a=b", "...", "....", ".. ", "..%20", "..%09", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
       "%uff0e%uff0e", "%u002e%u002e", "\\..", "..\\", "..%5c", "%5c..", "..%255c", "..%c0%af",
       "..%2f", "..%252f", "%2e%2e%2f", "..//", "..%2f%2f", "../.", "./..", ".//..", "..\x01",
       "..\x7f", "..%0d", "..%0a", "..%0d%0a", "..%3f", "..%23", "..::$DATA", "..%ff", "..\xff"]
SEPARATORS = ["/", "//", "%2f", "%252f", "\\", "%5c", "/./", "%c0%af", "%00/", "/%00"]
STARTS = ["/", "//", "", "/sub/", "/sub/../", "/files/", "/nothing/", "/a.txt/", "\\", "/%2f",
          "/~/", "/inner-link/", "http://localhost/", "http://localhost", "*", "/?/", "/#/"]
TAILS = ["secret.txt", "secret.txt::$DATA", "secret.txt%00.html", "secret.txt/", "secret.txt.",
         "secret.txt%20", "private/secret.txt", "public-secret/secret.txt", "private", "private/",
         ""]


def corpus(absolute):
    """Request targets, as bytes."""
    for start, up, separator, depth in itertools.product(STARTS, UPS, SEPARATORS[:6], (1, 2, 5)):
        yield start + (up + separator) * depth + "secret.txt"
    for up, separator, tail in itertools.product(UPS, SEPARATORS, TAILS):
        yield "/" + up + separator + tail
        yield "/sub" + separator + up + separator + up + separator + tail
    for start in ("", "/", "//", "/%2f", "///", "file://", "/files/", "/files//", "\\", "%2f",
                  "/C:"):
        yield start + absolute
        yield start + absolute.replace("/", "%2f")
        yield start + absolute.replace("/", "\\")
        yield start + absolute.replace("/", "%5c")
    for tail in ("-secret/secret.txt", "../public-secret/secret.txt", "%2e%2e/secret.txt"):
        yield tail
        yield "/" + tail


HIDDEN = [".htpasswd", "/.htpasswd", ".htpasswd/", "%2ehtpasswd", "./.htpasswd", "sub/../.htpasswd",
          ".htpasswd%00.txt", "files/.htpasswd", ".git/config", ".git", ".git/", ".git//config",
          "%2egit/config", ".git%2fconfig", "inner-link/../.git/config", "files/", "files"]
LINKS = ["relative-link", "absolute-link", "directory-link/secret.txt", "directory-link",
         "link-to-link", "directory-link/", "sub/../directory-link/secret.txt",
         "directory-link/../secret.txt", "directory-link%2fsecret.txt", "./relative-link",
         "relative-link/", "relative-link%00.txt"]


def run(arena):
    folder = arena.folder / "traversal"
    folder.mkdir()
    root = plant(folder)
    for what, args, absolute in (("disk", ("-d", root), str(folder / "secret.txt")),
                                 ("packed", ("-p", "-d", "/public"), "/private/secret.txt")):
        server = arena.server("target", *args)
        served = [PUBLIC in get(server.port, path).body.decode()
                  for path in ("/a.txt", "/sub/b.txt", "/%61.txt", "/index.html")]
        arena.row(f"{what}: what is public", "is served", f"{sum(served)} of {len(served)} paths",
                  all(served))
        escapes(arena, what, server, sorted(set(corpus(absolute))))
        if what == "disk":
            none_of(arena, f"{what}: {len(LINKS)} paths over links", server, LINKS)
            none_of(arena, f"{what}: {len(HIDDEN)} paths to hidden files", server, HIDDEN)
        arena.stop(server)
    server = arena.server("target", "-d", root, follow_symlinks="no")
    none_of(arena, f"follow_symlinks=no: {len(LINKS)} paths over links", server, LINKS)
    inner = get(server.port, "/inner-link").status
    arena.row("follow_symlinks=no: a link inside", "404", str(inner), inner == 404)
    arena.stop(server)
    server = arena.server("target", "-d", root, follow_symlinks="yes")
    followed = SECRET in get(server.port, "/relative-link").body.decode()
    arena.row("follow_symlinks=yes (control)", "the secret is served", "yes" if followed else "no",
              followed)
    arena.stop(server)


def leak(answer):
    """Whether something from outside the root is in an answer: content, or names."""
    said = answer.head + answer.body
    return any(text in said for text in (SECRET.encode(), b"secret.txt</a>", b"public-secret",
                                         b".htpasswd</a>"))


def fetch(server, target):
    return exchange(server.port, request(target.encode("latin-1"), fields=["Connection: close"]),
                    timeout=3)


def escapes(arena, what, server, targets):
    leaks = [target for target in targets if leak(fetch(server, target))]
    ranges = [target for target in targets[::10]
              if leak(exchange(server.port, request(target.encode("latin-1"), fields=[
                  "Range: bytes=0-100", "Connection: close"]), timeout=3))]
    for target in (leaks + ranges)[:10]:
        arena.progress(f"escape: {target!r}")
    arena.row(f"{what}: {len(targets)} paths", "no byte from outside",
              f"{len(leaks) + len(ranges)} escapes", not leaks + ranges and server.alive())


def none_of(arena, what, server, paths):
    leaks = [path for path in paths if leak(fetch(server, "/" + path))]
    for path in leaks:
        arena.progress(f"escape: {path!r}")
    arena.row(what, "no byte of them", f"{len(leaks)} escapes", not leaks)
