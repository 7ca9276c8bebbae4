"""Python's ssl module: clients of http-server, servers for http-client."""

import concurrent.futures
import socket
import ssl
import threading

from .scenario import HELLO, PATIENCE, VERSIONS

REQUEST = f"GET {HELLO} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
LAST_REQUEST = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
LIMITS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def run(s):
    for version in VERSIONS:
        clients(s, version)
        client_ends(s, version)
        servers(s, version)
        server_ends(s, version)


def client_context(s, version):
    context = ssl.create_default_context(cafile=s.crt("root"))
    context.minimum_version = context.maximum_version = LIMITS[version]
    return context


def connect(context, port, session=None):
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
    return context.wrap_socket(plain, server_hostname="host.test", session=session)


def answer(conn):
    """One response that fits a record: its status line."""
    return conn.recv(10000).split(b"\r\n")[0]


def to_the_end(conn):
    """Everything up to close_notify; an error if the stream ends without."""
    got = b""
    while more := conn.recv(100_000):
        got += more
    return got


def unwrap(conn):
    """Says close_notify and waits for the peer's, before which nothing may come."""
    conn.unwrap()
    return "unwrapped"


def outcome(what, *args):
    """Result of a call, or the name of the exception."""
    try:
        return what(*args)
    except (OSError, ssl.SSLError) as error:
        return type(error).__name__


def clients(s, version):
    name, port = VERSIONS[version], s.web()
    context = client_context(s, version)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(context, port) as conn:
        conn.sendall(REQUEST)
        s.check(f"Python client, {name}", (conn.version(), answer(conn)), (name, b"HTTP/1.1 200 OK"))
        s.check(f"Python client, {name}: ALPN", conn.selected_alpn_protocol(), None)
        s.check(f"Python client, {name}: certificate", conn.getpeercert(True),
                ssl.PEM_cert_to_DER_cert(s.crt("server").read_text()))
        s.check(f"Python client, {name}: compression", conn.compression(), None)
        session = conn.session
    with connect(context, port, session) as conn:
        conn.sendall(REQUEST)
        s.check(f"Python client, {name}: resumed", (answer(conn), conn.session_reused),
                (b"HTTP/1.1 200 OK", True))
    context = client_context(s, version)
    context.load_verify_locations(s.crt("other"))
    for cert in ("expired", "self-leaf", "wronghost"):
        s.check(f"Python client, {name}: {cert}", outcome(connect, context, s.web(cert)),
                "SSLCertVerificationError")
    s.check(f"Python client, {name}: byte by byte", byte_by_byte(context, port), b"HTTP/1.1 200 OK")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda _: one_request(context, port), range(100)))
    s.check(f"Python client, {name}: 100 connections", set(results), {b"HTTP/1.1 200 OK"})


def one_request(context, port):
    with connect(context, port) as conn:
        conn.sendall(REQUEST)
        return answer(conn)


def byte_by_byte(context, port):
    """A request whose handshake and records arrive in segments of one byte."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="host.test")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def step(what, *args):
            while True:
                try:
                    result = what(*args)
                except ssl.SSLWantReadError:
                    result = None
                for byte in outgoing.read():
                    plain.sendall(bytes([byte]))
                if result is not None:
                    return result
                incoming.write(plain.recv(10000))

        step(lambda: tls.do_handshake() or True)
        step(tls.write, REQUEST)
        return step(tls.read, 10000).split(b"\r\n")[0]


def client_ends(s, version):
    name, port, context = VERSIONS[version], s.web(), client_context(s, version)
    body = s.file("large.bin", 3_000_000).read_bytes()
    with connect(context, port) as conn:
        conn.sendall(LAST_REQUEST)
        got = outcome(to_the_end, conn)
        s.check(f"Python client, {name}: the server ends with close_notify", got[-1:], b"\n")
    with connect(context, port) as conn:
        conn.sendall(LAST_REQUEST.replace(HELLO.encode(), b"/large.bin"))
        got = outcome(to_the_end, conn)
        s.check(f"Python client, {name}: so it does behind 3 MB", got.endswith(body[-1000:]), True)
    conn = connect(context, port)
    conn.sendall(REQUEST)
    answer(conn)
    s.check(f"Python client, {name}: unwrap", outcome(unwrap, conn), "unwrapped")
    conn.close()
    # A peer that has nothing more to say after its request still gets the answer.
    s.check(f"Python client, {name}: half-closed by close_notify", half_closed(context, port),
            b"HTTP/1.1 200 OK")
    conn = connect(context, port)
    conn.sendall(REQUEST)
    conn.shutdown(socket.SHUT_WR)  # The wrapper forgets its TLS: what comes then is ciphertext.
    conn.close()
    s.check(f"Python client, {name}: the server lives", one_request(context, port),
            b"HTTP/1.1 200 OK")


def half_closed(context, port):
    """The response to a request that comes together with close_notify."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="host.test")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                incoming.write(plain.recv(10000))
        tls.write(REQUEST)
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        plain.sendall(outgoing.read())
        plain.shutdown(socket.SHUT_WR)
        while more := plain.recv(10000):
            incoming.write(more)
    try:
        return tls.read(10000).split(b"\r\n")[0]
    except ssl.SSLError as error:
        return type(error).__name__


class Server:
    """A TLS server for one connection: reads a request, then calls `serve(conn)`."""

    def __init__(self, s, version, serve, cert="server"):
        self.serve = serve
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = self.context.maximum_version = LIMITS[version]
        self.context.load_cert_chain(s.crt(cert), s.key(cert))
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.result = self.alpn = None
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        plain, _ = self.listener.accept()
        plain.settimeout(PATIENCE)
        try:
            conn = self.context.wrap_socket(plain, server_side=True)
            self.alpn = conn.selected_alpn_protocol()
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += conn.recv(10000)
            self.result = self.serve(conn)
            conn.close()
        except (OSError, ssl.SSLError) as error:
            self.result = f"{type(error).__name__} {getattr(error, 'reason', '')}"
        plain.close()

    def end(self):
        self.thread.join(PATIENCE)
        self.listener.close()
        return self.result


def fetch(s, version, serve, *args, cert="server"):
    """A request of http-client: its exit status, output and errors, and the server."""
    server = Server(s, version, serve, cert)
    got = s.example("http-client", *args, f"https://127.0.0.1:{server.port}/")
    server.end()
    return got, server


def reply(body, length=None):
    head = b"HTTP/1.1 200 OK\r\n"
    if length is not None:
        head += b"Content-Length: %d\r\n" % length
    return head + b"\r\n" + body


def servers(s, version):
    name = VERSIONS[version]

    def hello(conn):
        conn.sendall(reply(b"hello\n", 6))
        return unwrap(conn)
    got, server = fetch(s, version, hello, "-A", s.crt("root"))
    s.check(f"Python server, {name}", got, (0, "hello\n", ""))
    s.check(f"Python server, {name}: ALPN", server.alpn, None)
    s.check(f"Python server, {name}: unwrap", server.result, "unwrapped")
    big = b"x" * 2_000_000

    def large(conn):
        conn.sendall(reply(big, len(big)))
        return unwrap(conn)
    got, server = fetch(s, version, large, "-A", s.crt("root"))
    s.check(f"Python server, {name}: 2 MB", (got[0], got[1] == big.decode(), server.result),
            (0, True, "unwrapped"))
    for cert, ca, alert in (("server", "other", "UNKNOWN_CA"), ("expired", "root", "EXPIRED"),
                            ("wronghost", "root", "BAD_CERTIFICATE|CERTIFICATE")):
        got, server = fetch(s, version, hello, "-A", s.crt(ca), cert=cert)
        s.check(f"Python server, {name}: {cert} with CA {ca}, alert", (got[:2], server.result),
                lambda r, alert=alert: r[0] == (1, "") and any(
                    word in str(r[1]) for word in alert.split("|")))


def server_ends(s, version):
    name = VERSIONS[version]

    def orderly(conn):
        conn.sendall(reply(b"until the end"))
        return unwrap(conn)
    got, server = fetch(s, version, orderly)
    s.check(f"Python server, {name}: body up to close_notify", (got, server.result),
            ((0, "until the end", ""), "unwrapped"))

    def cut(conn):
        conn.sendall(reply(b"cut", 1000))
        conn.shutdown(socket.SHUT_RDWR)
        return "cut"
    got, _ = fetch(s, version, cut)
    # As in plain text: what came of a response is delivered when the connection closes.
    s.check(f"Python server, {name}: cut short", got, (0, "cut", ""))
