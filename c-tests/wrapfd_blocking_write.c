// Chapter 01, section 20, 26: a large write to a wrapped blocking socket does not stop the loop.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  static char block[4 << 20];
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  CHECK(mg_send(c, block, sizeof(block)));
  mg_mgr_poll(&mgr, 0);
  mg_mgr_poll(&mgr, 0);
  CHECK(trace.written > 0 && c->send.len > 0);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
