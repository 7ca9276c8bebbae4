import json
import pathlib

ROOT = pathlib.Path(__file__).parent / "web_root"


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-d", ROOT, "-u", trial.folder, "-v", 0)
    url = server.url("http")
    trial.check("page", trial.curl(url), (ROOT / "index.html").read_text())
    trial.check("listing", "one.txt" in trial.curl(f"{url}/files/"), True)
    hello = json.loads(trial.curl(f"{url}/api/hello?name=you"))
    trial.check("hello", hello["hello"], "you")
    trial.check("upload", trial.curl("--data-binary", "some text", f"{url}/upload?file=a.txt"),
                "stored\n")
    trial.check("uploaded", (trial.folder / "a.txt").read_text(), "some text")
