// Chapter 01, section 20, 29: mg_mgr_free from any handler marks everything closing and is finished
// when the outermost poll returns; every connection gets its CLOSE.
#include "event.h"

static int closed, when;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_CLOSE) closed++;
  if (ev == when && c->id == 2) {
    when = -1;
    mg_mgr_free(c->mgr);
    CHECK_INT(c->is_closing, 1);
    CHECK_INT(c->id, 2);
  }
}

static void on_timer(void *arg) {
  mg_mgr_free((struct mg_mgr *)arg);
}

static void check(int ev) {
  struct mg_mgr mgr;
  int fds[2];
  closed = 0;
  when = ev;
  mg_mgr_init(&mgr);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    CHECK_INT(send(fds[1], "x", 1, 0), 1);
    close(fds[1]);
    mg_wrapfd(&mgr, fds[0], on_event, NULL);
  }
  if (ev == MG_EV_USER) mg_timer_add(&mgr, 0, MG_TIMER_REPEAT, on_timer, &mgr);
  for (int i = 0; i < 5 && mgr.conns != NULL; i++) mg_mgr_poll(&mgr, 10);
  CHECK_INT(closed, 3);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_PTR(mgr.timers, NULL);
  CHECK_INT(mgr.epoll_fd, -1);
  mg_mgr_free(&mgr);
}

int main(void) {
  check(MG_EV_POLL);
  check(MG_EV_READ);
  check(MG_EV_CLOSE);
  check(MG_EV_USER);  // from a timer
  return test_result();
}
