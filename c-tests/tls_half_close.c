// Issue 4, 3: a peer that ends its half of the TCP connection right behind its data, without
// close_notify: the data is delivered, the answer reaches it, CLOSE without ERROR.
#include "tls_relay.h"

int main(void) {
  struct relayed t;
  relayed_begin(&t, tls_hello);
  RELAY_UNTIL(&t, t.client.count == 5);
  t.relay.keep_open = true;
  mg_send(relayed_end(&t, &t.client), "half", 4);
  POLL_UNTIL(&t.mgr, relayed_end(&t, &t.client)->send.len == 0);
  relay_step(&t.relay);
  CHECK_INT(shutdown(t.relay.fd[TO_CLIENT], SHUT_WR), 0);
  RELAY_UNTIL(&t, t.client.count == 9 && has_closed(&t.server));
  CHECK_TEXT(t.client.received, "hellohalf");
  CHECK_TEXT(t.server.trace.text, "OPEN ACCEPT TLS_HS READ WRITE READ WRITE CLOSE ");
  // The server's close_notify ends the client.
  RELAY_UNTIL(&t, has_closed(&t.client));
  CHECK(strstr(t.client.trace.text, "ERROR") == NULL);
  relayed_end_all(&t);
  return test_result();
}
