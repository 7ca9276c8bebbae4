// Chapter 01, section 20, 27: writing to a peer that is gone closes the connection; it does not
// raise SIGPIPE, even if the program restored its default action.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  signal(SIGPIPE, SIG_DFL);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  c->is_full = 1;  // so that the end is not read first
  close(fds[1]);
  mg_send(c, "x", 1);
  CHECK_INT(mg_io_send(c, "x", 1), MG_IO_ERR);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_INT(trace.writes, 0);
  CHECK(strstr(trace.text, "CLOSE ") != NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
