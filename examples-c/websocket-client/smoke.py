def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-v", 0, program="websocket-server")
    trial.check("echo", trial.run(server.url("ws", "/ws"), "x" * 70000), (0, "x" * 70000 + "\n"))
    trial.check("no WebSocket", trial.run(server.url("ws", "/"), "x")[0], 1)
