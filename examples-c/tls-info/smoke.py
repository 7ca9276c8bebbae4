import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def try_out(trial):
    pki = trial.programs.parent / "pki"
    subprocess.run([ROOT / "tools/test-pki", pki], check=True)
    server = trial.serve("-l", "https://127.0.0.1:PORT", "-C", pki / "server.crt",
                         "-K", pki / "server.key", "-v", 0, program="http-server")
    url = server.url("tls")

    def answer(handshake):
        return [("version", "TLS 1.3"), ("cipher suite", "TLS13_AES_256_GCM_SHA384"),
                ("key exchange", "X25519"), ("handshake", handshake),
                ("certificate", f"{(pki / 'server.crt.der').stat().st_size} bytes")]

    status, output = trial.run("-A", pki / "root.crt", "-r", 2, url)
    lines = [(line[:13].rstrip(), line[14:]) for line in output.splitlines()]
    trial.check("twice", (status, lines), (0, answer("full") + answer("resumed")))
    trial.check("another authority", trial.run("-A", pki / "other.crt", url), (1, ""))
    trial.check("error", trial.errors, "TLS: invalid peer certificate: UnknownIssuer\n")
    trial.check("another name", trial.run("-A", pki / "root.crt", "-n", "elsewhere", url), (1, ""))
