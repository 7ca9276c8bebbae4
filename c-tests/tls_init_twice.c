// Chapter 05, 45 and section 10, 17: of two calls of mg_tls_init the second counts, and nothing
// leaks; also if the second is refused.
#include "tls.h"

static struct tls_side client, server;
static struct mg_tls_opts wrong;

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_OPEN) mg_tls_init(c, &wrong);
  if (ev == MG_EV_CONNECT) {
    void *first = c->tls;
    mg_tls_init(c, &wrong);
    CHECK(first != NULL && c->tls != NULL);
  }
  tls_hello(c, ev, ev_data);
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    struct mg_tls_opts self = tls_options("", "self.crt", "self.key", "");
    mg_tls_init(c, &self);
  }
  tls_echo(c, ev, ev_data);
}

static void on_refused(struct mg_connection *c, int ev, void *ev_data) {
  record_in(&client.trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    struct mg_tls_opts junk = tls_options("ju\nnk", "", "", "");
    mg_tls_init(c, &wrong);
    mg_tls_init(c, &junk);
    CHECK(c->tls == NULL);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  mg_log_set(MG_LL_NONE);
  wrong = tls_options("other.crt", "", "", "other.test");
  client.opts = tls_options("root.crt", "", "", "host.test");
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, &server);
  mg_connect(&mgr, url_to("tls", listener), on_client, &client);
  POLL_UNTIL(&mgr, client.count == 5);
  CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE READ ");
  client.trace.text[0] = '\0';
  mg_connect(&mgr, url_to("tls", listener), on_refused, NULL);
  POLL_UNTIL(&mgr, has_closed(&client));
  CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
