// Chapter 01, 25: is_closing right after queuing output in a READ handler drops that output.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_READ) {
    CHECK(mg_send(c, "hello", 5));
    c->is_closing = 1;
  }
  if (ev == MG_EV_CLOSE) CHECK_INT(c->send.len, 5);
}

int main(void) {
  struct mg_mgr mgr;
  int fds[2];
  char buf[10];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, fds[0], on_event, &trace);
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "OPEN READ CLOSE ");
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 0);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
