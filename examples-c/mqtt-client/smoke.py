def try_out(trial):
    server = trial.serve("-l", "mqtt://127.0.0.1:PORT", program="mqtt-broker")
    to_it = ["-l", server.url("mqtt")]
    for version in 4, 5:
        listener = trial.begin(*to_it, "-V", version, "-s", "room/#", "-q", 1, "-n", 1)
        trial.check("subscribes", listener.stderr.readline(), "subscribed\n")
        trial.check("publishes", trial.run(*to_it, "-V", version, "-p", "room/light", "-m", "on",
                                           "-q", 1), (0, ""))
        trial.check("gets it", trial.end(listener), (0, "room/light 1 on\n"))
