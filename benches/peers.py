"""What is measured: programs of this folder and servers from Debian, and how each is set up.

All serve the same folder of files on one thread (civetweb: one per connection), keep connections
open, write no log, use sendfile if they know it, and take as many connections as they can.
"""

import os
import pathlib
import re
import shutil
import subprocess

import tools

HERE = pathlib.Path(__file__).resolve().parent
MAX_CONNECTIONS = 25_000
CIVETWEB_THREADS = 1100


def compiled(name, *options):
    """A program of this folder."""
    def command(place, port, tls_port):
        return [str(place.programs / name), str(port), str(place.web), str(tls_port),
                str(place.pki / "server.crt"), str(place.pki / "server.key"), *options]
    return command


def bare_echo(place, port, _tls_port):
    return [str(place.programs / "bare"), str(port), "echo"]


def nginx(place, port, tls_port, more=""):
    conf = place.work / "nginx.conf"
    small = """location = /small { return 200 '{"status":1}\\n'; }"""
    conf.write_text(f"""
daemon off; master_process off; worker_processes 1; pid {place.work}/nginx.pid;
error_log /dev/null crit; worker_rlimit_nofile {place.descriptors};
events {{ worker_connections {MAX_CONNECTIONS}; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_header_timeout 600s; {more}
  client_body_temp_path {place.work}/b; proxy_temp_path {place.work}/p;
  fastcgi_temp_path {place.work}/f; uwsgi_temp_path {place.work}/u; scgi_temp_path {place.work}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {place.web}; {small} }}
  server {{ listen 127.0.0.1:{tls_port} ssl backlog=4096; root {place.web}; {small}
    ssl_certificate {place.pki}/server.crt; ssl_certificate_key {place.pki}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets on;
    location = /close {{ keepalive_timeout 0; return 200 'x'; }} }}
}}""")
    return [sbin("nginx"), "-p", str(place.work), "-c", str(conf)]


def nginx_file_cache(place, port, tls_port):
    """It keeps files open, and takes a look at their names once a minute."""
    return nginx(place, port, tls_port, "open_file_cache max=100 inactive=60s;")


def lighttpd(place, port, _tls_port):
    """Its small reply is a file, which it keeps in memory: it knows no canned replies."""
    conf = place.work / "lighttpd.conf"
    conf.write_text(f"""
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{place.web}"
server.errorlog = "/dev/null"
server.event-handler = "linux-sysepoll"
server.network-backend = "sendfile"
server.listen-backlog = 4096
server.max-fds = {place.descriptors}
server.max-connections = {place.descriptors // 2}
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 600
server.max-read-idle = 600
""")
    return [sbin("lighttpd"), "-D", "-f", str(conf)]


def sbin(name):
    return shutil.which(name) or f"/usr/sbin/{name}"


COMMANDS = {
    "meerkat": compiled("meerkat"),
    "meerkat, interval": compiled("meerkat", "poll_event_interval_ms=1000"),
    "bare": compiled("bare"),
    "bare, echo": bare_echo,
    "nginx": nginx,
    "nginx, file cache": nginx_file_cache,
    "lighttpd": lighttpd,
    "microhttpd": compiled("microhttpd"),
    "civetweb": compiled("civetweb"),
}
# Without those that are another one set up differently, which have its name in front of a comma.
PLAIN = tuple(name for name in COMMANDS if "," not in name)
# Libraries from Debian, and the header that shows that they are there.
LIBRARIES = {"microhttpd": "microhttpd.h", "civetweb": "civetweb.h"}


def capacity(name, descriptors):
    """How many connections a server takes."""
    if name == "civetweb":
        return CIVETWEB_THREADS
    if name == "lighttpd":
        return descriptors // 2
    return min(MAX_CONNECTIONS, descriptors * 9 // 10 - 32)


def build(build_dir, programs):
    """Compiles what is needed. Returns the names in COMMANDS that can be measured."""
    programs.mkdir()
    for name in ("bare", "load", "storm"):
        tools.compile_alone(name, programs)
    for name in ("meerkat", "wakeup"):
        tools.compile_with_library(name, build_dir, programs)
    missing = {name for name in ("nginx", "lighttpd") if not os.path.exists(sbin(name))}
    for library, header in LIBRARIES.items():
        if pathlib.Path("/usr/include", header).exists():
            tools.compile_alone(library, programs, f"-l{library}")
        else:
            missing.add(library)
    for name in sorted(missing):
        print(f"not installed, left out: {name} (make deps installs it)")
    return [name for name in COMMANDS if name.split(",")[0] not in missing]


def versions():
    """Names and versions of the servers from Debian, as they say them themselves."""
    found = []
    for name in ("nginx", "lighttpd"):
        if os.path.exists(sbin(name)):
            said = subprocess.run([sbin(name), "-v"], capture_output=True, text=True)
            found.append(f"{name} " + re.search(r"/([\d.]+)", said.stdout + said.stderr)[1])
    for library in LIBRARIES:
        package = "libmicrohttpd-dev" if library == "microhttpd" else "libcivetweb-dev"
        said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                              capture_output=True, text=True)
        if said.returncode == 0:
            found.append(f"{library} {said.stdout}")
    return found
