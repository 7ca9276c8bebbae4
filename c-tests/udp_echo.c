// Chapter 01, 33: a UDP server's c->rem is the sender of the last datagram; mg_send answers at
// once, mg_printf output leaves as one datagram later (here at the end of the same visit).
#include "event.h"

static struct trace trace;
static int plain;
static bool printing;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev != MG_EV_READ) return;
  CHECK_INT(c->rem.port, plain_port(plain));
  CHECK_BYTES(c->rem.addr.ip, 4, "\x7f\0\0\x01", 4);
  CHECK_INT(c->rem.is_ip6, 0);
  if (printing) {
    int writes = trace.writes;
    CHECK_INT(mg_printf(c, "a%d", 1), 2);
    CHECK_INT(mg_printf(c, "b%d", 2), 2);
    CHECK_INT(trace.writes, writes);
  } else {
    char buf[10];
    CHECK(mg_send(c, c->recv.buf, c->recv.len));
    CHECK_INT(trace.writes, 1);
    CHECK_INT(plain_recv_now(plain, buf, sizeof(buf)), 4);
  }
  c->recv.len = 0;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  char buf[10];
  plain = plain_socket(SOCK_DGRAM);
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://127.0.0.1:0", on_event, &trace);
  CHECK(server->is_udp && server->is_listening);
  plain_send_to(plain, server, "ping", 4);
  POLL_UNTIL(&mgr, trace.reads == 1);
  CHECK_TEXT(trace.text, "OPEN READ WRITE ");

  printing = true;
  plain_send_to(plain, server, "ping", 4);
  POLL_UNTIL(&mgr, trace.reads == 2);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(recv(plain, buf, sizeof(buf), 0), 4);
  CHECK_BYTES(buf, 4, "a1b2", 4);
  CHECK_INT(plain_recv_now(plain, buf, sizeof(buf)), -1);
  CHECK_INT(trace.written, 8);
  CHECK_PTR(mgr.conns, server);  // no connection per peer
  CHECK_PTR(server->next, NULL);
  mg_mgr_free(&mgr);
  close(plain);
  return test_result();
}
