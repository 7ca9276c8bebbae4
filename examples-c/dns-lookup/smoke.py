import socket
import struct
import threading

ADDRESSES = {"one.example": "10.1.2.3", "two.example": "192.0.2.7"}


def serve(sock):
    """A name server for ADDRESSES; an empty datagram ends it."""
    while True:
        query, peer = sock.recvfrom(1000)
        if not query:
            return
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        address = ADDRESSES.get(".".join(labels)) if question.endswith(b"\0\1\0\1") else None
        answer = struct.pack("!HHHIH", 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address or "0.0.0.0")
        flags = 0x8180 if address else 0x8183
        head = query[:2] + struct.pack("!HHHHH", flags, 1, bool(address), 0, 0)
        sock.sendto(head + question + (answer if address else b""), peer)


def try_out(trial):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        server = threading.Thread(target=serve, args=[sock])
        server.start()
        url = f"udp://127.0.0.1:{sock.getsockname()[1]}"
        trial.check("names", trial.run("-s", url, *ADDRESSES), (0, "10.1.2.3\n192.0.2.7\n"))
        trial.check("unknown", trial.run("-s", url, "none.example"), (1, ""))
        sock.sendto(b"", sock.getsockname())
        server.join()
