import os
import socket
import threading


def big_echo(port, data):
    """Sends all, and reads all that comes back, at the same time."""
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), 30) as peer:
        def send():
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
        threading.Thread(target=send).start()
        while len(got) < len(data):
            piece = peer.recv(65536)
            if not piece:
                break
            got += piece
    return bytes(got)


def try_out(trial):
    server = trial.serve("-l", "tcp://127.0.0.1:PORT")
    url = server.url("tcp")
    trial.check("messages", trial.run("-c", url, "one", "", "three ✓"), (0, "one\n\nthree ✓\n"))
    data = os.urandom(8 << 20)
    trial.check("8 MiB", big_echo(server.port, data) == data, True)
    trial.stop_servers()
    trial.check("nobody there", trial.run("-c", url, "one")[0], 1)
