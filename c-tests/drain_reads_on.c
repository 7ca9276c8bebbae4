// Chapter 01, section 5.8: a draining connection keeps reading while its output waits.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  int fds[2];
  long total = 0, n;
  static char block[1 << 20];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  for (int i = 0; i < 8; i++) CHECK(mg_send(c, block, sizeof(block)));
  c->is_draining = 1;
  mg_mgr_poll(&mgr, 10);
  CHECK(c->send.len > 0);
  CHECK_INT(send(fds[1], "more", 4, 0), 4);
  POLL_UNTIL(&mgr, trace.read == 4);
  do {
    mg_mgr_poll(&mgr, 0);
    while ((n = plain_recv_now(fds[1], block, sizeof(block))) > 0) total += n;
  } while (n != 0);
  CHECK_INT(total, 8 << 20);
  CHECK_INT(trace.written, 8 << 20);
  CHECK(strcmp(trace.text + strlen(trace.text) - 12, "WRITE CLOSE ") == 0);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
