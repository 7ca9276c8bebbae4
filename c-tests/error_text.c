// Chapter 01, 4: mg_error sets is_closing, then fires ERROR with at most 63 characters; a handler
// that clears is_closing keeps the connection. Errors may be raised by handlers.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_ERROR) {
    CHECK_INT(c->is_closing, 1);
    if (c->data[0] == 1) c->is_closing = 0;
  }
  if (ev == MG_EV_POLL && trace.polls == 2) mg_error(c, "%s %d", "in POLL", 2);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, on_event, &trace);
  c->data[0] = 1;
  mg_error(c, "%s%s", "0123456789012345678901234567890123456789", "012345678901234567890123456789");
  CHECK_TEXT(trace.error, "012345678901234567890123456789012345678901234567890123456789012");
  CHECK_INT(strlen(trace.error), 63);
  CHECK_INT(c->is_closing, 0);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  // Raised in a visit: CLOSE at the end of that visit.
  c->data[0] = 0;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.error, "in POLL 2");
  CHECK_TEXT(trace.text, "OPEN ERROR ERROR CLOSE ");
  CHECK_PTR(mgr.conns, NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
