// Chapter 01, section 20, 29: mg_mgr_poll from a handler or a timer does no harm.
#include "event.h"

static int depth, deepest, reads, timers;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ) {
    reads++;
    c->recv.len = 0;
    c->is_draining = 1;
  }
  if ((ev == MG_EV_POLL || ev == MG_EV_READ || ev == MG_EV_CLOSE) && depth < 3) {
    if (++depth > deepest) deepest = depth;
    mg_mgr_poll(c->mgr, 0);
    depth--;
  }
}

static void on_timer(void *arg) {
  timers++;
  if (depth++ == 0) mg_mgr_poll((struct mg_mgr *)arg, 0);
  depth--;
}

int main(void) {
  struct mg_mgr mgr;
  int fds[2];
  mg_mgr_init(&mgr);
  for (int i = 0; i < 4; i++) {
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    mg_wrapfd(&mgr, fds[0], on_event, NULL);
    CHECK_INT(send(fds[1], "x", 1, 0), 1);
    close(fds[1]);
  }
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, on_timer, &mgr);
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, on_timer, &mgr);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_INT(reads, 4);
  CHECK_INT(timers, 2);
  CHECK_PTR(mgr.timers, NULL);
  CHECK_INT(deepest, 3);
  mg_mgr_free(&mgr);
  return test_result();
}
