// Chapter 01, 26: the end of the stream gives CLOSE without ERROR; input that was not consumed is
// still there. The descriptor is closed before the event.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev != MG_EV_CLOSE) return;
  CHECK_BYTES(c->recv.buf, c->recv.len, "rest", 4);
  CHECK_INT(c->is_closing, 1);
  CHECK(!is_open(fd_of(c)));
  CHECK_PTR(c->mgr->conns, NULL);
}

int main(void) {
  struct mg_mgr mgr;
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, fds[0], on_event, &trace);
  CHECK_INT(send(fds[1], "rest", 4, 0), 4);
  close(fds[1]);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "OPEN READ CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
