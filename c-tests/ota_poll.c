// Chapter 06, section 4.2: mg_ota_poll is called by every poll, right after the timers; a program's
// own wins.
#include "event.h"

static char order[100];

void mg_ota_poll(struct mg_mgr *mgr) {
  CHECK(mgr != NULL);
  strcat(order, "ota ");
}

static void on_timer(void *arg) {
  (void)arg;
  strcat(order, "timer ");
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_POLL) strcat(order, "poll ");
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(order, "ota ");
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE | MG_TIMER_RUN_NOW, on_timer, NULL);
  mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  order[0] = '\0';
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(order, "timer ota poll ");
  mg_mgr_free(&mgr);
  return test_result();
}
