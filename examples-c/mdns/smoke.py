import shlex
import subprocess

# Two programs on a loopback interface of their own: nothing is multicast to others.
SCRIPT = """
ip link set lo up multicast on
ip route add 224.0.0.0/4 dev lo src 127.0.0.1
{responder} &
responder=$!
{asker}
status=$?
kill -INT $responder
wait $responder || exit 98
exit $status
"""


def try_out(trial):
    def ask(name):
        script = SCRIPT.format(responder=shlex.join(trial.command(["-a", "lamp"], None)),
                               asker=shlex.join(trial.command(["-q", name], None)))
        done = subprocess.run(["unshare", "--net", "sh", "-c", script], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        trial.errors = done.stderr.decode(errors="replace")
        return done.returncode, done.stdout.decode()

    status, output = ask("lamp.local")
    trial.check("exit status", status, 0)
    trial.check("answer", sorted(output.split("\n")), ["", "127.0.0.1", "lamp asked for, lamp answers"])
    trial.check("a name that nobody has", ask("lump.local")[0], 1)
