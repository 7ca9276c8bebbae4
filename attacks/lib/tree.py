"""Directories to be served, with secrets beside them."""

import os

SECRET = "the-content-that-must-never-get-out"
PUBLIC = "for everybody"


def plant_packed(folder):
    """What is packed into the servers: /public is served, /private is not."""
    for path, text in {"public/index.html": PUBLIC, "public/a.txt": PUBLIC,
                       "public/sub/b.txt": PUBLIC, "private/secret.txt": SECRET,
                       "public-secret/secret.txt": SECRET, "secret.txt": SECRET}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n")


def plant(folder):
    """The same in a directory, with symbolic links, hidden files and a large one."""
    plant_packed(folder)
    public = folder / "public"
    (public / "files").mkdir()
    (public / "files" / "c.txt").write_text(PUBLIC + "\n")
    (public / "large.bin").write_bytes(b"l" * (4 << 20))
    (public / ".git").mkdir()
    for hidden in (".htpasswd", "files/.htpasswd", ".git/config"):
        (public / hidden).write_text(SECRET + "\n")
    os.symlink("../secret.txt", public / "relative-link")
    os.symlink(folder / "secret.txt", public / "absolute-link")
    os.symlink(folder / "private", public / "directory-link")
    os.symlink("directory-link/secret.txt", public / "link-to-link")
    os.symlink("a.txt", public / "inner-link")
    return public
