// Chapter 01, section 20, 31: handlers that connect, listen or clear is_closing while the manager is
// freed do not keep anything alive: new connections are NULL then.
#include "event.h"

static int closed;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_POLL && c->is_closing) c->is_closing = 0;
  if (ev != MG_EV_CLOSE) return;
  closed++;
  CHECK_PTR(mg_connect(c->mgr, "tcp://127.0.0.1:9", on_event, NULL), NULL);
  CHECK_PTR(mg_connect(c->mgr, "tcp://host.example:9", on_event, NULL), NULL);
  CHECK_PTR(mg_listen(c->mgr, "tcp://127.0.0.1:0", on_event, NULL), NULL);
  CHECK_PTR(mg_http_listen(c->mgr, "http://127.0.0.1:0", on_event, NULL), NULL);
  CHECK_PTR(mg_wrapfd(c->mgr, -1, on_event, NULL), NULL);
  CHECK(!mg_wakeup_init(c->mgr));
  mg_timer_add(c->mgr, 0, MG_TIMER_ONCE, NULL, NULL);
}

int main(void) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  for (int i = 0; i < 3; i++) CHECK(mg_wrapfd(&mgr, -1, on_event, NULL) != NULL);
  mg_mgr_free(&mgr);
  CHECK_INT(closed, 3);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_PTR(mgr.timers, NULL);
  return test_result();
}
