// Chapter 01, 41 and 42: mg_wakeup before initialisation, for id 0, for an unknown id; an empty
// payload; delivery to a listener. mg_wakeup_init is true once, and again after the end.
#include "event.h"

static char got[20];
static int calls;
static size_t got_len;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *payload = (struct mg_str *)ev_data;
  if (ev != MG_EV_WAKEUP) return;
  calls++;
  got_len = payload->len;
  if (got_len > 0 && got_len < sizeof(got)) memcpy(got, payload->buf, got_len);
  CHECK_PTR(c->fn_data, got);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, got);
  CHECK(!mg_wakeup(&mgr, server->id, "x", 1));
  CHECK(mg_wakeup_init(&mgr));
  CHECK(mgr.pipe.fd != -1);
  CHECK(!mg_wakeup_init(&mgr));
  CHECK(!mg_wakeup(&mgr, 0, "x", 1));
  CHECK(mg_wakeup(&mgr, 12345, "nobody", 6));
  CHECK(mg_wakeup(&mgr, server->id, "hello", 5));
  CHECK_INT(calls, 0);
  POLL_UNTIL(&mgr, calls == 1);
  CHECK_BYTES(got, got_len, "hello", 5);
  CHECK(mg_wakeup(&mgr, server->id, NULL, 0));
  POLL_UNTIL(&mgr, calls == 2);
  CHECK_INT(got_len, 0);
  // The wake-up connection is an ordinary one; closing it ends wake-up.
  mgr.conns->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_PTR(mgr.conns, server);
  CHECK_INT(mgr.pipe.fd, -1);
  CHECK(!mg_wakeup(&mgr, server->id, "x", 1));
  CHECK(mg_wakeup_init(&mgr));
  CHECK(mg_wakeup(&mgr, server->id, "again", 5));
  POLL_UNTIL(&mgr, calls == 3);
  mg_mgr_free(&mgr);
  CHECK_INT(mgr.pipe.fd, -1);
  CHECK(!mg_wakeup(&mgr, 1, "x", 1));
  return test_result();
}
