"""What http-server offers, as openssl s_client finds out."""

import re
import subprocess

from .scenario import PATIENCE

# History: weak TLS | versions, suites, groups and signatures that are offered
SUITES_13 = ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
             "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]
GROUPS = ["X25519", "P-256", "P-384", "P-521", "X448", "brainpoolP256r1", "secp256k1", "ffdhe2048",
          "ffdhe3072"]
SIGNATURES = ["ECDSA+SHA1", "ECDSA+SHA256", "ECDSA+SHA384", "ECDSA+SHA512", "RSA+SHA1", "RSA+SHA256",
              "RSA+SHA384", "RSA+SHA512", "RSA-PSS+SHA256", "RSA-PSS+SHA384", "RSA-PSS+SHA512",
              "ed25519"]
VERSIONS = {"-tls1": "TLS 1.0", "-tls1_1": "TLS 1.1", "-tls1_2": "TLS 1.2", "-tls1_3": "TLS 1.3"}
KEYS = ["server", "p384", "rsa", "ed25519"]
WANT = {
    "versions": ["TLS 1.2", "TLS 1.3"],
    "TLS 1.3 suites": ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256",
                       "TLS_CHACHA20_POLY1305_SHA256"],
    "TLS 1.2 suites": [f"ECDHE-{key}-{cipher}" for cipher in (
        "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-GCM-SHA256") for key in ("ECDSA", "RSA")],
    "TLS 1.3 groups": ["X25519", "P-256", "P-384"],
    "TLS 1.2 groups": ["X25519", "P-256", "P-384"],
    # ECDSA+SHA512 would need P-521, and in TLS 1.2 a hash may go with any curve.
    "TLS 1.3 signatures": ["ECDSA+SHA256", "ECDSA+SHA384", "RSA-PSS+SHA256", "RSA-PSS+SHA384",
                           "RSA-PSS+SHA512", "ed25519"],
    "TLS 1.2 signatures": ["ECDSA+SHA256", "ECDSA+SHA384", "RSA+SHA256", "RSA+SHA384", "RSA+SHA512",
                           "RSA-PSS+SHA256", "RSA-PSS+SHA384", "RSA-PSS+SHA512", "ed25519"],
}


def all_suites():
    """Every suite below TLS 1.3 that this openssl knows."""
    listed = subprocess.run(["openssl", "ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
                            stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    return [suite for suite in listed.split(":") if not suite.startswith("TLS_")]


def hello(port, args):
    """What s_client says about a connection to `port`; None if there was no handshake."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *args],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=PATIENCE)
    said = done.stdout.decode("latin1")
    return None if done.returncode or "(NONE), Cipher is (NONE)" in said else said


def chosen_suites(port, flag, option, suites):
    """The suites that the server takes: what it chooses is left out the next time, until it finds
    nothing more."""
    left, chosen = list(suites), []
    # Without the security level openssl would not even offer the old ones.
    level = ":@SECLEVEL=0" if option == "-cipher" else ""
    while said := hello(port, [flag, option, ":".join(left) + level]):
        chosen.append(re.search(r"^New, \S+ Cipher is (\S+)$", said, re.MULTILINE)[1])
        left.remove(chosen[-1])
    return chosen


def run(s):
    ports = [s.web(cert) for cert in KEYS]
    anything = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]
    older = all_suites()
    for topic, flag, option, suites in (
            ("TLS 1.3 suites", "-tls1_3", "-ciphersuites", SUITES_13),
            ("TLS 1.2 suites", "-tls1_2", "-cipher", older)):
        found = [suite for port in ports for suite in chosen_suites(port, flag, option, suites)]
        report(s, topic, list(dict.fromkeys(found)), suites)
    questions = {"versions": {name: [flag, *anything] for flag, name in VERSIONS.items()}}
    for flag, name in list(VERSIONS.items())[2:]:
        questions[f"{name} groups"] = {group: [flag, "-groups", group] for group in GROUPS}
        questions[f"{name} signatures"] = {
            kind: [flag, "-sigalgs", kind, *anything] for kind in SIGNATURES}
    for topic, asked in questions.items():
        offered = [name for name, args in asked.items() if any(hello(port, args) for port in ports)]
        report(s, topic, offered, asked)


def report(s, topic, offered, asked):
    s.check(f"{topic} of {len(asked)}", sorted(offered), sorted(WANT[topic]))
    s.summary.append(f"{topic}: {' '.join(offered)} (of {len(asked)} asked for)")
