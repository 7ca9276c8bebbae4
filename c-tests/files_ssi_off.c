// Chapter 03, 3.8, 3.10: pages with includes when they are off.
// cflags: -DMG_ENABLE_SSI=0
#include "files_dir.h"

int main(void) {
  static struct mg_http_serve_opts opts;
  struct peer p;
  opts.ssi_pattern = "#.shtml";
  files_make("x.shtml", "x");
  struct mg_connection *listener = peer_serve(files_serve, &opts);
  peer_ask(&p, listener, "GET /x.shtml HTTP/1.1\r\n\r\n");
  CHECK_TEXT(p.buf,
             "HTTP/1.1 501 Not Implemented\r\nContent-Length: 15         \r\n\r\nSSI not enabled");
  peer_close(&p);
  peer_end();
  return test_result();
}
