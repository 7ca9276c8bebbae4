// Chapter 01, section 20, 23: a full connection is left alone, and polls sleep all the same: with
// input pending, with the peer gone, as a listener with a peer waiting.
#include "event.h"

static void check_quiet(struct mg_mgr *mgr, const char *what) {
  int n = polls_during(mgr, 300);
  CHECK(n < 100);
  if (n >= 100) fprintf(stderr, "  %d polls: %s\n", n, what);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c, *server;
  struct trace trace = {0}, server_trace = {0};
  int fds[2], fd;
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  c->is_full = 1;
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  check_quiet(&mgr, "input pending");
  close(fds[1]);
  check_quiet(&mgr, "hung up");
  CHECK_TEXT(trace.text, "OPEN ");
  c->is_full = 0;
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "OPEN READ CLOSE ");

  server = mg_listen(&mgr, "tcp://127.0.0.1:0", record, &server_trace);
  server->is_full = 1;
  fd = plain_connect(server);
  check_quiet(&mgr, "peer waiting");
  CHECK_TEXT(server_trace.text, "OPEN ");
  server->is_full = 0;
  POLL_UNTIL(&mgr, mgr.conns != server);
  CHECK_TEXT(server_trace.text, "OPEN OPEN ACCEPT ");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
