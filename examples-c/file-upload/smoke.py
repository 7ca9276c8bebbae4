import os


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-d", trial.folder, "-m", 8)
    files = server.url("http", "/files/")
    source = trial.folder.parent / "big file.bin"
    source.write_bytes(os.urandom(5 << 20))  # more than is ever kept in memory

    def put(path, url):
        answer = trial.curl("-T", path, "-w", "%{http_code}", url)
        return int(answer[-3:])

    stored = trial.folder / "big file.bin"
    trial.check("page", "<title>Upload" in trial.curl(server.url("http")), True)
    trial.check("store", put(source, files), 201)
    trial.check("stored", stored.read_bytes() == source.read_bytes(), True)
    source.write_bytes(b"short")
    trial.check("replace", put(source, files), 201)
    trial.check("replaced", trial.curl(f"{files}big%20file.bin"), "short")
    trial.check("listing", "big file.bin" in trial.curl(files), True)
    trial.check("directory above", put(source, f"{files}..%2fevil"), 400)
    trial.check("hidden name", put(source, f"{files}.evil"), 400)
    source.write_bytes(bytes(9 << 20))
    trial.check("too big", put(source, files), 413)
    trial.check("nothing else", os.listdir(trial.folder), ["big file.bin"])
