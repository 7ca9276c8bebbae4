import socket


def try_out(trial):
    server = trial.serve("-l", "udp://127.0.0.1:PORT")
    url = server.url("udp")
    trial.check("messages", trial.run("-c", url, "one", "two ✓"), (0, "one\ntwo ✓\n"))
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(30)
        url = f"udp://127.0.0.1:{silent.getsockname()[1]}"
        client = trial.begin("-c", url, "hello")
        first, peer = silent.recvfrom(100)
        again, peer = silent.recvfrom(100)
        silent.sendto(b"other", peer)
        silent.sendto(again, peer)
        trial.check("lost answer", (first, trial.end(client)), (b"hello", (0, "hello\n")))
