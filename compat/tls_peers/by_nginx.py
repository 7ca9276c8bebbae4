"""nginx as a TLS front that http-client fetches from, and as a proxy whose upstream is http-server."""

import concurrent.futures
import os
import re

from .scenario import HELLO, VERSIONS, free_port, program


def run(s):
    upstream = s.web("server", "-A", s.crt("root"))
    wrong = s.web("wronghost")
    nginx = Nginx(s, upstream, wrong)
    for version in VERSIONS:
        front(s, nginx, version)
    front_with_certificates(s, nginx)
    behind(s, nginx, upstream)


class Nginx:
    """One nginx with all servers that are needed, in the foreground."""

    def __init__(self, s, upstream, wrong):
        self.ports = {name: free_port() for name in ("1.2", "1.3", "mutual", "proxy")}
        root = s.file("front")
        root.mkdir()
        (root / "large.bin").write_bytes(b"0123456789" * 250_000)
        tls = f"ssl_certificate {s.crt('leaf.chain')}; ssl_certificate_key {s.key('leaf')};"
        fronts = "".join(
            f"server {{ listen 127.0.0.1:{self.ports[version]} ssl; ssl_protocols {name}; {tls}"
            f" location /info {{ return 200 '$ssl_protocol $ssl_server_name'; }} }}\n"
            for version, name in VERSIONS.items())
        trust = (f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {s.crt('root')};"
                 " proxy_ssl_name host.test; proxy_ssl_server_name on;"
                 f" proxy_ssl_certificate {s.crt('client')};"
                 f" proxy_ssl_certificate_key {s.key('client')};")
        proxies = "".join(
            f"location /{name}/ {{ {trust} proxy_ssl_protocols {protocol};"
            f" proxy_pass https://{to}/; }}\n"
            for name, protocol, to in (
                ("new-1.2", "TLSv1.2", f"127.0.0.1:{upstream}"),
                ("new-1.3", "TLSv1.3", f"127.0.0.1:{upstream}"),
                ("kept", "TLSv1.2 TLSv1.3", "kept"), ("wrong", "TLSv1.3", f"127.0.0.1:{wrong}")))
        config = s.file("nginx.conf")
        config.write_text(
            f"daemon off; worker_processes 1; pid {s.folder}/nginx.pid; error_log {s.folder}/errors;\n"
            f"{'user root;' if os.getuid() == 0 else ''}\n"
            "events { worker_connections 256; }\n"
            f"http {{ access_log off; root {root}; client_max_body_size 50m;\n"
            + "".join(f"{kind}_temp_path {s.folder}/{kind};\n"
                      for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"upstream kept {{ server 127.0.0.1:{upstream}; keepalive 8; }}\n{fronts}"
            f"server {{ listen 127.0.0.1:{self.ports['mutual']} ssl; {tls} ssl_verify_client on;"
            f" ssl_client_certificate {s.crt('root')};"
            " location /info { return 200 '$ssl_client_verify $ssl_client_s_dn'; } }\n"
            f"server {{ listen 127.0.0.1:{self.ports['proxy']}; proxy_http_version 1.1;"
            f" proxy_set_header Connection ''; {proxies} }} }}\n")
        child = s.start(program("nginx"), "-p", s.folder, "-c", config, stdout=-3)
        for port in self.ports.values():
            s.listens(port, child)


def front(s, nginx, version):
    name, port = VERSIONS[version], nginx.ports[version]

    def get(path, *args, host="localhost"):
        return s.example("http-client", *args, f"https://{host}:{port}{path}")
    s.check(f"nginx in front, {name}", get("/info", "-A", s.crt("root")), (0, f"{name} localhost", ""))
    s.check(f"nginx in front, {name}, by address",
            get("/info", "-A", s.crt("root"), host="127.0.0.1"), (0, f"{name} ", ""))
    status, out, _ = get("/large.bin", "-A", s.crt("root"))
    s.check(f"nginx in front, {name}: 2.5 MB", (status, out == "0123456789" * 250_000), (0, True))
    status, _, err = get("/info", "-A", s.crt("other"))
    s.check(f"nginx in front, {name}: another CA", (status, err),
            (1, "TLS: invalid peer certificate: UnknownIssuer\n"))
    status, out, _ = s.example("tls-info", "-A", s.crt("root"), "-n", "host.test", "-r", 3,
                               f"tls://127.0.0.1:{port}")
    s.check(f"nginx in front, {name}: resumed", (status, re.findall(r"^handshake +(.*)", out, re.M)),
            (0, ["full", "resumed", "resumed"]))


def front_with_certificates(s, nginx):
    url = f"https://localhost:{nginx.ports['mutual']}/info"
    own = ["-C", s.crt("client"), "-K", s.key("client")]
    s.check("nginx in front: own certificate", s.example("http-client", "-A", s.crt("root"), *own, url),
            (0, "SUCCESS CN=client", ""))
    status, out, _ = s.example("http-client", "-A", s.crt("root"), url)
    s.check("nginx in front: no certificate", (status, "400 No required SSL" in out), (1, True))


def behind(s, nginx, upstream):
    proxy = f"http://127.0.0.1:{nginx.ports['proxy']}"
    sent, got = s.file("sent.bin", 10_000_000), s.file("got.bin")

    def curl(*args):
        status, out, _ = s.run("curl", "-sS", "--noproxy", "*", "--max-time", "20", *args)
        return status, out
    for where in ("new-1.2", "new-1.3", "kept"):
        status, out = curl(f"{proxy}/{where}{HELLO}")
        s.check(f"behind nginx, {where}", (status, out[:16]), (0, '{"hello": "peer"'))
        status, _ = curl(f"{proxy}/{where}/sent.bin", "-o", got)
        s.check(f"behind nginx, {where}: 10 MB down", (status, got.read_bytes() == sent.read_bytes()),
                (0, True))
        up = curl(f"{proxy}/{where}/upload?file=stored.bin", "-X", "POST", "-T", sent)
        stored = s.file("stored.bin")
        s.check(f"behind nginx, {where}: 10 MB up", (up, stored.read_bytes() == sent.read_bytes()),
                ((0, "stored\n"), True))
        stored.unlink()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            results = set(pool.map(lambda _, where=where: curl(
                "-o", "/dev/null", "-w", "%{http_code}", f"{proxy}/{where}{HELLO}"), range(40)))
        s.check(f"behind nginx, {where}: 40 requests", results, {(0, "200")})
    s.check("behind nginx: another name",
            curl("-o", "/dev/null", "-w", "%{http_code}", f"{proxy}/wrong{HELLO}"), (0, "502"))
    errors = s.file("errors").read_text()
    s.check("behind nginx: what nginx complained about", errors, lambda text: all(
        "certificate does not match" in line for line in text.splitlines()
        if "[error]" in line or "[crit]" in line or "[alert]" in line))
