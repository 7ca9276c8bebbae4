// Issue 4, 3: handshake and data that arrive one byte at a time, or in pieces of any other size
// that cut through the records.
#include "tls_relay.h"

int main(void) {
  static const size_t pieces[] = {1, 2, 3, 5, 6, 7, 100, 517};
  for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
    struct relayed t;
    relayed_begin(&t, tls_hello);
    t.relay.piece = pieces[i];
    RELAY_UNTIL(&t, t.client.count == 5);
    CHECK_TEXT(t.client.received, "hello");
    CHECK_TEXT(t.client.trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE READ ");
    CHECK_TEXT(t.server.trace.text, "OPEN ACCEPT TLS_HS READ WRITE ");
    relayed_end_all(&t);
  }
  return test_result();
}
