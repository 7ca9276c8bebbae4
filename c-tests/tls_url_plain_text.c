// Chapter 01, 55: with a TLS URL and no mg_tls_init, is_tls is 1 in OPEN, CONNECT and ACCEPT, and 0
// afterwards: the connection is plain text. An error in the log says so once for each client and
// each listener.
#include "event.h"

static int seen[MG_EV_USER];
static long received;
static int logged;

static void count_line(char ch, void *arg) {
  (void)arg;
  if (ch == '\n') logged++;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_OPEN || ev == MG_EV_CONNECT || ev == MG_EV_ACCEPT) {
    seen[ev]++;
    CHECK_INT(c->is_tls, 1);
    CHECK_INT(c->is_tls_hs, 0);
  }
  if (ev == MG_EV_CONNECT) mg_send(c, "plain", 5);
  if (ev == MG_EV_READ) {
    received = *(long *)ev_data;
    CHECK_INT(c->is_tls, 0);
    CHECK_BYTES(c->recv.buf, c->recv.len, "plain", 5);
  }
}

int main(void) {
  static const char *const schemes[] = {"wss", "https", "mqtts", "ssl", "tls", "tcps"};
  mg_log_set(MG_LL_ERROR);
  mg_log_set_fn(count_line, NULL);
  for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
    struct mg_mgr mgr;
    struct mg_connection *server, *client;
    char url[64];
    memset(seen, 0, sizeof(seen));
    received = 0, logged = 0;
    mg_mgr_init(&mgr);
    snprintf(url, sizeof(url), "%s://127.0.0.1:0", schemes[i]);
    server = mg_listen(&mgr, url, on_event, NULL);
    client = mg_connect(&mgr, url_to(schemes[i], server), on_event, NULL);
    POLL_UNTIL(&mgr, received == 5);
    CHECK_INT(client->is_tls, 0);
    CHECK_INT(logged, 2);
    for (int k = 0; k < 2; k++) {
      mg_connect(&mgr, url_to("tcp", server), ignore_events, NULL);
      POLL_UNTIL(&mgr, seen[MG_EV_ACCEPT] == k + 2);
    }
    CHECK_INT(logged, 2);
    CHECK_INT(server->is_tls, 1);
    CHECK_INT(seen[MG_EV_OPEN], 5);
    CHECK_INT(seen[MG_EV_CONNECT], 1);
    CHECK_INT(seen[MG_EV_ACCEPT], 3);
    mg_mgr_free(&mgr);
  }
  return test_result();
}
