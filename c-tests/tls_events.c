// Chapter 05, 3..5, 8..10: the order of events on both sides, wherever the client calls
// mg_tls_init; what the flags say meanwhile; nothing is read or written before TLS_HS.
#include "tls.h"

enum moment { BEHIND_CONNECT_CALL, IN_OPEN, IN_RESOLVE, IN_CONNECT };

static enum moment moment;
static struct tls_side client, server;

static void start(struct mg_connection *c) {
  CHECK_INT(c->is_tls, 1);
  CHECK_INT(c->is_tls_hs, 0);
  CHECK(c->tls == NULL);
  mg_tls_init(c, &client.opts);
  CHECK_INT(c->is_tls, 1);
  CHECK_INT(c->is_tls_hs, 1);
  CHECK(c->tls != NULL);
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  static const int events[] = {-1, MG_EV_OPEN, MG_EV_RESOLVE, MG_EV_CONNECT};
  record_in(&client.trace, ev, ev_data);
  if (ev == events[moment]) start(c);
  if (ev == MG_EV_CONNECT) mg_send(c, "hello", 5);
  if (ev == MG_EV_TLS_HS) {
    CHECK_INT(c->is_tls_hs, 0);
    CHECK_INT(c->is_tls, 1);
    CHECK(ev_data == NULL);
    CHECK_INT(c->send.len, 5);
  }
  if (ev == MG_EV_READ) {
    tls_read(c, &client);
    c->is_draining = 1;
  }
  if (ev == MG_EV_CLOSE) CHECK(c->tls != NULL);
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  tls_echo(c, ev, ev_data);
  if (ev == MG_EV_TLS_HS) {
    CHECK_INT(c->is_tls_hs, 0);
    CHECK(ev_data == NULL);
  }
}

int main(void) {
  for (moment = BEHIND_CONNECT_CALL; moment <= IN_CONNECT; moment++) {
    struct mg_mgr mgr;
    struct mg_connection *listener, *c;
    memset(&client, 0, sizeof(client));
    memset(&server, 0, sizeof(server));
    client.opts = tls_options("root.crt", "", "", "host.test");
    server.opts = tls_options("", "server.crt", "server.key", "");
    mg_mgr_init(&mgr);
    listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, &server);
    c = mg_connect(&mgr, url_to("tls", listener), on_client, NULL);
    if (moment == BEHIND_CONNECT_CALL) start(c);
    POLL_UNTIL(&mgr, has_closed(&client) && has_closed(&server));
    CHECK_TEXT(client.received, "hello");
    CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE READ CLOSE ");
    CHECK_TEXT(server.trace.text, "OPEN ACCEPT TLS_HS READ WRITE CLOSE ");
    mg_mgr_free(&mgr);
  }
  return test_result();
}
