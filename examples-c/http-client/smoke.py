import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Peer(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        text = f"{self.command} {self.path} {self.headers['Authorization']} {body}\n".encode()
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Length", len(text))
        self.send_header("X-Peer", "python")
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_PUT = do_GET

    def log_message(self, *_):
        pass


def try_out(trial):
    with ThreadingHTTPServer(("127.0.0.1", 0), Peer) as peer:
        threading.Thread(target=peer.serve_forever).start()
        url = f"http://127.0.0.1:{peer.server_port}"
        trial.check("GET", trial.run(f"{url}/a?b=c"), (0, "GET /a?b=c None \n"))
        trial.check("POST", trial.run("-d", "x y", url), (0, "POST / None x y\n"))
        login = "Basic " + base64.b64encode(b"ann:secret").decode()
        trial.check("PUT", trial.run("-X", "PUT", "-d", "1", "-u", "ann:secret", url),
                    (0, f"PUT / {login} 1\n"))
        status, output = trial.run("-i", url)
        trial.check("headers", (status, "X-Peer: python\r\n" in output), (0, True))
        trial.check("not found", trial.run(f"{url}/missing")[0], 1)
        peer.shutdown()
    trial.check("nobody there", trial.run(url)[0], 1)
