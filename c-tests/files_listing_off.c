// Chapter 03, 3.10: directories without an index when listings are off.
// cflags: -DMG_ENABLE_DIRLIST=0
#include "files_dir.h"

int main(void) {
  static struct mg_http_serve_opts opts;
  struct peer p;
  struct mg_connection *listener = peer_serve(files_serve, &opts);
  peer_ask(&p, listener, "GET / HTTP/1.1\r\n\r\n");
  CHECK_TEXT(p.buf, "HTTP/1.1 403 Forbidden\r\nContent-Length: 10         \r\n\r\nForbidden\n");
  peer_close(&p);
  peer_end();
  return test_result();
}
