// Chapter 05, 46: a connection that ends in the middle of the handshake, wherever: cut by the
// network, closed by a handler of either side, or with the manager. CLOSE without ERROR or with one,
// never READ, and nothing leaks.
#include "tls_relay.h"

enum ending { CUT, CLIENT_CLOSES, SERVER_CLOSES, MANAGER_ENDS, ENDINGS };

// Lets `bytes` pass in each direction, 40 at a time, then ends it.
static void check(size_t bytes, enum ending ending) {
  struct relayed t;
  relayed_begin(&t, tls_hello);
  t.relay.piece = 40;
  while (t.relay.moved[TO_SERVER] + t.relay.moved[TO_CLIENT] < bytes && t.client.count == 0) {
    relay_step(&t.relay);
    mg_mgr_poll(&t.mgr, 1);
  }
  if (ending == CUT) {
    relay_cut(&t.relay, TO_SERVER);
    relay_cut(&t.relay, TO_CLIENT);
  } else if (ending != MANAGER_ENDS) {
    struct mg_connection *c = relayed_end(&t, ending == CLIENT_CLOSES ? &t.client : &t.server);
    if (c != NULL) c->is_closing = 1;
  }
  if (ending != MANAGER_ENDS && bytes > 0) {
    RELAY_UNTIL(&t, has_closed(&t.client) && has_closed(&t.server));
  }
  relayed_end_all(&t);
  CHECK(has_closed(&t.client));
  if (bytes < 600 && ending == CUT) CHECK(strstr(t.client.trace.text, "TLS_HS") == NULL);
  if (bytes < 600 && ending == CUT) CHECK_INT(t.client.trace.reads, 0);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  for (int ending = 0; ending < ENDINGS; ending++) {
    for (size_t bytes = 0; bytes < 2000; bytes += 130) check(bytes, (enum ending)ending);
  }
  return test_result();
}
