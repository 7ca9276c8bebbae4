"""Prints every request that h11 sees complete, as peers.py describes."""

import os
import socketserver

import h11


def show(*words):
    """Prints a line in one piece, whatever other threads do."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def shown(data):
    return data.hex() or "-"


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        port = self.client_address[1]
        request, body = None, b""
        try:
            while True:
                event = parser.next_event()
                if event is h11.NEED_DATA:
                    parser.receive_data(self.request.recv(65536))
                elif type(event) is h11.Request:
                    request, body = event, b""
                elif type(event) is h11.Data:
                    body += event.data
                elif type(event) is h11.EndOfMessage:
                    show("request -", shown(body), port, shown(request.method),
                         shown(request.target))
                    if not self.answer(parser):
                        return
                else:
                    return
        except h11.RemoteProtocolError as error:
            partial = "closed" in str(error)
            show("partial" if partial else "refused", port, repr(error))
        except OSError:
            pass

    def answer(self, parser):
        """Answers; false if the connection ends here."""
        events = [h11.Response(status_code=200, headers=[("Content-Length", "0")]),
                  h11.EndOfMessage()]
        self.request.sendall(b"".join(parser.send(event) for event in events))
        if parser.our_state is not h11.DONE or parser.their_state is not h11.DONE:
            return False
        parser.start_next_cycle()
        return True


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 1000

    def handle_error(self, *_):
        pass  # the client has gone


server = Server(("127.0.0.1", 0), Connection)
show("port", server.server_address[1])
server.serve_forever()
