// Chapter 01, 17: N pending peers are accepted within N polls. Here, a listener accepts a batch per
// visit (design section 6), each peer with OPEN and ACCEPT in order.
// History: 7.22-one-accept | peers are accepted in batches
#include "event.h"

enum { PEERS = 50 };
static int accepted, polls;
static bool open_seen;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (c->is_listening) {
    if (ev == MG_EV_POLL) polls++;
  } else if (ev == MG_EV_OPEN) {
    open_seen = true;
  } else if (ev == MG_EV_ACCEPT) {
    CHECK(open_seen);
    open_seen = false;
    accepted++;
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  int fds[PEERS];
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  for (int i = 0; i < PEERS; i++) fds[i] = plain_connect(server);
  POLL_UNTIL(&mgr, accepted == PEERS);
  CHECK(polls <= 5);
  for (int i = 0; i < PEERS; i++) close(fds[i]);
  POLL_UNTIL(&mgr, mgr.conns == server && server->next == NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
