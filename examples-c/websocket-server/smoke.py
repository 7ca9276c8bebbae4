def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-v", 0)
    trial.check("page", "new WebSocket" in trial.curl(server.url("http")), True)
    trial.check("echo", trial.run(server.url("ws", "/ws"), "one", "two ✓", "",
                                  program="websocket-client"), (0, "one\ntwo ✓\n\n"))
