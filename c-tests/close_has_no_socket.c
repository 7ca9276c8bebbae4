// Chapter 01, section 20, 45: in CLOSE the descriptor is closed, and its number may be somebody
// else's already: nothing is sent to it any more.
#include "event.h"

static int reused[2];
static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  int old = fd_of(c);
  record(c, ev, ev_data);
  if (ev != MG_EV_CLOSE) return;
  CHECK_INT(socketpair(AF_UNIX, c->is_udp ? SOCK_DGRAM : SOCK_STREAM, 0, reused), 0);
  CHECK_INT(reused[0], old);
  if (c->is_udp) CHECK(!mg_send(c, "x", 1));
  CHECK_INT(mg_io_send(c, "x", 1), MG_IO_ERR);
}

static void check(bool udp) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  int fds[2];
  char byte;
  CHECK_INT(socketpair(AF_UNIX, udp ? SOCK_DGRAM : SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], on_event, &trace);
  c->is_udp = udp;
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(plain_recv_now(reused[1], &byte, 1), -1);
  mg_mgr_free(&mgr);
  close(fds[1]), close(reused[0]), close(reused[1]);
}

int main(void) {
  check(true);
  check(false);
  CHECK_TEXT(trace.text, "OPEN CLOSE OPEN CLOSE ");
  return test_result();
}
