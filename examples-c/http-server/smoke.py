import json
import pathlib
import socket
import time

ROOT = pathlib.Path(__file__).parent / "web_root"


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-d", ROOT, "-u", trial.folder, "-v", 0)
    url = server.url("http")
    trial.check("page", trial.curl(url), (ROOT / "index.html").read_text())
    trial.check("listing", "one.txt" in trial.curl(f"{url}/files/"), True)
    hello = json.loads(trial.curl(f"{url}/api/hello?name=you"))
    trial.check("hello", hello["hello"], "you")
    uploads(trial, server, url)
    trial.stop_servers()
    url = trial.serve("-l", "http://127.0.0.1:PORT", "-d", ROOT, "-v", 0).url("http")
    trial.check("no uploads", status(trial, "--data-binary", "x", f"{url}/upload?file=a.txt"), 403)
    trial.check("no list of them", status(trial, f"{url}/api/uploads"), 404)


def status(trial, *args):
    return int(trial.curl("-o", "/dev/null", "-w", "%{http_code}", *args))


def uploads(trial, server, url):
    def listed():
        return json.loads(trial.curl(f"{url}/api/uploads"))

    def upload(name, text):
        return trial.curl("--data-binary", text, f"{url}/upload?file={name}")

    stored = trial.folder / "a.txt"
    trial.check("upload", upload("a.txt", "some text"), "stored\n")
    trial.check("uploaded", stored.read_text(), "some text")
    trial.check("list", listed(), {"files": [{"name": "a.txt", "size": 9}], "running": []})
    trial.check("download", trial.curl(f"{url}/uploads/a.txt"), "some text")
    for name in "", "../a.txt", ".a.txt", "a%2fb", "x" * 100:
        trial.check(f"bad name {name}", upload(name, "x"), "bad name: use ?file=NAME\n")
    trial.check("no such upload", status(trial, f"{url}/uploads/b.txt"), 404)
    (trial.folder / "directory").mkdir()
    trial.check("a directory's name", upload("directory", "x"), "name is taken\n")

    # Half of an upload: on the disk under another name, and gone when it breaks off.
    with socket.create_connection(("127.0.0.1", server.port), 30) as peer:
        peer.sendall(b"POST /upload?file=a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 2048\r\n\r\n")
        peer.sendall(bytes(1024))
        running = {"name": "a.txt", "stored": 1024, "size": 2048}
        until(trial, "on its way", lambda: listed()["running"], [running])
        trial.check("not yet", stored.read_text(), "some text")
    until(trial, "gone", lambda: listed()["running"], [])
    trial.check("files", sorted(path.name for path in trial.folder.iterdir()), ["a.txt", "directory"])
    trial.check("as before", stored.read_text(), "some text")


def until(trial, what, get, want):
    """Checks that `get` gives what is wanted, soon."""
    end = time.monotonic() + 20
    while get() != want and time.monotonic() < end:
        time.sleep(0.02)
    trial.check(what, get(), want)
