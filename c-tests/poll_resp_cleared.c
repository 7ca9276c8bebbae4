// Chapter 01, 40: is_resp cleared in a POLL handler gives READ with count 0 right behind it, once.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_POLL && trace.polls == 2) {
    CHECK_INT(c->is_resp, 1);
    c->is_resp = 0;
  }
  if (ev == MG_EV_READ) CHECK_INT(trace.polls, 2);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, on_event, &trace);
  c->is_resp = 1;
  for (int i = 0; i < 4; i++) mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN READ ");
  CHECK_INT(trace.read, 0);
  mg_mgr_free(&mgr);
  return test_result();
}
