// Chapter 01, 36: a wrapped socket: OPEN comes before it is in the list; READ, WRITE and CLOSE as
// for any other connection; the library closes the descriptor, and leaves its mode alone.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_OPEN) {
    CHECK_PTR(ev_data, NULL);
    CHECK_PTR(c->mgr->conns, NULL);
    CHECK(fd_of(c) >= 0);
  }
  if (ev == MG_EV_READ) mg_send(c, c->recv.buf, c->recv.len), c->recv.len = 0;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  int fds[2];
  char buf[10];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], on_event, &trace);
  CHECK_PTR(mgr.conns, c);
  CHECK(!c->is_client && !c->is_accepted && !c->is_listening && !c->is_udp);
  CHECK_INT(c->loc.port + c->rem.port, 0);
  CHECK_INT(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
  CHECK_INT(send(fds[1], "ping", 4, 0), 4);
  POLL_UNTIL(&mgr, trace.written == 4);
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 4);
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN READ WRITE CLOSE ");
  CHECK_PTR(mgr.conns, NULL);
  CHECK(!is_open(fds[0]));
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 0);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
