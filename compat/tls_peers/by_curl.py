"""curl as client of http-server."""

from .scenario import HELLO, KEYS, PATIENCE, VERSIONS, has

UNTRUSTED = 60  # curl: the certificate can't be verified
REFUSED = (35, 55, 56, 60, 98)  # curl: an alert or a reset, in the handshake or later
HELLO_BODY = '{"hello": "peer"'


class Curl:
    """curl with the trust of the test PKI; host.test and elsewhere.test are 127.0.0.1."""

    def __init__(self, s, port, ca="root", host="host.test"):
        self.s, self.url = s, f"https://{host}:{port}"
        self.common = ["curl", "-sS", "--noproxy", "*", "--max-time", PATIENCE, "--resolve",
                       f"{host}:{port}:127.0.0.1", "--cacert", s.crt(ca)]

    def __call__(self, path, *args):
        return self.s.run(*self.common, *args, self.url + path)

    def hello(self, *args):
        """Exit status, and the beginning of the body."""
        status, out, _ = self(HELLO, *args)
        return status, out[:len(HELLO_BODY)]


def only(version):
    return [f"--tlsv{version}", "--tls-max", version]


def run(s):
    versions_and_trust(s)
    key_types(s)
    client_certificates(s)
    transfers(s)
    connections(s)


def versions_and_trust(s):
    port = s.web()
    for version, name in VERSIONS.items():
        status, out, err = Curl(s, port)(HELLO, "-v", *only(version))
        s.check(f"curl, {name}", (status, out[:16], f"SSL connection using {name}" in err),
                (0, HELLO_BODY, True))
        s.check(f"curl, {name}: ALPN is offered, none selected", err,
                has("ALPN: offers h2,http/1.1", "ALPN: server did not agree"))
        s.check(f"curl, {name}: another CA", Curl(s, port, ca="other").hello(*only(version)),
                (UNTRUSTED, ""))
        s.check(f"curl, {name}: CA with the same name",
                Curl(s, port, ca="twin").hello(*only(version)), (UNTRUSTED, ""))
        s.check(f"curl, {name}: another name",
                Curl(s, port, host="elsewhere.test").hello(*only(version)), (UNTRUSTED, ""))
    s.check("curl, by address", Curl(s, port, host="127.0.0.1").hello(), (0, HELLO_BODY))
    s.check("curl, unverified", Curl(s, port, ca="other").hello("-k"), (0, HELLO_BODY))
    s.check("curl, plain text", s.run("curl", "-sS", "--noproxy", "*",
                                      f"http://127.0.0.1:{port}/")[0], lambda status: status != 0)
    for cert in ("expired", "future", "wronghost", "self", "usage-client"):
        s.check(f"curl, {cert}", Curl(s, s.web(cert)).hello(), (UNTRUSTED, ""))
    s.check("curl, intermediate", Curl(s, s.web("leaf.chain")).hello(), (0, HELLO_BODY))
    s.check("curl, intermediate left out", Curl(s, s.web("leaf")).hello(), (UNTRUSTED, ""))
    s.check("curl, wildcard", Curl(s, s.web("wildcard"), host="a.zone.test").hello(),
            (0, HELLO_BODY))
    s.check("curl, the server lives", Curl(s, port).hello(), (0, HELLO_BODY))


def key_types(s):
    for cert in KEYS:
        curl = Curl(s, s.web(cert))
        for version, name in VERSIONS.items():
            s.check(f"curl, {name}, {cert} key", curl.hello(*only(version)), (0, HELLO_BODY))


def client_certificates(s):
    curl = Curl(s, s.web("server", "-A", s.crt("root")))
    for version, name in VERSIONS.items():
        def with_cert(cert):
            return curl.hello(*only(version), "--cert", s.crt(cert), "--key", s.key(cert))
        s.check(f"curl, {name}: own certificate", with_cert("client"), (0, HELLO_BODY))
        for cert in KEYS:
            s.check(f"curl, {name}: own certificate, {cert} key", with_cert(cert), (0, HELLO_BODY))
        s.check(f"curl, {name}: no certificate", curl.hello(*only(version)),
                lambda got: got[0] in REFUSED and got[1] == "")
        for cert in ("client-other", "expired", "usage-server", "self"):
            s.check(f"curl, {name}: {cert} as own certificate", with_cert(cert),
                    lambda got: got[0] in REFUSED and got[1] == "")


def transfers(s):
    sent = s.file("sent.bin", 10_000_000)
    curl = Curl(s, s.web())
    for version, name in VERSIONS.items():
        got = s.file("got.bin")
        status = curl("/sent.bin", *only(version), "-o", got)[0]
        s.check(f"curl, {name}: 10 MB down", (status, got.read_bytes() == sent.read_bytes()),
                (0, True))
        got.unlink()
        status, out, _ = curl("/upload?file=stored.bin", *only(version), "-X", "POST", "-T", sent)
        stored = s.file("stored.bin").read_bytes()
        s.check(f"curl, {name}: 10 MB up", (status, out, stored == sent.read_bytes()),
                (0, "stored\n", True))
        s.check(f"curl, {name}: 10 MB down, slowly", curl("/sent.bin", *only(version), "-o", got,
                                                   "--limit-rate", "5M")[0], 0)
        s.check(f"curl, {name}: 10 MB down, slowly, whole", got.read_bytes() == sent.read_bytes(), True)


def connections(s):
    port = s.web()
    curl = Curl(s, port)
    url = f"{curl.url}{HELLO}"
    for version, name in VERSIONS.items():
        status, _, err = curl(HELLO, "-v", *only(version), "-H", "Connection: close", url)
        certificates = err.count("(IN), TLS handshake, Certificate (11)")
        s.check(f"curl, {name}: session resumed", (status, certificates), (0, 1))
        status, out, _ = curl(HELLO, *only(version), "-w", "%{num_connects} ", url)
        s.check(f"curl, {name}: connection kept", (status, out[-2:]), (0, "0 "))
    status, out, _ = curl("/sent.bin?[1-20]", "-Z", "--parallel-max", "20", "--write-out",
                          "%{http_code} %{size_download}\\n", "-o", "/dev/null")
    s.check("curl, 20 in parallel", (status, out), (0, "200 10000000\n" * 20))
