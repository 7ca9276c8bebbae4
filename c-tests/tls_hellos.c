// Chapter 05, 50 and 51: old versions are refused with an alert, ALPN gets no answer, and a
// ClientHello whose parts are longer than what holds them is an ERROR; never READ.
// History: CVE-2024-42383 | server names of 0 to 65 535 bytes
// History: CVE-2024-42387 | inner lengths past the message are an error
// History: CVE-2026-11404 | session ids of 33 and 255 bytes are an error
#include "tls_client_hello.h"

enum { ANSWERED = -1, PROTOCOL_VERSION = 70, ANY = 1000, NO_ALERT };

struct row {
  struct hello hello;
  int outcome;  // the alert, or ANSWERED
};

static struct bytes message;

// True if the ServerHello has that extension.
static bool has_extension(const struct attack *a, unsigned wanted) {
  const unsigned char *p = a->answer;
  size_t at = 5 + 4 + 2 + 32, end;
  CHECK_INT(p[0], HANDSHAKE);
  CHECK_INT(p[5], 2);
  CHECK_INT(p[9] << 8 | p[10], 0x0303);
  end = 9 + ((size_t)p[7] << 8 | p[8]);
  at += 1 + (size_t)p[at] + 2 + 1 + 2;
  for (; at + 4 <= end; at += 4 + ((size_t)p[at + 2] << 8 | p[at + 3])) {
    if (((unsigned)p[at] << 8 | p[at + 1]) == wanted) return true;
  }
  CHECK_INT(at, end);
  return false;
}

static void check(const struct row *row) {
  static struct attack a;
  attack_begin(&a);
  hello_make(&message, &row->hello);
  attack_send(&a, message.buf, message.len);
  // Up to ServerHelloDone, of 4 bytes.
  POLL_UNTIL(&a.mgr, (attack_listen(&a), has_closed(&a.server)) ||
                         (a.answered > 9 && memcmp(a.answer + a.answered - 4, "\xe\0\0", 4) == 0));
  if (row->outcome == ANSWERED) {
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT ");
    CHECK_INT(attack_alert(&a), -1);
    CHECK(!has_extension(&a, 16));
    CHECK(has_extension(&a, 23));
  } else {
    attack_listen(&a);
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
    CHECK((attack_alert(&a) >= 0) == (row->outcome != NO_ALERT));
    if (row->outcome < ANY) CHECK_INT(attack_alert(&a), row->outcome);
  }
  attack_end(&a);
}

int main(void) {
  static const struct row rows[] = {
      {{0x0303, 0, 0, 9, NULL, 0, 0}, ANSWERED},
      {{0x0303, 0, 32, -1, NULL, 0, 0}, ANSWERED},
      // ALPN.
      {{0x0303, 0, 0, 9, "\x02h2\x08http/1.1", 0, 0}, ANSWERED},
      {{0x0303, 0, 0, 9, "\x07mqtt/99", 0, 0}, ANSWERED},
      // SSL 3, TLS 1.0 and 1.1.
      {{0x0300, 0, 0, 9, NULL, 0, 0}, PROTOCOL_VERSION},
      {{0x0301, 0, 0, 9, NULL, 0, 0}, PROTOCOL_VERSION},
      {{0x0302, 0, 0, 9, NULL, 0, 0}, PROTOCOL_VERSION},
      {{0x0303, 0x0302, 0, 9, NULL, 0, 0}, PROTOCOL_VERSION},
      {{0x0303, 0x0301, 0, 9, NULL, 0, 0}, PROTOCOL_VERSION},
      // Session ids of more than 32 bytes.
      {{0x0303, 0, 33, 9, NULL, 0, 0}, ANY},
      {{0x0303, 0, 255, 9, NULL, 0, 0}, ANY},
      // Server names.
      {{0x0303, 0, 0, 1, NULL, 0, 0}, ANSWERED},
      {{0x0303, 0, 0, 0, NULL, 0, 0}, ANY},
      {{0x0303, 0, 0, 254, NULL, 0, 0}, ANY},
      {{0x0303, 0, 0, 255, NULL, 0, 0}, ANY},
      {{0x0303, 0, 0, 16000, NULL, 0, 0}, ANY},
      {{0x0303, 0, 0, 9, NULL, 4, 65535 - 9}, ANY},  // the name says 65535
      {{0x0303, 0, 0, 9, NULL, 3, 65535 - 12}, ANY},
      // Fields 1..7: session id, suites, names, server name, extensions, message, record.
      {{0x0303, 0, 4, 9, NULL, 1, 1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 1, -1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 2, 1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 2, 60000}, ANY},
      {{0x0303, 0, 4, 9, NULL, 3, 1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 3, 60000}, ANY},
      {{0x0303, 0, 4, 9, NULL, 3, -1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 4, 1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 4, 60000}, ANY},
      {{0x0303, 0, 4, 9, NULL, 5, 1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 5, 60000}, ANY},
      {{0x0303, 0, 4, 9, NULL, 5, -1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 6, 100000}, NO_ALERT},
      {{0x0303, 0, 4, 9, NULL, 6, -1}, ANY},
      {{0x0303, 0, 4, 9, NULL, 7, 60000}, ANY},
  };
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int before = test_failures;
    check(&rows[i]);
    if (test_failures != before) printf("row %d\n", (int)i);
  }
  return test_result();
}
