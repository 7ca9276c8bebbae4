import json


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-v", 0)

    def ask(method, uri, body=None):
        data = [] if body is None else ["--data-binary", body]
        output = trial.curl("-X", method, "-w", "%{http_code}", *data, server.url("http", uri))
        return int(output[-3:]), output[:-3]

    def answer(*request):
        status, body = ask(*request)
        return status, json.loads(body)

    milk, odd = {"id": 1, "text": "milk"}, {"id": 2, "text": "\"%s\" ✓\n"}
    trial.check("none", answer("GET", "/notes"), (200, []))
    trial.check("add", answer("POST", "/notes", milk["text"]), (201, milk))
    trial.check("add another", answer("POST", "/notes", odd["text"]), (201, odd))
    trial.check("list", answer("GET", "/notes"), (200, [milk, odd]))
    trial.check("read", answer("GET", "/notes/2"), (200, odd))
    trial.check("delete", answer("DELETE", "/notes/1"), (200, True))
    trial.check("gone", answer("GET", "/notes/1")[0], 404)
    trial.check("no number", answer("GET", "/notes/2nd")[0], 404)
    trial.check("no route", answer("GET", "/")[0], 404)
    trial.check("other method", answer("PUT", "/notes", "x")[0], 405)
    trial.check("variable", answer("GET", "/double?a=1&of=%31.5"), (200, 3.0))
    for number in "many", "1e999", "":
        trial.check(f"double {number}: an exception",
                    ask("GET", f"/double?of={number}"), (500, "internal error\n"))
    trial.check("it goes on", answer("GET", "/notes"), (200, [odd]))
    trial.check("uptime", answer("GET", "/uptime")[0], 200)
    trial.stop_servers()
    trial.check("no such address", trial.run("-l", "http://192.0.2.1:80", "-v", 0)[0], 1)
