import json


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT")
    trial.check("page", "<button id=call" in trial.curl(server.url("http")), True)

    def call(*frames):
        status, output = trial.run(server.url("ws", "/rpc"), *frames, program="websocket-client")
        return status, [json.loads(line) for line in output.splitlines()]

    refused = {"code": -32602, "message": "numbers only"}
    trial.check("calls", call('{"id":1,"method":"add","params":[1,2.5,-1]}',
                              '{"id":"a","method":"add","params":["x"]}',
                              '{"id":2,"method":"methods"}', '{"id":3,"method":"level.get"}'),
                (0, [{"id": 1, "result": 2.5}, {"id": "a", "error": refused},
                     {"id": 2, "result": ["methods", "uptime", "level.set", "level.get", "add"]},
                     {"id": 3, "result": {"level": 50}}]))
    changed = {"jsonrpc": "2.0", "method": "level.changed", "params": {"level": 7}}
    # The client waits for as many lines as it sends.
    trial.check("notification", call('{"id":4,"method":"level.set","params":{"level":7}}',
                                     '{"method":"uptime"}'),
                (0, [changed, {"id": 4, "result": {"level": 7}}]))
