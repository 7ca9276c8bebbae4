// Chapter 05, 6 and 7, and quirks 1 and 2: what is queued before mg_tls_init, right behind it and in
// CONNECT arrives in order, after the handshake, and is never on the wire in clear.
#include "tls_relay.h"

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_OPEN) mg_printf(c, "%s", "first-");
  if (ev == MG_EV_CONNECT) {
    mg_printf(c, "%s", "second-");
    mg_tls_init(c, &side->opts);
    mg_printf(c, "%s", "third");
  }
  if (ev == MG_EV_READ) {
    tls_read(c, side);
    c->recv.len = 0;
  }
}

int main(void) {
  struct relayed t;
  relayed_begin(&t, on_client);
  RELAY_UNTIL(&t, t.client.count >= 18);
  CHECK_TEXT(t.server.received, "first-second-third");
  CHECK_TEXT(t.client.received, "first-second-third");
  for (int d = 0; d < 2; d++) {
    CHECK(t.relay.moved[d] > 100);
    CHECK_INT(t.relay.seen[d][0], HANDSHAKE);
    CHECK(!relay_saw(&t.relay, d, "first-"));
    CHECK(!relay_saw(&t.relay, d, "second-"));
    CHECK(!relay_saw(&t.relay, d, "third"));
  }
  relayed_end_all(&t);
  return test_result();
}
