// Chapter 01, 59 and quirk 33: a CLOSE handler may connect again, or listen on the port that its
// connection had.
#include "event.h"

static int connects;

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_CONNECT) connects++, c->is_closing = 1;
  if (ev == MG_EV_CLOSE && connects < 3) {
    CHECK(mg_connect(c->mgr, (char *)c->fn_data, on_client, c->fn_data) != NULL);
  }
}

static void on_listener(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_CLOSE && c->is_listening && c->fn_data != NULL) {
    CHECK(mg_listen(c->mgr, (char *)c->fn_data, on_listener, NULL) != NULL);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  char url[64];
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_listener, url);
  snprintf(url, sizeof(url), "%s", url_to("tcp", server));
  mg_connect(&mgr, url, on_client, url);
  POLL_UNTIL(&mgr, connects == 3);
  POLL_UNTIL(&mgr, mgr.conns == server && server->next == NULL);
  server->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK(mgr.conns != NULL && mgr.conns->is_listening);
  CHECK_TEXT(url_to("tcp", mgr.conns), url);
  mg_mgr_free(&mgr);
  return test_result();
}
