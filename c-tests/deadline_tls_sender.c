// io_timeout_scope=all: a TLS connection that only sends is not quiet (chapter 08, 8.3 deadlines).
#include "tls.h"
#include "deadline.h"

static struct mg_tls_opts server_opts, client_opts;
static struct mg_connection *sender;
static int handshakes, closes;
static size_t received;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) sender = c;
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &server_opts);
  if (ev == MG_EV_CONNECT) mg_tls_init(c, &client_opts);
  if (ev == MG_EV_TLS_HS) handshakes++;
  if (ev == MG_EV_READ) received += c->recv.len, c->recv.len = 0;
  if (ev == MG_EV_CLOSE && !c->is_listening) closes++;
  (void)ev_data;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  server_opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  set_option(&mgr, "io_timeout_scope", "all");
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_event, NULL);
  mg_connect(&mgr, url_to("tls", listener), on_event, NULL);
  POLL_UNTIL(&mgr, handshakes == 2);
  for (size_t i = 1; i <= 5 && closes == 0; i++) {
    mg_send(sender, "tick", 4);
    POLL_UNTIL(&mgr, received == 4 * i);
    pass(&mgr, 40000);
  }
  CHECK_INT(closes, 0);
  pass(&mgr, 30000);
  CHECK_INT(closes, 2);
  mg_mgr_free(&mgr);
  return test_result();
}
