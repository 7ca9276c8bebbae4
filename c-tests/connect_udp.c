// Chapter 01, 12: a UDP client is connected before mg_connect returns; what its CONNECT handler
// sends is on its way then, too.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_OPEN) CHECK_INT(fd_of(c), -1);
  if (ev == MG_EV_CONNECT) {
    CHECK(c->is_udp && c->is_client);
    CHECK_INT(c->loc.port, 0);
    CHECK(mg_send(c, "hi", 2));
    CHECK(c->loc.port != 0);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace server_trace = {0};
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://127.0.0.1:0", record, &server_trace);
  CHECK(mg_connect(&mgr, url_to("udp", server), on_event, &trace) != NULL);
  CHECK_TEXT(trace.text, "OPEN RESOLVE CONNECT WRITE ");
  CHECK_INT(trace.written, 2);
  POLL_UNTIL(&mgr, server_trace.read == 2);
  CHECK_TEXT(server_trace.text, "OPEN READ ");
  mg_mgr_free(&mgr);
  return test_result();
}
