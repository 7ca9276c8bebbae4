import socket


def try_out(trial):
    server = trial.serve("-l", "tcp://127.0.0.1:PORT")

    def ask(pdu):
        """The answer to a request, both in hex, without the head."""
        request = bytes.fromhex(pdu)
        with socket.create_connection(("127.0.0.1", server.port), 30) as peer:
            peer.sendall(b"\0\7\0\0" + (len(request) + 1).to_bytes(2, "big") + b"\1" + request)
            answer = peer.recv(300)
        assert answer[:4] == b"\0\7\0\0" and answer[4:6] == (len(answer) - 6).to_bytes(2, "big")
        return answer[7:].hex()

    trial.check("write register 5", ask("060005abcd"), "060005abcd")
    trial.check("read registers 4 to 6", ask("0300040003"), "03060000abcd0000")
    trial.check("switch coil 9 on", ask("050009ff00"), "050009ff00")
    trial.check("read coils 8 to 10", ask("0100080003"), "010102")
    trial.check("beyond the end", ask("0300630002"), "8302")
