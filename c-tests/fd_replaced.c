// Chapter 01, section 20, 33: a program that closes or replaces c->fd behind the library's back
// confuses nobody: a new connection with the same descriptor number gets its own events.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *a, *b;
  struct trace a_trace = {0}, b_trace = {0};
  int fds[2], more[2];
  mg_log_set(MG_LL_NONE);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  a = mg_wrapfd(&mgr, fds[0], record, &a_trace);
  mg_mgr_poll(&mgr, 0);
  close(fds[0]), close(fds[1]);
  a->fd = (void *)(size_t)-1;
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, more), 0);
  CHECK_INT(more[0], fds[0]);
  b = mg_wrapfd(&mgr, more[0], record, &b_trace);
  CHECK_INT(send(more[1], "hello", 5, 0), 5);
  POLL_UNTIL(&mgr, b->recv.len == 5);
  CHECK_INT(a->recv.len, 0);

  // Another descriptor for the same connection.
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  a->fd = (void *)(size_t)fds[0];
  CHECK_INT(send(fds[1], "abc", 3, 0), 3);
  POLL_UNTIL(&mgr, a->recv.len == 3);
  CHECK_TEXT(a_trace.text, "OPEN READ ");
  CHECK_TEXT(b_trace.text, "OPEN READ ");
  mg_mgr_free(&mgr);
  close(fds[1]), close(more[1]);
  return test_result();
}
