// Chapter 01, section 5.4: a UDP client hears everybody, and c->rem follows; a program may also
// assign c->rem to choose where the next datagram goes.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  char url[64], buf[10];
  int first = plain_socket(SOCK_DGRAM), second = plain_socket(SOCK_DGRAM);
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(plain_port(first)));
  c = mg_connect(&mgr, url, record, &trace);
  CHECK(mg_send(c, "one", 3));
  CHECK_INT(recv(first, buf, sizeof(buf), 0), 3);
  plain_send_to(second, c, "hello", 5);
  POLL_UNTIL(&mgr, c->recv.len == 5);
  CHECK_INT(c->rem.port, plain_port(second));
  CHECK(mg_send(c, "two", 3));
  CHECK_INT(recv(second, buf, sizeof(buf), 0), 3);
  c->rem.port = plain_port(first);
  CHECK(mg_send(c, "three", 5));
  CHECK_INT(recv(first, buf, sizeof(buf), 0), 5);
  // Datagrams that the handler leaves are put one behind the other.
  plain_send_to(second, c, "again", 5);
  POLL_UNTIL(&mgr, c->recv.len == 10);
  CHECK_BYTES(c->recv.buf, c->recv.len, "helloagain", 10);
  mg_multicast_restore(c, (uint8_t *)&c->loc);
  CHECK_BYTES(&c->rem, sizeof(c->rem), &c->loc, sizeof(c->loc));
  mg_mgr_free(&mgr);
  close(first), close(second);
  return test_result();
}
