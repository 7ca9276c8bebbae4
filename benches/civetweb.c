// civetweb: `/small` by a handler that writes head and body at once, everything else from a
// directory with sendfile. Usage: civetweb PORT DIRECTORY
#include <civetweb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char s_small[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n"
    "Connection: keep-alive\r\n\r\n{\"status\":1}\n";

static int handler(struct mg_connection *c, void *arg) {
  (void)arg;
  mg_write(c, s_small, sizeof(s_small) - 1);
  return 200;
}

int main(int argc, char **argv) {
  char address[64];
  if (argc < 3) return 1;
  snprintf(address, sizeof(address), "127.0.0.1:%s", argv[1]);
  // A connection occupies a thread as long as it stands: as many threads as connections come.
  const char *options[] = {"listening_ports",
                           address,
                           "document_root",
                           argv[2],
                           "num_threads",
                           "1100",
                           "connection_queue",
                           "1100",
                           "listen_backlog",
                           "4096",
                           "enable_keep_alive",
                           "yes",
                           "keep_alive_timeout_ms",
                           "600000",
                           "request_timeout_ms",
                           "600000",
                           "tcp_nodelay",
                           "1",
                           "allow_sendfile_call",
                           "yes",
                           NULL};
  mg_init_library(0);
  struct mg_context *ctx = mg_start(NULL, NULL, options);
  if (ctx == NULL) return 1;
  mg_set_request_handler(ctx, "/small", handler, NULL);
  for (;;) pause();
}
