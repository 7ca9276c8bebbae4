// Chapter 01, 31: 5 MiB to a slow reader take several writes; WRITE counts add up, order is kept.
#include "event.h"

enum { TOTAL = 5 << 20 };

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace trace = {0};
  static char data[TOTAL], got[TOTAL + 1];
  size_t n = 0;
  uint64_t begin;
  int fd;
  for (size_t i = 0; i < TOTAL; i++) data[i] = (char)(i * 2654435761u >> 24);
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", record, &trace);
  fd = plain_connect(server);
  POLL_UNTIL(&mgr, mgr.conns != server);
  CHECK(mg_send(mgr.conns, data, TOTAL));
  mg_mgr_poll(&mgr, 0);
  CHECK(mgr.conns->send.len > 0);
  CHECK(polls_during(&mgr, 200) < 100);  // nobody reads: nothing to do
  begin = mg_millis();
  while (n < TOTAL && mg_millis() - begin < 30000) {
    long received = plain_recv_now(fd, got + n, sizeof(got) - n < 30000 ? sizeof(got) - n : 30000);
    if (received > 0) n += (size_t)received;
    mg_mgr_poll(&mgr, 0);
  }
  CHECK_INT(n, TOTAL);
  CHECK(memcmp(got, data, TOTAL) == 0);
  CHECK_INT(trace.written, TOTAL);
  CHECK(trace.writes > 1);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
