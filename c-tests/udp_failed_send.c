// Chapter 01, section 20, 2: a datagram that can't be sent is lost, and mg_send says so, but the
// socket stays: a sender with a forged address must not shut a listener.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_READ) c->recv.len = 0;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  static char big[70000];
  int fd = plain_socket(SOCK_DGRAM);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://127.0.0.1:0", on_event, &trace);
  plain_send_to(fd, server, "x", 1);
  POLL_UNTIL(&mgr, trace.read == 1);
  // Port 0, as a forged datagram could have it; an address out of reach; too large; empty.
  server->rem.port = 0;
  CHECK(!mg_send(server, "x", 1));
  CHECK(mg_printf(server, "later") == 5);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(server->send.len, 0);
  server->rem.port = plain_port(fd);
  memset(server->rem.addr.ip, 255, 4);
  CHECK(!mg_send(server, "x", 1));
  memcpy(server->rem.addr.ip, "\x7f\0\0\x01", 4);
  CHECK(!mg_send(server, big, sizeof(big)));
  (void)mg_send(server, "", 0);
  CHECK_INT(server->is_closing, 0);
  CHECK_INT(trace.writes, 0);
  mg_mgr_poll(&mgr, 0);
  CHECK(mg_send(server, "x", 1));
  CHECK_INT(recv(fd, big, sizeof(big), 0), 1);
  CHECK_TEXT(trace.text, "OPEN READ WRITE ");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
