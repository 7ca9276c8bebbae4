// Chapter 01, section 20, 13: a program that empties c->send by hand, or sets lengths that are not
// there (39), closes nothing and does not make polls spin.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  int fds[2];
  char buf[10];
  static char block[4 << 20];
  mg_log_set(MG_LL_NONE);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], record, &trace);
  CHECK(mg_send(c, "abc", 3));
  c->send.len = 0;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(plain_recv_now(fds[1], buf, sizeof(buf)), -1);
  CHECK(mg_send(c, block, sizeof(block)));
  mg_mgr_poll(&mgr, 0);  // until the kernel takes no more
  c->send.len = 0;
  CHECK(polls_during(&mgr, 200) < 100);
  CHECK_INT(c->is_closing, 0);
  while (plain_recv_now(fds[1], block, sizeof(block)) > 0) continue;
  CHECK(polls_during(&mgr, 200) < 100);
  mg_iobuf_free(&c->send);
  CHECK(mg_send(c, "abc", 3));
  mg_mgr_poll(&mgr, 10);
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 3);

  mg_iobuf_free(&c->recv);
  c->recv.len = 5;
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  POLL_UNTIL(&mgr, trace.read == 1);
  CHECK_INT(c->recv.len, 1);
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
