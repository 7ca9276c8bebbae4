import json


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-d", trial.folder, "-v", "0")
    url = lambda path: server.url("http", path)
    status = ("-o", "/dev/null", "-w", "%{http_code}")
    trial.check("page", "<form" in trial.curl(url("/")), True)
    trial.check("alive", trial.curl(url("/api/hi")), "hi\n")
    trial.check("nobody", trial.curl(*status, url("/api/get")), "403")
    operator = ("-u", "operator:lamp")
    trial.check("login", json.loads(trial.curl(*operator, url("/api/login")))["user"], "operator")
    sets = json.loads(trial.curl(*operator, url("/api/get")))
    trial.check("reading", len(sets) > 2, True)
    note = trial.folder / "note.txt"
    sent = trial.folder.parent / "note.txt"
    sent.write_text("kept")
    trial.check("upload", trial.curl(*operator, "-T", sent, url("/fs/files/note.txt")), "ok\n")
    trial.check("stored", note.read_text(), "kept")
    trial.check("download", trial.curl(*operator, url("/fs/files/note.txt")), "kept")
    trial.check("deletion", trial.curl(*operator, "-X", "DELETE", url("/fs/files/note.txt")), "true")
    trial.check("deleted", note.exists(), False)
