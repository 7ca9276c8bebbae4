// Chapter 01, section 5.8: a reset by the peer gives ERROR "socket error", then CLOSE, also while
// the connection is full.
#include "event.h"

static void check(bool full) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace trace = {0};
  struct linger abort_it = {1, 0};
  int fd;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", record, &trace);
  fd = plain_connect(server);
  POLL_UNTIL(&mgr, mgr.conns != server);
  mgr.conns->is_full = full;
  mg_mgr_poll(&mgr, 0);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
  close(fd);
  POLL_UNTIL(&mgr, mgr.conns == server);
  CHECK_TEXT(trace.text, "OPEN OPEN ACCEPT ERROR CLOSE ");
  CHECK_TEXT(trace.error, "socket error");
  mg_mgr_free(&mgr);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  check(false);
  check(true);
  return test_result();
}
