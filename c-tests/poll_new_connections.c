// Chapter 01, 19 and 20: timers run before POLL; a connection made in a timer callback has POLL in
// the same iteration, one made in a handler has not.
#include "event.h"

static struct trace trace;
static struct mg_mgr mgr;

static void on_new(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_POLL) trace_word(&trace, (const char *)c->fn_data);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev != MG_EV_POLL) return;
  trace_word(&trace, "old");
  if (c->data[0]++ == 0) mg_wrapfd(&mgr, -1, on_new, (void *)"by-handler");
}

static void on_timer(void *arg) {
  (void)arg;
  trace_word(&trace, "timer");
  mg_wrapfd(&mgr, -1, on_new, (void *)"by-timer");
}

int main(void) {
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, -1, on_event, NULL);
  mg_timer_add(&mgr, 1000000, MG_TIMER_RUN_NOW, on_timer, NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "timer by-timer old ");
  trace.text[0] = '\0';
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "by-handler by-timer old ");
  mg_mgr_free(&mgr);
  return test_result();
}
