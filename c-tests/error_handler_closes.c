// Chapter 01, section 20, 28: an ERROR handler may end its connection with mg_close_conn, also when
// mg_printf, mg_error or a failing connect, called outside of any poll, raised the error.
#include "event.h"

static bool no_memory;
static struct trace trace;

void *mg_calloc(size_t count, size_t size) {
  return no_memory ? NULL : calloc(count, size);
}

void mg_free(void *ptr) {
  free(ptr);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_ERROR) mg_close_conn(c);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, on_event, &trace);
  no_memory = true;
  CHECK_INT(mg_printf(c, "%d", 42), 0);
  no_memory = false;
  CHECK_TEXT(trace.text, "OPEN ERROR CLOSE ");
  c = mg_wrapfd(&mgr, -1, on_event, &trace);
  mg_error(c, "oops");
  CHECK_PTR(mg_connect(&mgr, "tcp://127.0.0.1:99999", on_event, &trace), NULL);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_TEXT(trace.text, "OPEN ERROR CLOSE OPEN ERROR CLOSE OPEN ERROR CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
