// Chapter 01, 38 and 42: mg_mgr_free gives every connection POLL, then CLOSE, newest first; nothing
// is left behind, and a second call is harmless.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  char word[20];
  (void)ev_data;
  if (ev != MG_EV_POLL && ev != MG_EV_CLOSE) return;
  CHECK(c->is_closing);
  snprintf(word, sizeof(word), "%s%lu", ev == MG_EV_POLL ? "poll" : "close", c->id);
  trace_word(&trace, word);
}

static void never(void *arg) {
  (void)arg;
  test_fail(__FILE__, __LINE__, "a timer runs in mg_mgr_free");
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *first, *second;
  int fd;
  mg_mgr_init(&mgr);
  first = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  second = mg_listen(&mgr, "udp://127.0.0.1:0", on_event, NULL);
  CHECK(first != NULL && second != NULL);
  fd = fd_of(first);
  CHECK(mg_wakeup_init(&mgr));
  CHECK(mgr.pipe.fd != -1);
  CHECK(mg_timer_add(&mgr, 0, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, never, NULL) != NULL);
  mg_mgr_free(&mgr);
  CHECK_TEXT(trace.text, "poll2 close2 poll1 close1 ");
  CHECK_PTR(mgr.conns, NULL);
  CHECK_PTR(mgr.timers, NULL);
  CHECK_INT(mgr.pipe.fd, -1);
  CHECK_INT(mgr.epoll_fd, -1);
  CHECK(!is_open(fd));
  CHECK(!mg_wakeup(&mgr, 1, "x", 1));
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  // It can be used again.
  mg_mgr_init(&mgr);
  CHECK(mg_listen(&mgr, "tcp://127.0.0.1:0", NULL, NULL) != NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
