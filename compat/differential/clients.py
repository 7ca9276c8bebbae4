"""Parsers of responses: our client and Node's over TCP, h11 and http.client by function calls."""

import http.client
import io
import os
import re
import socketserver
import subprocess
import threading

import h11

from attacks.lib.arena import LIBS
from peers import HERE, Message, Reading

PATIENCE = 120  # seconds for one client


class Server(socketserver.ThreadingTCPServer):
    """Answers `GET /N` with response N, whatever that is, and closes."""

    daemon_threads = True
    request_queue_size = 1000

    def __init__(self, responses):
        self.responses = responses
        super().__init__(("127.0.0.1", 0), Connection)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # the client has gone


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(65536)
        number = int(re.match(rb"GET /(\d+) ", head).group(1))
        self.request.sendall(self.server.responses[number])


def over_tcp(responses, *program):
    """What a program makes of the responses that a server gives it."""
    readings = [Reading() for _ in responses]
    with Server(responses) as server:
        done = subprocess.run([*program, str(server.server_address[1]), str(len(responses))],
                              check=True, timeout=PATIENCE, stdout=subprocess.PIPE)
        server.shutdown()
    for line in done.stdout.decode("latin-1").splitlines():
        words = line.split()
        reading = readings[int(words[1])]
        if words[0] == "response":
            body = b"" if words[3] == "-" else bytes.fromhex(words[3])
            reading.messages.append(Message(b"", body, words[2].encode()))
        else:
            reading.end = words[0]
    return readings


def ours(build, responses):
    program = build / "differential" / "client"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", f"-I{build}/include", "-o", program,
                    HERE / "client.c", build / "lib/libmongoose.a", *LIBS], check=True)
    readings = over_tcp(responses, program)
    for reading, data in zip(readings, responses):
        for message in reading.messages:
            message.head = data
    return readings


def by_llhttp(responses):
    return over_tcp(responses, "node", HERE / "llhttp_client.js")


def by_h11(responses):
    return [one_by_h11(data) for data in responses]


def one_by_h11(data):
    parser, reading = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20), Reading()
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "localhost")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(data)
    status, body = None, b""
    try:
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                parser.receive_data(b"")
            elif type(event) is h11.Response:
                status = event.status_code
            elif type(event) is h11.Data:
                body += event.data
            elif type(event) is not h11.InformationalResponse:
                break
    except h11.RemoteProtocolError as error:
        reading.end = "partial" if "closed" in str(error) else "refused"
        return reading
    if type(event) is h11.EndOfMessage:
        reading.messages.append(Message(b"", bytes(body), b"%d" % status))
    return reading


class Recorded:
    """A socket that has received everything already."""

    def __init__(self, data):
        self.data = data

    def makefile(self, *_):
        return io.BytesIO(self.data)


def by_http_client(responses):
    return [one_by_http_client(data) for data in responses]


def one_by_http_client(data):
    reading, response = Reading(), http.client.HTTPResponse(Recorded(data), method="GET")
    try:
        response.begin()
        body = response.read()
        reading.messages.append(Message(b"", body, b"%d" % response.status))
    except http.client.IncompleteRead:
        reading.end = "partial"
    except (http.client.HTTPException, ValueError, OverflowError, OSError):
        reading.end = "refused"
    return reading
