// Chapter 01, 29: unconsumed input up to MG_MAX_RECV_SIZE is accepted; what comes then gives ERROR
// "MG_MAX_RECV_SIZE" and CLOSE.
#include "event.h"

static struct trace trace;
static size_t at_close;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_CLOSE) at_close = c->recv.len;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  int fds[2];
  static char block[65536];
  size_t sent = 0;
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], on_event, &trace);
  while (sent < MG_MAX_RECV_SIZE) {
    size_t n = MG_MAX_RECV_SIZE - sent < sizeof(block) ? MG_MAX_RECV_SIZE - sent : sizeof(block);
    sent += (size_t)send(fds[1], block, n, 0);
    POLL_UNTIL(&mgr, c->recv.len == sent);
    if (c->recv.len != sent) return test_result();
  }
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(c->recv.len, MG_MAX_RECV_SIZE);
  CHECK_INT(c->is_closing, 0);
  CHECK_TEXT(trace.error, "");
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.error, "MG_MAX_RECV_SIZE");
  CHECK_INT(at_close, MG_MAX_RECV_SIZE);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
