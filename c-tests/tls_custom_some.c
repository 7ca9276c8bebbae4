// Issue 4, 5: a program that defines only some of the mg_tls_* functions; the others stay the
// library's, and TLS works.
#include "tls.h"

static int contexts;

void mg_tls_ctx_init(struct mg_mgr *mgr) {
  contexts++;
  mgr->tls_ctx = &contexts;
}

void mg_tls_ctx_free(struct mg_mgr *mgr) {
  CHECK_PTR(mgr->tls_ctx, &contexts);
  mgr->tls_ctx = NULL;
  contexts--;
}

int main(void) {
  struct tls_side client, server;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options("root.crt", "", "", "host.test");
  server.opts = tls_options("", "server.crt", "server.key", "");
  CHECK(tls_converse(&client, &server));
  CHECK_INT(contexts, 0);
  return test_result();
}
