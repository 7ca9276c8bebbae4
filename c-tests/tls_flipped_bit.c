// One bit changed on the way to the server, in the handshake or in data, is found out: ERROR, and
// nothing is delivered; the client gets an alert.
// History: CVE-2026-2968 | one bit on the way is found out, with each cipher
#include "mongoose_guard.h"
#include "tls_relay.h"

// Where the ClientHello ends in what the client sends.
static size_t hello_end;

static const char *suite;

static void begin(struct relayed *t) {
  relayed_begin(t, tls_hello);
  CHECK_TEXT(mg_set_option(&t->mgr, "ssl_cipher_suite", suite), NULL);
}

static void check(size_t at) {
  struct relayed t;
  begin(&t);
  t.relay.flip_at = at;
  RELAY_UNTIL(&t, has_closed(&t.client) && has_closed(&t.server));
  CHECK(strstr(t.server.trace.text, "ERROR CLOSE ") != NULL);
  CHECK(strstr(t.server.trace.text, "READ") == NULL);
  CHECK_INT(t.server.count, 0);
  CHECK_INT(t.client.count, 0);
  CHECK(strstr(t.client.trace.text, "ERROR CLOSE ") != NULL);
  relayed_end_all(&t);
}

static void each_place(void) {
  struct relayed t;
  size_t all, data = 0;
  begin(&t);
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
}

int main(void) {
  static const char *const suites[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                       "TLS_CHACHA20_POLY1305_SHA256"};
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
    int before = test_failures;
    suite = suites[i];
    each_place();
    if (test_failures != before) printf("%s\n", suite);
  }
  return test_result();
}
