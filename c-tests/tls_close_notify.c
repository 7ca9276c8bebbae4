// Chapter 05, 43 and section 10, 14: a draining connection ends with close_notify, behind all data;
// one that receives it delivers what came before, then CLOSE without ERROR. A peer that waits for
// more after its close_notify gets ours.
#include "tls_relay.h"

// Payload of a TLS 1.3 record with an alert: level, description, type, tag.
enum { SEALED_ALERT = 2 + 1 + 16 };

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  tls_hello(c, ev, ev_data);
  if (ev == MG_EV_READ && !c->is_draining) {
    mg_send(c, "last", 4);
    c->is_draining = 1;
  }
}

int main(void) {
  struct relayed t;
  size_t last = 0;
  relayed_begin(&t, on_client);
  // The end of the connection itself is not passed on: only close_notify tells of it.
  t.relay.keep_open = true;
  RELAY_UNTIL(&t, has_closed(&t.client) && has_closed(&t.server));
  CHECK_TEXT(t.client.trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE READ WRITE CLOSE ");
  relay_records(&t.relay, TO_SERVER, APPLICATION_DATA, &last);
  CHECK_INT(last, SEALED_ALERT);
  CHECK_INT(t.server.count, 9);
  CHECK(strncmp(t.server.received, "hellolast", 9) == 0);
  CHECK(strstr(t.server.trace.text, "ERROR") == NULL);
  // The answer of the server: its own close_notify, behind the echo.
  while (!t.relay.hold[TO_CLIENT]) relay_move(&t.relay, TO_CLIENT);
  relay_records(&t.relay, TO_CLIENT, APPLICATION_DATA, &last);
  CHECK_INT(last, SEALED_ALERT);
  relayed_end_all(&t);
  return test_result();
}
