// Chapter 05, 39: a TLS 1.3 client that sends, closes at once and is hit by session tickets resets
// the connection; all it sent is delivered all the same. A reset without data is an ERROR.
#include "tls_relay.h"

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  static char block[100000];
  tls_hello(c, ev, ev_data);
  if (ev == MG_EV_CONNECT) mg_send(c, block, sizeof(block));
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (!c->is_listening) record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &side->opts);
  if (ev == MG_EV_READ) {
    tls_read(c, side);
    c->recv.len = 0;
  }
}

static void reset(struct relay *r) {
  struct linger at_once = {1, 0};
  setsockopt(r->fd[TO_CLIENT], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  relay_cut(r, TO_CLIENT);
}

int main(void) {
  struct relayed t;
  mg_log_set(MG_LL_NONE);
  relayed_begin(&t, on_client);
  t.listener->fn = on_server;
  RELAY_UNTIL(&t, strstr(t.client.trace.text, "WRITE ") != NULL);
  RELAY_UNTIL(&t, relayed_end(&t, &t.client)->send.len == 0);
  for (size_t moved = 0; moved != t.relay.moved[TO_SERVER];) {
    moved = t.relay.moved[TO_SERVER];
    for (int i = 0; i < 10; i++) relay_step(&t.relay);
  }
  reset(&t.relay);
  POLL_UNTIL(&t.mgr, has_closed(&t.server));
  CHECK_INT(t.server.count, 100005);
  relayed_end_all(&t);

  relayed_begin(&t, tls_hello);
  RELAY_UNTIL(&t, t.client.count == 5);
  reset(&t.relay);
  POLL_UNTIL(&t.mgr, has_closed(&t.server));
  CHECK_TEXT(t.server.trace.text, "OPEN ACCEPT TLS_HS READ WRITE ERROR CLOSE ");
  CHECK_TEXT(t.server.trace.error, "socket error");
  relayed_end_all(&t);
  return test_result();
}
