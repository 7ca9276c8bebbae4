import json


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-u", "ann:secret")
    items = server.url("http", "/items")

    def ask(method, url, body=None):
        data = [] if body is None else ["-d", json.dumps(body, ensure_ascii=False)]
        output = trial.curl("-X", method, "-u", "ann:secret", "-w", "%{http_code}", *data, url)
        text, status = output[:-3], int(output[-3:])
        return status, json.loads(text) if text else None

    bolt, nut = {"id": 1, "name": "bolt", "count": 3}, {"id": 2, "name": "\"nut\" ✓", "count": 0}
    trial.check("empty", ask("GET", items), (200, []))
    trial.check("add", ask("POST", items, {"name": "bolt", "count": 3}), (201, bolt))
    trial.check("add another", ask("POST", items, {"name": nut["name"]}), (201, nut))
    trial.check("list", ask("GET", items), (200, [bolt, nut]))
    trial.check("read", ask("GET", f"{items}/2"), (200, nut))
    trial.check("change", ask("PUT", f"{items}/1", {"count": 9}), (200, {**bolt, "count": 9}))
    trial.check("delete", ask("DELETE", f"{items}/2"), (204, None))
    trial.check("list again", ask("GET", items), (200, [{**bolt, "count": 9}]))
    for name, want, *request in [
        ("gone", 404, "GET", f"{items}/2"), ("no number", 404, "GET", f"{items}/x"),
        ("nothing there", 404, "GET", server.url("http")), ("id 0", 404, "GET", f"{items}/0"),
        ("no name", 400, "POST", items, {"count": 1}), ("no JSON", 400, "POST", items, "text"),
        ("long name", 400, "POST", items, {"name": "n" * 40}),
        ("bad count", 400, "PUT", f"{items}/1", {"count": -1}),
        ("method", 405, "PATCH", items), ("method of item", 405, "POST", f"{items}/1", {}),
    ]:
        status, body = ask(*request)
        trial.check(name, (status, list(body)), (want, ["error"]))
    full = [ask("POST", items, {"name": "x"})[0] for _ in range(0 if trial.wrapper else 100)]
    trial.check("full", full[99:], [] if trial.wrapper else [507])
    trial.check("stranger", trial.curl("-o", "/dev/null", "-w", "%{http_code}", items), "401")
