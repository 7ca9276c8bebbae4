"""Real proxies in front of a server of ours. Each marks every request that it passes on with an id
of its own in X-Front, and logs `front ID METHOD TARGET UPSTREAM`."""

import os
import shutil
import socket
import time

from .arena import PATIENCE

UNSENT = ("-", "<NOSRV>")  # what the logs say of requests that were not passed on


def program(name):
    """Path of a program that may be in a directory for root."""
    path = shutil.which(name) or f"/usr/sbin/{name}"
    if not os.path.exists(path):
        raise RuntimeError(f"{name} is not installed (make deps)")
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Front:
    """A proxy that runs."""

    def __init__(self, name, process, port, log):
        self.name, self.process, self.port, self.log = name, process, port, log
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if not process.alive() or time.monotonic() > end:
                    raise RuntimeError(f"{name}: {process.output()!r:.300}") from None
                time.sleep(0.02)

    def sent(self):
        """Requests passed on so far: method and target by id."""
        found = {}
        for line in self.log.read_text(errors="replace").splitlines():
            words = line.split(" ")
            if words[0] == "front" and words[-1] not in UNSENT and words[-1]:
                found[words[1]] = (words[2], " ".join(words[3:-1]))
        return found


def nginx(arena, upstream, buffering):
    """nginx that is as lenient as it can be; with or without reading whole bodies first."""
    folder = arena.folder / f"nginx-{buffering}"
    (folder / "temp").mkdir(parents=True)
    port, log = free_port(), folder / "access.log"
    temporary = "\n".join(f"  {name}_temp_path {folder}/temp/{name};"
                          for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = folder / "nginx.conf"
    config.write_text(f"""
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
{temporary}
  log_format front 'front $request_id $request_method $request_uri $upstream_addr';
  access_log {log} front;
  ignore_invalid_headers off;
  underscores_in_headers on;
  merge_slashes off;
  large_client_header_buffers 8 64k;
  upstream back {{ server 127.0.0.1:{upstream}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://back;
      proxy_http_version 1.1;
      proxy_next_upstream off;
      proxy_request_buffering {buffering};
      proxy_set_header Connection "";
      proxy_set_header X-Front $request_id;
    }}
  }}
}}
""")
    process = arena.start(program("nginx"), "-p", folder, "-c", config, "-e", folder / "error.log",
                          name="nginx")
    return Front(f"nginx, buffering {buffering}", process, port, log)


def haproxy(arena, upstream, lenient):
    """HAProxy, told to accept invalid requests or not."""
    folder = arena.folder / f"haproxy-{lenient}"
    folder.mkdir()
    port = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(f"""
global
  log stdout format raw local0
  tune.http.maxhdr 1000
  tune.bufsize 65536
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  timeout http-request 5s
  http-reuse always
  retries 0
frontend front
  bind 127.0.0.1:{port}
  {'option accept-invalid-http-request' if lenient else ''}
  log global
  unique-id-format %[uuid]
  unique-id-header X-Front
  http-request del-header X-Front
  log-format "front %ID %HM %HU %s"
  default_backend back
backend back
  server one 127.0.0.1:{upstream}
""")
    process = arena.start(program("haproxy"), "-db", "-f", config, name="haproxy")
    return Front(f"HAProxy{', lenient' if lenient else ''}", process, port, process.log)
