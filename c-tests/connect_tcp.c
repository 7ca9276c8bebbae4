// Chapter 01, 10 and 11: OPEN (with the caller's URL pointer) and RESOLVE come before mg_connect
// returns, CONNECT later, with the local address known.
#include "event.h"

static struct trace trace;
static char url[64];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_OPEN) {
    CHECK_PTR(ev_data, url);
    CHECK_INT(fd_of(c), -1);
    CHECK(c->is_client && !c->is_connecting && !c->is_listening && !c->is_accepted);
    CHECK_PTR(c->mgr->conns, c);
    for (size_t i = 0; i < sizeof(c->data); i++) CHECK_INT(c->data[i], 0);
  } else if (ev == MG_EV_RESOLVE) {
    CHECK_PTR(ev_data, NULL);
    CHECK(is_open(fd_of(c)));
    CHECK_INT(c->loc.port, 0);
    CHECK(c->rem.port != 0);
  } else if (ev == MG_EV_CONNECT) {
    CHECK_PTR(ev_data, NULL);
    CHECK_INT(c->is_connecting, 0);
    CHECK(c->loc.port != 0);
    CHECK_BYTES(c->loc.addr.ip, 4, "\x7f\0\0\x01", 4);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *c;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  snprintf(url, sizeof(url), "%s", url_to("tcp", server));
  c = mg_connect(&mgr, url, on_event, &trace);
  CHECK_TEXT(trace.text, "OPEN RESOLVE ");
  CHECK_INT(c->is_connecting, 1);
  CHECK_INT(c->rem.port, server->loc.port);
  CHECK_PTR(c->pfn, NULL);
  POLL_UNTIL(&mgr, strcmp(trace.text, "OPEN RESOLVE CONNECT ") == 0);
  mg_mgr_free(&mgr);
  CHECK_TEXT(trace.text, "OPEN RESOLVE CONNECT CLOSE ");
  return test_result();
}
