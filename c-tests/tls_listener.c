// Chapter 05, 12 and 13: a tcp: listener serves TLS if ACCEPT calls mg_tls_init; a call in OPEN,
// which the listener gets too, disturbs nothing and counts for accepted connections.
#include "tls.h"

static int when;

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (ev == when) mg_tls_init(c, &side->opts);
  if (ev == MG_EV_ACCEPT && when == MG_EV_ACCEPT) {
    CHECK_INT(c->is_tls_hs, 1);
  } else if (ev != MG_EV_ACCEPT) {
    tls_echo(c, ev, ev_data);
  }
}

int main(void) {
  static const char *const schemes[] = {"tcp", "tls", "http"};
  for (size_t i = 0; i < 6; i++) {
    struct tls_side client[2], server;
    struct mg_mgr mgr;
    struct mg_connection *listener;
    char url[40];
    when = i % 2 == 0 ? MG_EV_ACCEPT : MG_EV_OPEN;
    memset(client, 0, sizeof(client));
    memset(&server, 0, sizeof(server));
    server.opts = tls_options("", "server.crt", "server.key", "");
    mg_mgr_init(&mgr);
    snprintf(url, sizeof(url), "%s://127.0.0.1:0", schemes[i / 2]);
    listener = mg_listen(&mgr, url, on_server, &server);
    CHECK(listener != NULL);
    for (size_t k = 0; k < 2; k++) {
      mg_connect(&mgr, url_to("tcp", listener), tls_hello, &client[k]);
    }
    POLL_UNTIL(&mgr, client[0].count == 5 && client[1].count == 5);
    CHECK_INT(listener->is_tls, i / 2 == 1);
    CHECK_INT(listener->is_closing, 0);
    CHECK_TEXT(client[0].trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE READ ");
    mg_mgr_free(&mgr);
  }
  return test_result();
}
