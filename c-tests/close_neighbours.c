// Chapter 01, 58: is_closing set by a handler on an older connection closes it in the same poll, on
// a newer one in the next.
#include "event.h"

static struct mg_connection *old, *young;
static struct trace old_trace, young_trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_POLL) {
    if (old != NULL) old->is_closing = 1;
    if (young != NULL) young->is_closing = 1;
    old = young = NULL;
  }
}

int main(void) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  old = mg_wrapfd(&mgr, -1, record, &old_trace);
  mg_wrapfd(&mgr, -1, on_event, NULL);
  young = mg_wrapfd(&mgr, -1, record, &young_trace);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(old_trace.text, "OPEN CLOSE ");
  CHECK_INT(old_trace.polls, 1);
  CHECK_TEXT(young_trace.text, "OPEN ");
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(young_trace.text, "OPEN CLOSE ");
  CHECK_INT(young_trace.polls, 2);
  mg_mgr_free(&mgr);
  return test_result();
}
