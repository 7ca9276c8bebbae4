"""A mosquitto broker for mqtt-client, and mosquitto_pub and mosquitto_sub for mqtt-broker."""

import os

from .scenario import VERSIONS, free_port, program

MQTT = {4: "mqttv311", 5: "mqttv5"}


def run(s):
    broker = Mosquitto(s)
    for version in MQTT:
        our_client(s, broker, version)
    client_trust(s, broker)
    for version in MQTT:
        our_broker(s, version)
    broker_trust(s)


class Mosquitto:
    """A broker with two listeners: for anybody, and for holders of a certificate."""

    def __init__(self, s):
        self.open, self.closed = free_port(), free_port()
        files = (f"cafile {s.crt('root')}\ncertfile {s.crt('server')}\n"
                 f"keyfile {s.key('server')}\n")
        config = s.file("mosquitto.conf")
        config.write_text(
            f"per_listener_settings true\nlistener {self.open} 127.0.0.1\nallow_anonymous true\n"
            f"{files}listener {self.closed} 127.0.0.1\nallow_anonymous false\n{files}"
            "require_certificate true\nuse_identity_as_username true\n"
            f"persistence false\nlog_type none\nuser {'root' if os.getuid() == 0 else ''}\n")
        child = s.start(program("mosquitto"), "-c", config, stdout=-3, stderr=-3)
        s.listens(self.open, child)
        s.listens(self.closed, child)


def client(s, port, *args, ca="root", cert=None):
    """Arguments of mqtt-client."""
    own = [] if cert is None else ["-C", s.crt(cert), "-K", s.key(cert)]
    return [s.examples / "mqtt-client", "-l", f"mqtts://127.0.0.1:{port}", "-A", s.crt(ca), *own,
            *args]


def tool(s, name, port, *args, ca="root"):
    return ["stdbuf", "-oL", name, "-h", "localhost", "-p", port, "--cafile", s.crt(ca), *args]


def finish(s, child):
    out, err = child.communicate(timeout=20)
    s.started.remove(child)
    return child.returncode, out.decode(), err.decode()


def our_client(s, broker, version):
    name = MQTT[version]
    sub = s.start(*client(s, broker.open, "-V", version, "-s", "in/#", "-q", 1, "-n", 2))
    sub.stderr.readline()  # subscribed
    large = s.file("large")
    large.write_bytes(b"abcdefgh" * 100_000)
    status = s.run(*tool(s, "mosquitto_pub", broker.open, "-V", name, "-q", 1, "-t", "in/1", "-m",
                         "small"))[0]
    status += s.run(*tool(s, "mosquitto_pub", broker.open, "-V", name, "-q", 1, "-t", "in/2", "-f",
                          large))[0]
    want = f"in/1 1 small\nin/2 1 {large.read_text()}\n"
    s.check(f"mosquitto, {name}: received", (status, finish(s, sub)), (0, (0, want, "")))
    for qos in (0, 1, 2):
        sub = s.start(*tool(s, "mosquitto_sub", broker.open, "-V", name, "-q", qos, "-C", 1, "-t",
                            "out", "-d", "-F", "> %q %p"))
        while not sub.stdout.readline().startswith(b"Subscribed"):
            pass
        status = s.run(*client(s, broker.open, "-V", version, "-q", qos, "-p", "out", "-f", large))
        got = [line for line in finish(s, sub)[1].split("\n") if line.startswith("> ")]
        s.check(f"mosquitto, {name}: 800 kB published, QoS {qos}", (status, got),
                ((0, "", ""), [f"> {qos} {large.read_text()}"]))


def client_trust(s, broker):
    message = ["-p", "t", "-m", "x", "-q", 1]
    s.check("mosquitto: own certificate",
            s.run(*client(s, broker.closed, *message, cert="client")), (0, "", ""))
    # mqtt-client tries again and again: what it says first counts. In TLS 1.3 it has sent CONNECT
    # when mosquitto refuses, whose reset may overtake the alert.
    for name, argv in (("another CA", client(s, broker.open, *message, ca="other")),
                       ("no certificate", client(s, broker.closed, *message)),
                       ("certificate of another CA",
                        client(s, broker.closed, *message, cert="client-other"))):
        child = s.start(*argv)
        s.check(f"mosquitto: {name}", child.stderr.readline(),
                lambda line: line.startswith((b"TLS: ", b"socket error")))
        s.stop(child)


def our_broker(s, version):
    name = MQTT[version]
    port = s.serve("mqtt-broker", "mqtts", "server")
    large = s.file("large")
    for tls in VERSIONS:
        args = ["-V", name, "--tls-version", f"tlsv{tls}", "-q", 1]
        sub = s.start(*tool(s, "mosquitto_sub", port, *args, "-t", "a/#", "-C", 2, "-d", "-F",
                            "> %t %p"))
        while not sub.stdout.readline().startswith(b"Subscribed"):
            pass
        status = s.run(*tool(s, "mosquitto_pub", port, *args, "-t", "a/b", "-m", "small"))[0]
        status += s.run(*tool(s, "mosquitto_pub", port, *args, "-t", "a/c", "-f", large))[0]
        got = [line for line in finish(s, sub)[1].split("\n") if line.startswith("> ")]
        s.check(f"mosquitto_pub, {name}, {VERSIONS[tls]}", (status, got),
                (0, ["> a/b small", f"> a/c {large.read_text()}"]))


def broker_trust(s):
    message = ["-t", "t", "-m", "x", "-q", "1"]
    port = s.serve("mqtt-broker", "mqtts", "server")
    s.check("mosquitto_pub: another CA",
            s.run(*tool(s, "mosquitto_pub", port, *message, ca="other"))[0] != 0, True)
    s.check("mosquitto_pub: plain text", s.run("mosquitto_pub", "-h", "127.0.0.1", "-p", port,
                                               *message)[0] != 0, True)
    port = s.serve("mqtt-broker", "mqtts", "wronghost")
    s.check("mosquitto_pub: another name", s.run(*tool(s, "mosquitto_pub", port, *message))[0] != 0,
            True)
    s.check("mosquitto_pub: another name, insecure",
            s.run(*tool(s, "mosquitto_pub", port, *message, "--insecure"))[0], 0)
    port = s.serve("mqtt-broker", "mqtts", "server", "-A", s.crt("root"))
    for cert, want in (("client", True), ("client-other", False), ("none", False)):
        own = [] if cert == "none" else ["--cert", s.crt(cert), "--key", s.key(cert)]
        s.check(f"mosquitto_pub: {cert} as own certificate",
                s.run(*tool(s, "mosquitto_pub", port, *message, *own))[0] == 0, want)
