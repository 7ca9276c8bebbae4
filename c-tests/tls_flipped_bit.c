// One bit changed on the way to the server, in the handshake or in data, is found out: ERROR, and
// nothing is delivered; the client gets an alert.
// History: CVE-2026-2968 | one bit on the way is found out, with each cipher
#include "tls_relay.h"

// Where the ClientHello ends in what the client sends.
static size_t hello_end;

static void check(size_t at) {
  struct relayed t;
  relayed_begin(&t, tls_hello);
  t.relay.flip_at = at;
  RELAY_UNTIL(&t, has_closed(&t.client) && has_closed(&t.server));
  CHECK(strstr(t.server.trace.text, "ERROR CLOSE ") != NULL);
  CHECK(strstr(t.server.trace.text, "READ") == NULL);
  CHECK_INT(t.server.count, 0);
  CHECK_INT(t.client.count, 0);
  CHECK(strstr(t.client.trace.text, "ERROR CLOSE ") != NULL);
  relayed_end_all(&t);
}

int main(void) {
  struct relayed t;
  size_t all, data = 0;
  mg_log_set(MG_LL_NONE);
  relayed_begin(&t, tls_hello);
  RELAY_UNTIL(&t, t.client.count == 5);
  hello_end = 5 + ((size_t)t.relay.seen[TO_SERVER][3] << 8) + t.relay.seen[TO_SERVER][4];
  all = t.relay.moved[TO_SERVER];
  CHECK_INT(relay_records(&t.relay, TO_SERVER, APPLICATION_DATA, &data), 2);  // Finished, hello
  CHECK_INT(data, 5 + 1 + 16);
  relayed_end_all(&t);
  check(hello_end - 20);      // ClientHello
  check(all - data - 5 - 5);  // Finished
  check(all - data + 1);      // first byte of the text
  check(all - data + 10);     // tag
  check(all);                 // its end
  return test_result();
}
