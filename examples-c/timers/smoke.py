import re
import signal


def try_out(trial):
    status, output = trial.run("-i", 100, "-n", 5)
    lines = [re.fullmatch(r" *(\d+) ms  (.*) (\d)", line) for line in output.splitlines()]
    ticks = [(int(line[1]), int(line[3])) for line in lines if line[2] == "tick"]
    trial.check("ends by itself", status, 0)
    trial.check("ticks", [number for _, number in ticks], [1, 2, 3, 4, 5])
    trial.check("never early", all(ms >= 100 * (n - 1) for ms, n in ticks), True)
    words = [line[2] for line in lines if line[2] != "tick"]
    trial.check("blinks until it is stopped", words[-1], "no more blinking")
    endless = trial.begin("-i", 20, "-n", 0)
    endless.stdout.readline()
    endless.send_signal(signal.SIGINT)
    trial.check("exit status after SIGINT", trial.end(endless)[0], 0)
