// Chapter 01, 6: mg_listen on port 0 has a real port, id 1 and fires OPEN once, without data.
#include "event.h"

static int opened;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_OPEN) return;
  opened++;
  CHECK_PTR(ev_data, NULL);
  CHECK(c->is_listening && !c->is_client && !c->is_accepted);
  CHECK_PTR(c->mgr->conns, c);
  CHECK_PTR(c->fn_data, &opened);
  CHECK_PTR(c->pfn, NULL);
  CHECK(fd_of(c) >= 0);
  CHECK(c->loc.port != 0);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_mgr_init(&mgr);
  c = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, &opened);
  CHECK(c != NULL);
  CHECK_INT(opened, 1);
  CHECK_INT(c->id, 1);
  CHECK_INT(c->is_udp, 0);
  CHECK_BYTES(c->loc.addr.ip, 4, "\x7f\0\0\x01", 4);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(opened, 1);
  // A protocol wrapper sets its handler only after OPEN.
  CHECK(mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, &opened) != NULL);
  CHECK_INT(opened, 2);
  CHECK(mgr.conns->pfn != NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
