// Chapter 01, 32: mg_send of nothing; mg_send and mg_printf without memory.
#include "event.h"

static bool no_memory;
static size_t len_in_error;

void *mg_calloc(size_t count, size_t size) {
  return no_memory ? NULL : calloc(count, size);
}

void mg_free(void *ptr) {
  free(ptr);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_ERROR) len_in_error = c->send.len;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  static char big[100000];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, on_event, &trace);
  CHECK(mg_send(c, NULL, 0));
  CHECK_PTR(c->send.buf, NULL);
  CHECK_INT(c->send.size, 0);

  CHECK(mg_send(c, "ab", 2));
  CHECK_INT(mg_printf(c, "%d", 42), 2);
  CHECK_INT(c->send.buf[c->send.len], 0);
  no_memory = true;
  CHECK(!mg_send(c, big, sizeof(big)));
  CHECK_BYTES(c->send.buf, c->send.len, "ab42", 4);
  CHECK_INT(c->is_closing, 0);
  CHECK_TEXT(trace.text, "OPEN ");

  memset(big, 'x', sizeof(big) - 1);
  CHECK_INT(mg_printf(c, "%s", big), 0);
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  CHECK_TEXT(trace.error, "OOM");
  CHECK(len_in_error >= 4);
  CHECK_BYTES(c->send.buf, c->send.len, "ab42", 4);
  CHECK_INT(c->is_closing, 1);
  CHECK_INT(mg_printf(c, "%s", ""), 0);
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  no_memory = false;
  mg_mgr_free(&mgr);
  return test_result();
}
