// Chapter 01, section 20, 12: a UDP mg_send does not eat what mg_printf queued.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  char url[64], buf[20];
  int fd = plain_socket(SOCK_DGRAM);
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  c = mg_connect(&mgr, url, record, &trace);
  CHECK_INT(mg_printf(c, "12345678"), 8);
  CHECK(mg_send(c, "abc", 3));
  CHECK_INT(c->send.len, 8);
  mg_mgr_poll(&mgr, 10);
  CHECK_INT(recv(fd, buf, sizeof(buf), 0), 3);
  CHECK_INT(recv(fd, buf, sizeof(buf), 0), 8);
  CHECK_BYTES(buf, 8, "12345678", 8);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
