// Chapter 05, quirk 11 and section 4: handlers that close, free or start anew in TLS_HS, ERROR, READ
// and CLOSE; one that clears is_closing in ERROR gets no second ERROR and no data.
#include "tls.h"

enum action { NOTHING, SET_CLOSING, CLOSE_NOW, DRAIN, FREE, INIT, SEND, OVERRIDE, ACTIONS };

static enum action action;
static int when;
static bool on_server_side;
static struct tls_side client, server;
static int errors, reads_behind;

static void act(struct mg_connection *c) {
  struct tls_side *side = c->is_client ? &client : &server;
  when = -1;  // once
  if (action == SET_CLOSING) c->is_closing = 1;
  if (action == CLOSE_NOW) mg_close_conn(c);
  if (action == DRAIN) c->is_draining = 1;
  if (action == FREE) mg_tls_free(c);
  if (action == INIT) mg_tls_init(c, &side->opts);
  if (action == SEND) mg_send(c, "more", 4);
  if (action == OVERRIDE) c->is_closing = 0;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = c->is_client ? &client : &server;
  if (c->is_listening) return;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) mg_tls_init(c, &client.opts), mg_send(c, "hello", 5);
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &server.opts);
  if (ev == MG_EV_ERROR) errors++;
  if (ev == MG_EV_READ) {
    if (errors > 0) reads_behind++;
    if (!c->is_client) mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
  }
  if (ev == when && on_server_side == !c->is_client) act(c);
}

static void check(const char *ca) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  errors = reads_behind = 0;
  client.opts = tls_options(ca, "", "", "host.test");
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_event, NULL);
  mg_connect(&mgr, url_to("tls", listener), on_event, NULL);
  for (int i = 0; i < 30; i++) mg_mgr_poll(&mgr, 2);
  mg_mgr_free(&mgr);
  CHECK(has_closed(&client));
  CHECK(has_closed(&server));
  if (ca[0] == 'o') {
    // Each side at most once; nobody is trusted afterwards.
    CHECK(errors <= 2);
    CHECK_INT(reads_behind, 0);
    CHECK_INT(client.trace.reads + server.trace.reads, 0);
    CHECK(strstr(client.trace.text, "TLS_HS") == NULL);
  }
}

int main(void) {
  static const int events[] = {MG_EV_TLS_HS, MG_EV_READ, MG_EV_WRITE, MG_EV_CLOSE, MG_EV_ERROR};
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
    for (int what = 0; what < ACTIONS; what++) {
      for (int side = 0; side < 2; side++) {
        int before = test_failures;
        action = (enum action)what;
        when = events[i];
        on_server_side = side == 1;
        check(events[i] == MG_EV_ERROR ? "other.crt" : "root.crt");
        if (test_failures != before) {
          printf("%s, action %d, %s\n  client: %s\n  server: %s\n", event_name(events[i]), what,
                 side ? "server" : "client", client.trace.text, server.trace.text);
        }
      }
    }
  }
  return test_result();
}
