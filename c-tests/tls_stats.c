// The bytes of TLS are counted as they are on the wire, in both directions (chapter 08, 8.2): what
// one end of a connection sends, the other receives.
#include "tls.h"
#include "guarded.h"

int main(void) {
  static struct tls_side client, server;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  struct mg_stats s;
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", tls_echo, &server);
  mg_connect(&mgr, url_to("tls", listener), tls_hello, &client);
  POLL_UNTIL(&mgr, client.count == 5);
  POLL_UNTIL(&mgr, stats_of(&mgr).bytes_in == stats_of(&mgr).bytes_out);
  s = stats_of(&mgr);
  CHECK(s.bytes_out > server.opts.cert.len / 2);
  mg_mgr_free(&mgr);
  return test_result();
}
