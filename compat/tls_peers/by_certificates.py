"""Certificates that no authority would issue, shown by Python's ssl in both roles: with keys that are
too large, and with RSA-PSS signatures whose padding is wrong."""

import hashlib
import shutil
import ssl
import subprocess

from .by_python import REQUEST, Server, answer, client_context, connect, outcome, reply
from .scenario import VERSIONS

E = 65537
HASH = 32  # bytes of SHA-256, and of the salt


def run(s):
    make_authority(s)
    for version in VERSIONS:
        large_keys(s, version)
        wrong_padding(s, version)


def openssl(*args, data=None):
    return subprocess.run(["openssl", *map(str, args)], check=True, input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def make_authority(s):
    """An RSA authority, and certificates with keys of 8192 and 9216 bits."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", s.folder / "rsa-ca.key",
            "-subj", "/CN=rsa-ca", "-days", 9, "-out", s.folder / "rsa-ca.crt")
    (s.folder / "names").write_text("subjectAltName=DNS:host.test,IP:127.0.0.1\n")
    issue(s, "honest", "rsa:2048")
    for bits in (8192, 9216):
        # Of five primes, because those are soon found.
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-pkeyopt",
                "rsa_keygen_primes:5", "-out", s.folder / f"large-{bits}.key")
        issue(s, f"large-{bits}", None)


def issue(s, name, new_key):
    """A certificate with an RSA-PSS signature of the authority."""
    key = s.folder / f"{name}.key"
    keys = ["-newkey", new_key, "-nodes", "-keyout", key] if new_key else ["-new", "-key", key]
    request = openssl("req", *keys, "-subj", f"/CN={name}")
    openssl("x509", "-req", "-CA", s.folder / "rsa-ca.crt", "-CAkey", s.folder / "rsa-ca.key",
            "-CAcreateserial", "-days", 9, "-extfile", s.folder / "names", "-sha256", "-sigopt",
            "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{HASH}", "-out",
            s.folder / f"{name}.crt", data=request)


# History: CVE-2026-5244 | keys of 8192 and 9216 bits, as a client and as a server
def large_keys(s, version):
    name = VERSIONS[version]
    port = s.web("server", "-A", s.folder / "rsa-ca.crt")
    for bits, client, server in ((8192, b"HTTP/1.1 200 OK", 0), (9216, None, 1)):
        got = outcome(as_client, s, version, port, f"large-{bits}")
        s.check(f"{name}: client with {bits} bits", got if client else got == b"HTTP/1.1 200 OK",
                client or False)
        got = as_server(s, version, f"large-{bits}")
        s.check(f"{name}: server with {bits} bits", got[0], server)
    s.check(f"{name}: the server lives", as_client(s, version, port, "honest"), b"HTTP/1.1 200 OK")


def as_client(s, version, port, cert):
    context = client_context(s, version)
    context.load_cert_chain(s.folder / f"{cert}.crt", s.folder / f"{cert}.key")
    with connect(context, port) as conn:
        conn.sendall(REQUEST)
        return answer(conn)


def as_server(s, version, cert):
    """What http-client makes of a server with that certificate."""
    server = Server(s, version, lambda conn: conn.sendall(reply(b"hello\n", 6)),
                    str(s.folder / f"{cert}.crt"))
    got = s.example("http-client", "-A", s.folder / "rsa-ca.crt", f"https://127.0.0.1:{server.port}/")
    server.end()
    return got


# History: a9df523f-padding | each part of a PSS padding must be right
def wrong_padding(s, version):
    name = VERSIONS[version]
    s.check(f"{name}: PSS padding, right", as_server(s, version, "honest"), (0, "hello\n", ""))
    for what, change in (("unchanged", {}), ("a bit in the zeros", {10: 0x80}),
                         ("all zeros", {i: 0xff for i in range(1, 255 - 2 * HASH - 1)}),
                         ("the one behind them", {255 - 2 * HASH - 1: 0x03}),
                         ("the salt", {255 - 2 * HASH + 5: 1}), ("the trailer", {255: 1})):
        forge(s, "forged", change)
        status, out, error = as_server(s, version, "forged")
        if change:
            s.check(f"{name}: PSS padding, {what}", (status, out, "TLS" in error), (1, "", True))
        else:
            s.check(f"{name}: PSS padding, {what}", (status, out, error), (0, "hello\n", ""))


def mgf1(seed, length):
    blocks = (hashlib.sha256(seed + bytes([0, 0, 0, i])).digest() for i in range(length // HASH + 1))
    return b"".join(blocks)[:length]


def forge(s, name, change):
    """The honest certificate, signed anew with some bytes of the padding changed (RFC 8017, 9.1.1).

    The hash in the padding does not depend on them, except for the salt's.
    """
    der = ssl.PEM_cert_to_DER_cert((s.folder / "honest.crt").read_text())
    body, signature = der[:-256], der[-256:]
    modulus = int(openssl("x509", "-noout", "-modulus", "-in",
                          s.folder / "rsa-ca.crt").split(b"=")[1], 16)
    encoded = pow(int.from_bytes(signature, "big"), E, modulus).to_bytes(256, "big")
    masked, digest, trailer = encoded[:-HASH - 1], encoded[-HASH - 1:-1], encoded[-1:]
    mask = mgf1(digest, len(masked))
    plain = bytearray(a ^ b for a, b in zip(masked, mask)) + digest + trailer
    plain[0] &= 0x7f
    for place, bits in change.items():
        plain[place] ^= bits
    masked = bytearray(a ^ b for a, b in zip(plain, mask))
    masked[0] &= 0x7f
    encoded = bytes(masked) + bytes(plain[len(masked):])
    signature = openssl("pkeyutl", "-decrypt", "-inkey", s.folder / "rsa-ca.key", "-pkeyopt",
                        "rsa_padding_mode:none", data=encoded)
    (s.folder / f"{name}.crt").write_text(ssl.DER_cert_to_PEM_cert(body + signature))
    shutil.copy(s.folder / "honest.key", s.folder / f"{name}.key")
