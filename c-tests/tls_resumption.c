// Issue 4, 2 and 3, and chapter 05, section 10, 18: connections with the same options share what was
// made of them, so the second one resumes the session of the first; other options, another manager
// or no name do not. The bytes count, not where they are.
#include "tls.h"

// Of rustls-ffi; c->tls is a rustls_connection.
enum { FULL = 1, RESUMED = 3 };
int rustls_connection_handshake_kind(const void *connection);

static int kind[2];
static struct tls_side client, server;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (c->is_client) {
    tls_hello(c, ev, ev_data);
  } else {
    tls_echo(c, ev, ev_data);
  }
  if (ev == MG_EV_TLS_HS) kind[c->is_client] = rustls_connection_handshake_kind(c->tls);
}

static int connect_once(struct mg_mgr *mgr, struct mg_connection *listener) {
  struct mg_connection *c;
  kind[0] = kind[1] = 0;
  client.count = 0;
  client.trace.text[0] = '\0';
  c = mg_connect(mgr, url_to("tls", listener), on_event, &client);
  POLL_UNTIL(mgr, client.count == 5);
  c->is_draining = 1;
  POLL_UNTIL(mgr, has_closed(&client));
  CHECK_INT(kind[0], kind[1]);
  return kind[1];
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  char name[] = "host.test";
  server.opts = tls_options("", "server.crt", "server.key", "");
  for (int i = 0; i < 2; i++) {
    mg_mgr_init(&mgr);
    listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_event, &server);
    client.opts = tls_options("root.crt", "", "", "host.test");
    CHECK_INT(connect_once(&mgr, listener), FULL);
    CHECK_INT(connect_once(&mgr, listener), RESUMED);
    client.opts.name = mg_str(name);
    CHECK_INT(connect_once(&mgr, listener), RESUMED);
    client.opts.name = mg_str("localhost");
    CHECK_INT(connect_once(&mgr, listener), FULL);
    CHECK_INT(connect_once(&mgr, listener), RESUMED);
    client.opts.ca = mg_str("");
    CHECK_INT(connect_once(&mgr, listener), FULL);
    client.opts.name = mg_str("");
    CHECK_INT(connect_once(&mgr, listener), FULL);
    CHECK_INT(connect_once(&mgr, listener), FULL);
    mg_mgr_free(&mgr);
  }
  return test_result();
}
