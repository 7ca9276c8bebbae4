// Chapter 01, 23: output queued in READ is transmitted, and WRITE reports the count. Here it leaves
// at the end of the same visit (design section 6); the original waits for the next poll.
#include "event.h"

static struct trace trace;
static int polls_at_read, polls_at_write;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_READ) {
    polls_at_read = trace.polls;
    CHECK(mg_send(c, "hello", 5));
    CHECK_INT(c->send.len, 5);
  } else if (ev == MG_EV_WRITE) {
    polls_at_write = trace.polls;
    CHECK_INT(c->send.len, 0);
  }
}

int main(void) {
  struct mg_mgr mgr;
  int fds[2];
  char buf[10];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, fds[0], on_event, &trace);
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  POLL_UNTIL(&mgr, trace.reads == 1);
  CHECK_TEXT(trace.text, "OPEN READ WRITE ");
  CHECK_INT(polls_at_write, polls_at_read);
  CHECK_INT(trace.written, 5);
  CHECK_INT(plain_recv_now(fds[1], buf, sizeof(buf)), 5);
  CHECK_BYTES(buf, 5, "hello", 5);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
