// Chapter 01, 39: ids count 1, 2, 3 and so on, with failed listeners, the connection to the DNS
// server and the wake-up connection.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  char url[64];
  int fd = plain_socket(SOCK_DGRAM);  // a DNS server that does not answer
  mg_log_set(MG_LL_NONE);
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  mg_mgr_init(&mgr);
  mgr.dns4.url = url;
  c = mg_connect(&mgr, "http://host.example", ignore_events, NULL);
  CHECK_INT(c->id, 1);
  CHECK_INT(c->is_resolving, 1);
  CHECK_INT(fd_of(c), -1);
  CHECK_INT(mg_ntohs(c->rem.port), 80);
  CHECK_PTR(mgr.conns, mgr.dns4.c);
  CHECK_INT(mgr.dns4.c->id, 2);
  CHECK_PTR(mg_listen(&mgr, "nonsense", ignore_events, NULL), NULL);
  c = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  CHECK_INT(c->id, 4);
  CHECK(mg_wakeup_init(&mgr));
  CHECK_INT(mgr.conns->id, 5);
  c = mg_alloc_conn(&mgr);
  CHECK_INT(c->id, 6);
  mg_close_conn(c);
  CHECK_INT(mg_wrapfd(&mgr, -1, ignore_events, NULL)->id, 7);
  CHECK_INT(mgr.nextid, 7);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
