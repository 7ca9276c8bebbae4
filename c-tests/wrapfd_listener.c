// Chapter 01, 37: is_listening = 1 makes a wrapped listening socket accept; is_udp = 1 makes a
// wrapped datagram socket a UDP connection.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0}, udp_trace = {0};
  int listener = plain_socket(SOCK_STREAM), udp = plain_socket(SOCK_DGRAM);
  int peer = plain_socket(SOCK_STREAM), sender = plain_socket(SOCK_DGRAM);
  struct sockaddr_in sin = loopback(plain_port(listener));
  char buf[10];
  CHECK_INT(listen(listener, 5), 0);
  CHECK_INT(connect(peer, (struct sockaddr *)&sin, sizeof(sin)), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, listener, record, &trace);
  c->is_listening = 1;
  POLL_UNTIL(&mgr, mgr.conns != c);
  CHECK_TEXT(trace.text, "OPEN OPEN ACCEPT ");
  CHECK_INT(mgr.conns->is_accepted, 1);
  CHECK_INT(send(peer, "abc", 3, 0), 3);
  POLL_UNTIL(&mgr, trace.read == 3);

  sin.sin_port = plain_port(udp);
  c = mg_wrapfd(&mgr, udp, record, &udp_trace);
  c->is_udp = 1;
  CHECK_INT(sendto(sender, "ab", 2, 0, (struct sockaddr *)&sin, sizeof(sin)), 2);
  POLL_UNTIL(&mgr, udp_trace.read == 2);
  CHECK_INT(c->rem.port, plain_port(sender));
  CHECK(mg_send(c, "xyz", 3));
  CHECK_INT(recv(sender, buf, sizeof(buf), 0), 3);
  mg_mgr_free(&mgr);
  close(peer), close(sender);
  return test_result();
}
