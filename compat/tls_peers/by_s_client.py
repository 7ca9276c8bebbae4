"""openssl s_client as client of http-server."""

import socket
import time

from .scenario import HELLO, KEYS, PATIENCE, VERSIONS, has

REQUEST = f"GET {HELLO} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
ANSWER = '^{"hello": "peer"'
VERIFIED = r"Verification: OK|Verify return code: 0 \(ok\)"
WEAK = ["-cipher", "ALL:@SECLEVEL=0"]


def s_client(s, port, *args, request=REQUEST):
    """Sends a request and reads until the server ends the stream: status, all that was printed."""
    path = s.file("request")
    path.write_bytes(request)
    with path.open("rb") as stdin:
        status, out, err = s.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                                 "-servername", "host.test", "-verify_hostname", "host.test",
                                 "-CAfile", s.crt("root"), "-verify_return_error", "-ign_eof",
                                 *args, stdin=stdin)
    return status, (out + err).replace("\r", "")


def only(version):
    return ["-tls" + version.replace(".", "_")]


def run(s):
    for version in VERSIONS:
        handshakes(s, version)
        client_certificates(s, version)
        resumption(s, version)
        records(s, version)
    retries(s)
    old_versions(s)
    renegotiation(s)


def handshakes(s, version):
    name = VERSIONS[version]
    for cert, signature in KEYS.items():
        status, out = s_client(s, s.web(cert), *only(version), "-alpn", "h2,http/1.1")
        s.check(f"s_client, {name}, {cert} key", (status, out), lambda got: got[0] == 0 and has(
            ANSWER, VERIFIED, f"^New, {name}", f"^Peer signature type: {signature}",
            "^Peer signing digest|ed25519", "^No ALPN negotiated",
            "^Compression: NONE", "^Verified peername: host.test")(got[1]))
    status, out = s_client(s, s.web("leaf.chain"), *only(version), "-showcerts")
    s.check(f"s_client, {name}: chain", (status, out.count("BEGIN CERTIFICATE")), (0, 2))
    if version == "1.2":
        s.check(f"s_client, {name}: extensions", out,
                has("^Secure Renegotiation IS supported", "Extended master secret: yes"))


def client_certificates(s, version):
    name = VERSIONS[version]
    port = s.web("server", "-A", s.crt("root"))
    for cert in ["client", *KEYS]:
        status, out = s_client(s, port, *only(version), "-cert", s.crt(cert), "-key", s.key(cert))
        s.check(f"s_client, {name}: own certificate, {cert} key", (status, out),
                lambda got: got[0] == 0 and has(ANSWER, "^Acceptable client certificate CA names",
                                                "CN = root")(got[1]))
    for cert, alert in (("none", "certificate required"), ("expired", "certificate expired"),
                        ("client-other", "unknown ca"), ("usage-server", "certificate")):
        own = [] if cert == "none" else ["-cert", s.crt(cert), "-key", s.key(cert)]
        _, out = s_client(s, port, *only(version), *own)
        s.check(f"s_client, {name}: {cert} as own certificate", out,
                lambda got, alert=alert: f"{alert}" in got.lower().replace("_", " ")
                and "alert" in got and '{"hello"' not in got)


def resumption(s, version):
    name = VERSIONS[version]
    port, other, session = s.web(), s.web("p384"), s.file("session")
    for kind in [[], ["-no_ticket"]]:
        which = f"s_client, {name}, {kind[0][1:] if kind else 'ticket'}"
        status, out = s_client(s, port, *only(version), *kind, "-sess_out", session)
        s.check(f"{which}: first", (status, out), lambda got: has(f"^New, {name}")(got[1]))
        for n in (1, 2):
            again = s.file("session-2")
            status, out = s_client(s, port, *only(version), *kind, "-sess_in", session,
                                   "-sess_out", again)
            s.check(f"{which}: resumed, {n}", (status, out), lambda got: got[0] == 0 and has(
                f"^Reused, {name}", ANSWER)(got[1]))
            if version == "1.3":
                session.write_bytes(again.read_bytes())
        status, out = s_client(s, other, *only(version), *kind, "-sess_in", session)
        s.check(f"{which}: another server knows nothing of it", (status, out),
                lambda got: got[0] == 0 and has(f"^New, {name}", ANSWER)(got[1]))


def records(s, version):
    name = VERSIONS[version]
    port = s.web()
    body = s.file("body", 200_000).read_bytes()
    head = f"POST /upload?file=up HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for args in (["-max_send_frag", "512"], ["-split_send_frag", "600"], []):
        _, out = s_client(s, port, *only(version), *args, request=head + body)
        s.check(f"s_client, {name}: upload {' '.join(args)}",
                ("stored" in out, s.file("up").read_bytes() == body), (True, True))
    _, out = s_client(s, port, *only(version), "-msg")
    s.check(f"s_client, {name}: close_notify", out,
            has(f"^<<< TLS {version}, Alert .*warning close_notify"))
    if version == "1.3":
        for command in "kK":  # one-sided, and asking for the other side's
            out = typed(s, port, *only(version), lines=[f"{command}\n", REQUEST.decode()],
                        until='{"hello"')
            s.check(f"s_client, {name}: key update {command}", out, has("KEYUPDATE", ANSWER))


def typed(s, port, *args, lines, until):
    """What s_client prints if `lines` are typed one after the other, until that text."""
    output = s.file("output")
    with output.open("wb") as out:
        child = s.start("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *args,
                        stdin=-1, stdout=out, stderr=out)
    end = time.monotonic() + PATIENCE
    for line, sign in zip([*lines, None], ["Verify return code", *[None] * len(lines)]):
        while sign and sign not in output.read_text("latin1") and time.monotonic() < end:
            time.sleep(0.02)
        if line:
            time.sleep(0.2)  # s_client takes a command only if it is read on its own
            try:
                child.stdin.write(line.encode())
                child.stdin.flush()
            except BrokenPipeError:
                break
    while until not in output.read_text("latin1") and child.poll() is None \
            and time.monotonic() < end:
        time.sleep(0.02)
    s.stop(child)
    return output.read_text("latin1").replace("\r", "")


def retries(s):
    port = s.web()
    _, out = s_client(s, port, "-tls1_3", "-groups", "P-521:P-384", "-msg")
    s.check("s_client, TLSv1.3: HelloRetryRequest", (out.count("ClientHello"), out),
            lambda got: got[0] == 2 and has(ANSWER, "P-384|secp384r1")(got[1]))
    _, out = s_client(s, port, "-tls1_3", "-groups", "P-521")
    s.check("s_client, TLSv1.3: no common group", out, has("alert handshake failure"))
    _, out = s_client(s, port, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
    s.check("s_client, TLSv1.2: no common suite", out, has("alert handshake failure"))
    for servername in ("a-stranger", "x" * 63 + ".test"):
        _, out = s_client(s, port, "-servername", servername)
        s.check(f"s_client, unknown server name {servername}", out, has(ANSWER))


def old_versions(s):
    port = s.web()
    for version in ("-tls1", "-tls1_1"):
        _, out = s_client(s, port, version, *WEAK)
        s.check(f"s_client {version}", out, has("alert (protocol version|handshake failure)",
                                           r"^New, \(NONE\)"))
    # Debian's openssl speaks no SSL: hellos by hand, with one suite that every version has.
    body = b"\x03\x00" + bytes(32) + b"\x00" + b"\x00\x02\x00\x2f" + b"\x01\x00"
    hello = b"\x01" + len(body).to_bytes(3, "big") + body
    ssl3 = b"\x16\x03\x00" + len(hello).to_bytes(2, "big") + hello
    ssl2 = b"\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80" + bytes(16)
    for name, packet in (("SSL 3.0", ssl3), ("SSL 2.0", ssl2)):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as conn:
            conn.sendall(packet)
            answer = b""
            while more := conn.recv(100):
                answer += more
        s.check(f"{name} hello: a fatal alert, then the end", (answer[:1], answer[5:6], len(answer)),
                (b"\x15", b"\x02", 7))
    s.check("the server lives", s_client(s, port)[1], has(ANSWER))


def renegotiation(s):
    out = typed(s, s.web(), "-tls1_2", lines=["R\n", REQUEST.decode()], until="alert")
    s.check("s_client, TLSv1.2: renegotiation", out, lambda got: has(
        "^RENEGOTIATING", "no.renegotiation")(got) and '{"hello"' not in got)
