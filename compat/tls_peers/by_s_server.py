"""openssl s_server as server for http-client, tls-info and mqtt-client."""

import re
import ssl
import time

from .scenario import KEYS, PATIENCE, VERSIONS, free_port, has

WWW = ["-www"]


class Server:
    """openssl s_server with a certificate of the test PKI."""

    def __init__(self, s, cert, *args, **how):
        self.s, self.port = s, free_port()
        self.child = s.start("openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert",
                             s.crt(cert), "-key", s.key(cert), *args, **how)
        # s_server says ACCEPT before it does; a connection to try it out would count as one.
        if how.get("stdout") is None:
            while b"ACCEPT" not in (line := self.child.stdout.readline()):
                if not line:
                    raise RuntimeError(f"s_server {args} has ended")

    def get(self, *args):
        """A request by http-client: exit status, body, errors."""
        return self.s.example("http-client", "-t", PATIENCE, *args,
                              f"https://127.0.0.1:{self.port}/")

    def info(self, *args):
        """What tls-info says, as a list of dictionaries, one per connection."""
        status, out, err = self.s.example("tls-info", *args, f"tls://127.0.0.1:{self.port}")
        found = [dict(re.findall(r"^(\S.*?)  +(\S.*)$", part, re.MULTILINE))
                 for part in re.split(r"^(?=version)", out, flags=re.MULTILINE)[1:]]
        return status, found, err


def run(s):
    for version in VERSIONS:
        only = ["-tls" + version.replace(".", "_")]
        handshakes(s, version, only)
        refused(s, version, only)
        client_certificates(s, version, only)
        resumption(s, version, only)
    names(s)
    odd_servers(s)
    renegotiation(s)


def handshakes(s, version, only):
    name = VERSIONS[version]
    for cert in KEYS:
        server = Server(s, cert, *only, *WWW)
        status, out, err = server.get("-A", s.crt("root"))
        s.check(f"s_server, {name}, {cert} key", (status, out, err), lambda got: got[0] == 0 and has(
            f"^New, {name}", "</pre></BODY></HTML>")(got[1]) and got[2] == "")
        status, found, _ = server.info("-A", s.crt("root"))
        der = len(ssl.PEM_cert_to_DER_cert(s.crt(cert).read_text()))
        s.check(f"s_server, {name}, {cert} key: tls-info",
                (status, found[0]["version"], found[0]["handshake"],
                 found[0]["certificate"]), (0, f"TLS {version}", "full", f"{der} bytes"))
    chain = ["-cert_chain", s.crt("inter")]
    s.check(f"s_server, {name}: chain",
            Server(s, "leaf", *chain, *only, *WWW).get("-A", s.crt("root"))[0], 0)


def refused(s, version, only):
    name = VERSIONS[version]
    for cert, ca, why in (
            ("expired", "root", "Expired"), ("future", "root", "NotValidYet"),
            ("wronghost", "root", "NotValidForName"), ("server", "other", "UnknownIssuer"),
            ("server", "twin", "BadSignature|UnknownIssuer"), ("leaf", "root", "UnknownIssuer"),
            ("self-leaf", "root", "UnknownIssuer"), ("usage-client", "root", "Purpose|Usage|Invalid")):
        server = Server(s, cert, *only, *WWW)
        status, out, err = server.get("-A", s.crt(ca))
        s.check(f"s_server, {name}: {cert} with CA {ca}", (status, out, err), lambda got, why=why:
                got[:2] == (1, "") and re.fullmatch(f"TLS: .*({why}).*\n", got[2]) is not None)
        s.check(f"s_server, {name}: {cert}, unverified", server.get()[0], 0)
    status, _, _ = Server(s, "self-leaf", *only, *WWW).get("-A", s.crt("self-leaf"))
    s.check(f"s_server, {name}: pinned", status, 0)


def client_certificates(s, version, only):
    name = VERSIONS[version]
    server = Server(s, "server", *only, *WWW, "-Verify", "2", "-verify_return_error", "-CAfile",
                    s.crt("root"))
    for cert in ("client", *KEYS):
        status, out, _ = server.get("-A", s.crt("root"), "-C", s.crt(cert), "-K", s.key(cert))
        s.check(f"s_server, {name}: own certificate, {cert} key", (status, out),
                lambda got: got[0] == 0 and has(f"^New, {name}")(got[1]))
    for cert in ("none", "client-other", "expired"):
        own = [] if cert == "none" else ["-C", s.crt(cert), "-K", s.key(cert)]
        status, out, _ = server.get("-A", s.crt("root"), *own)
        s.check(f"s_server, {name}: {cert} as own certificate", (status, out), (1, ""))


def resumption(s, version, only):
    name = VERSIONS[version]
    for kind in [[], ["-no_ticket"]]:
        server = Server(s, "server", *only, *WWW, *kind)
        status, found, _ = server.info("-A", s.crt("root"), "-n", "host.test", "-r", 3)
        s.check(f"s_server, {name}, {kind}: resumed", (status, [one["handshake"] for one in found]),
                (0, ["full", "resumed", "resumed"]))


def names(s):
    server = Server(s, "wildcard", *WWW)
    for name, status in (("a.zone.test", 0), ("A.Zone.Test", 0), ("zone.test", 1),
                         ("a.b.zone.test", 1), ("127.0.0.1", 1)):
        s.check(f"s_server, wildcard: {name}", server.info("-A", s.crt("root"), "-n", name)[0],
                status)
    server = Server(s, "server", "-cert2", s.crt("rsa"), "-key2", s.key("rsa"), "-servername",
                    "localhost", "-servername_fatal", *WWW)
    for name, status in (("localhost", 0), ("host.test", 1), ("127.0.0.1", 0)):
        s.check(f"s_server, server name: {name}", server.info("-A", s.crt("root"), "-n", name)[0],
                status)


def odd_servers(s):
    info = Server(s, "server", "-tls1_3", "-groups", "P-384", *WWW).info("-A", s.crt("root"))
    s.check("s_server, TLSv1.3: HelloRetryRequest", (info[0], info[1][0]["handshake"]),
            (0, "full with hello retry request"))
    for args in (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
                 ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
                 ["-tls1_3", "-groups", "P-521"], ["-alpn", "h2", "-tls1_2", "-groups", "X448"]):
        status, out, err = Server(s, "server", *args, *WWW).get()
        s.check(f"s_server {' '.join(args)}", (status, out, err[:5]), (1, "", "TLS: "))


def renegotiation(s):
    output = s.file("output")
    with output.open("wb") as out:
        server = Server(s, "server", "-tls1_2", "-msg", stdin=-1, stdout=out, stderr=out)
        end = time.monotonic() + PATIENCE

        def said(what):
            return what in output.read_bytes()
        while not said(b"ACCEPT") and time.monotonic() < end:
            time.sleep(0.02)
        client = s.start(s.examples / "mqtt-client", "-l", f"mqtts://127.0.0.1:{server.port}")
        while not said(b"Secure Renegotiation") and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.2)
        server.child.stdin.write(b"R\n")
        server.child.stdin.flush()
        while not said(b"no_renegotiation") and time.monotonic() < end:
            time.sleep(0.02)
        s.stop(client)
        s.stop(server.child)
    s.check("s_server, TLSv1.2: renegotiation", output.read_text("latin1"),
            lambda got: has("HelloRequest", "<<< .*warning no_renegotiation")(got)
            and got.count("ClientHello") == 1)
