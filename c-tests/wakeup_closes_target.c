// Chapter 01, section 12.2: WAKEUP reaches pfn, then fn, also of a closing connection; its handlers
// may close anything, the wake-up connection included.
#include "event.h"

static struct trace trace;

static void protocol(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_WAKEUP) trace_word(&trace, "pfn");
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *payload = (struct mg_str *)ev_data;
  if (ev == MG_EV_CLOSE) trace_word(&trace, "closed");
  if (ev != MG_EV_WAKEUP) return;
  trace_word(&trace, payload->buf[0] == 'a' ? "a" : "b");
  if (payload->buf[0] == 'b') {
    mg_close_conn((struct mg_connection *)c->fn_data);  // the wake-up connection
    mg_close_conn(c);
    CHECK_BYTES(payload->buf, payload->len, "bb", 2);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  CHECK(mg_wakeup_init(&mgr));
  c = mgr.conns;
  c = mg_wrapfd(&mgr, -1, on_event, c);
  c->pfn = protocol;
  CHECK(mg_wakeup(&mgr, c->id, "a", 1));
  CHECK(mg_wakeup(&mgr, c->id, "bb", 2));
  CHECK(mg_wakeup(&mgr, c->id, "c", 1));
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "pfn a pfn b closed ");
  CHECK_INT(mgr.pipe.fd, -1);
  mg_mgr_free(&mgr);
  return test_result();
}
