// Records of all types and of odd lengths behind a complete handshake: nothing is delivered; ERROR
// or the end, or at most waiting.
// History: CVE-2024-42384 | record types and odd lengths behind the handshake
#include "tls_relay.h"

static unsigned char block[70000];

static void check(int type, size_t len, size_t sent) {
  struct relayed t;
  int before = test_failures;
  relayed_begin(&t, tls_hello);
  RELAY_UNTIL(&t, t.client.count == 5);
  block[0] = (unsigned char)type;
  block[3] = (unsigned char)(len >> 8), block[4] = (unsigned char)len;
  (void)!send(t.relay.fd[TO_CLIENT], block, sent + 5, MSG_NOSIGNAL);
  shutdown(t.relay.fd[TO_CLIENT], SHUT_WR);
  POLL_UNTIL(&t.mgr, has_closed(&t.server));
  CHECK_INT(t.server.count, 5);
  if (sent == len) CHECK(strstr(t.server.trace.text, "ERROR") != NULL);
  relayed_end_all(&t);
  if (test_failures != before) printf("type %d, %d of %d bytes\n", type, (int)sent, (int)len);
}

int main(void) {
  static const size_t lengths[] = {0, 1, 4, 16, 17, 16384, 16385, 16384 + 257};
  memset(block, 'x', sizeof(block));
  block[1] = block[2] = 3;
  mg_log_set(MG_LL_NONE);
  for (int type = 19; type <= 25; type++) {
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
      check(type, lengths[i], lengths[i]);
    }
    check(type, 65535, 1000);
    check(type, 16000, 15999);
  }
  return test_result();
}
