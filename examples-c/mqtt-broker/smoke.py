def try_out(trial):
    server = trial.serve("-l", "mqtt://127.0.0.1:PORT")

    def client(start, *args):
        return start("-l", server.url("mqtt"), *args, program="mqtt-client")

    listener = client(trial.begin, "-s", "room/+", "-n", 1)
    trial.check("subscribes", listener.stderr.readline(), "subscribed\n")
    for topic in "kitchen/light", "room/light":
        trial.check(f"publish {topic}", client(trial.run, "-p", topic, "-m", "on"), (0, ""))
    trial.check("delivered", trial.end(listener), (0, "room/light 0 on\n"))
