// Chapter 01, 24: is_draining with output queued gives WRITE and CLOSE in one visit; without output
// CLOSE comes at the next visit. Setting it back in time cancels.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0}, other = {0};
  int fds[2], more[2];
  char buf[10];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, more), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  mg_send(c, "bye", 3);
  c->is_draining = 1;
  mg_mgr_poll(&mgr, 100);
  CHECK_TEXT(trace.text, "OPEN WRITE CLOSE ");
  CHECK_INT(trace.polls, 1);
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 3);
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 0);

  c = mg_wrapfd(&mgr, more[0], record, &other);
  c->is_draining = 1;
  c->is_draining = 0;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(other.text, "OPEN ");
  c->is_draining = 1;
  mg_mgr_poll(&mgr, 100);
  CHECK_TEXT(other.text, "OPEN CLOSE ");
  mg_mgr_free(&mgr);
  close(fds[1]), close(more[1]);
  return test_result();
}
