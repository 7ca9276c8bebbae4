// Chapter 05, section 10, 8: garbage of 20000 bytes, records of every type and of lengths up to
// 65535, before the handshake. What can't be TLS is refused at once; what may yet become a record
// waits without CPU; nothing is ever READ.
// History: CVE-2024-42384 | all record types and odd lengths before the handshake
#include "tls_client_hello.h"

enum { REFUSED, WAITS };

static unsigned char block[70000];

// Sends `len` bytes of the block; if the server waits for more, the stream then ends.
static void check(const char *what, size_t len, int outcome) {
  static struct attack a;
  int before = test_failures;
  attack_begin(&a);
  attack_send(&a, block, len);
  if (outcome == WAITS) {
    POLL_UNTIL(&a.mgr, strstr(a.server.trace.text, "ACCEPT ") != NULL);
    CHECK(polls_during(&a.mgr, 60) < 20);
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT ");
    shutdown(a.fd, SHUT_WR);
    POLL_UNTIL(&a.mgr, has_closed(&a.server));
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT CLOSE ");
  } else {
    POLL_UNTIL(&a.mgr, has_closed(&a.server));
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
  }
  attack_end(&a);
  if (test_failures != before) printf("%s\n", what);
}

static void record_head(int type, size_t len) {
  block[0] = (unsigned char)type;
  block[1] = 3, block[2] = 1;
  block[3] = (unsigned char)(len >> 8), block[4] = (unsigned char)len;
}

// Types from change_cipher_spec to heartbeat, and lengths that an encrypted record may have.
static bool may_wait(int type, size_t len) {
  return type >= 20 && type <= 24 && len >= 16384 && len <= 16384 + 2048;
}

int main(void) {
  char what[40];
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(block); i++) block[i] = (unsigned char)(i * 31 + 7);
  check("garbage", 20000, REFUSED);
  memset(block, 0, sizeof(block));
  check("zeros", 20000, REFUSED);
  memset(block, 0xff, sizeof(block));
  check("ones", 20000, REFUSED);
  memset(block, HANDSHAKE, sizeof(block));
  check("types", 20000, REFUSED);
  memset(block, 1, sizeof(block));
  static const size_t lengths[] = {0, 1, 4, 16384, 16385, 65535};
  for (int type = 0; type < 256; type++) {
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) && type != HANDSHAKE; i++) {
      size_t sent = lengths[i] <= 4 ? lengths[i] : 0;
      record_head(type, lengths[i]);
      snprintf(what, sizeof(what), "type %d, %d bytes", type, (int)lengths[i]);
      check(what, 5 + sent, may_wait(type, lengths[i]) ? WAITS : REFUSED);
    }
  }
  // A ClientHello that goes on for ever, in one record or many, stays within 64 kB.
  for (size_t at = 0; at + 5 + 16384 <= sizeof(block); at += 5 + 16384) {
    memcpy(block + at, "\x16\x03\x01\x40\x00", 5);
  }
  memcpy(block + 5, "\x01\xff\xff\xff", 4);
  check("long message", sizeof(block), REFUSED);
  memcpy(block + 5, "\x01\x00\xff\x00", 4);
  check("message in records", 60000, WAITS);
  record_head(HANDSHAKE, 0);
  check("empty", 5, REFUSED);
  record_head(HANDSHAKE, 16384);
  check("head of a record", 5, WAITS);
  check("part of a record", 5000, WAITS);
  record_head(HANDSHAKE, 16385 + 2048);
  check("oversized", 5, REFUSED);
  record_head(HANDSHAKE, 65535);
  check("very oversized", 5, REFUSED);
  check("nothing", 0, WAITS);
  check("one byte", 1, WAITS);
  // Another record inside a handshake message.
  memcpy(block, "\x16\x03\x01\x00\x05\x01\x00\x01\x00\x03", 10);
  memcpy(block + 10, "\x17\x03\x03\x00\x02zz", 7);
  check("interleaved", 17, REFUSED);
  memcpy(block + 10, "\x15\x03\x03\x00\x02\x02\x28", 7);
  check("fatal alert", 17, REFUSED);
  return test_result();
}
