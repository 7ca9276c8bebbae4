// Chapter 04, checklist 45 to 48: mg_dns_parse and mg_dns_parse_rr.
// History: CVE-2017-2909 | five pointers are followed, six are not
#include "mongoose.h"
#include "test.h"

#define HEADER "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
#define QUESTION "\4lamp\7example\0\0\1\0\1"
#define CNAME "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\7\4real\xc0\x11"
#define REAL_A "\xc0\x2a\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\7"

int main(void) {
  static const uint8_t msg[] = HEADER QUESTION CNAME REAL_A "garbage";
  const size_t len = sizeof(msg) - 1;
  struct mg_dns_message dm, zero;
  struct mg_dns_rr rr;
  memset(&dm, 1, sizeof(dm));
  memset(&zero, 0, sizeof(zero));
  CHECK(!mg_dns_parse(NULL, 0, &dm));
  CHECK_BYTES(&dm, sizeof(dm), &zero, sizeof(zero));
  CHECK(!mg_dns_parse(msg, len, NULL));

  CHECK(mg_dns_parse(msg, len, &dm));
  CHECK_INT(dm.txnid, 0x1234);
  CHECK(dm.resolved && !dm.addr.is_ip6);
  CHECK_TEXT(dm.name, "real.example");
  CHECK_BYTES(dm.addr.addr.ip, 4, "\x0a\0\0\7", 4);
  CHECK_INT(dm.addr.port, 0);

  uint8_t query[sizeof(msg)];
  memcpy(query, msg, sizeof(msg));
  query[2] = 1;
  CHECK(mg_dns_parse(query, len, &dm));
  CHECK(!dm.resolved);
  CHECK_TEXT(dm.name, "lamp.example");

  // Every cut in front of the address fails, or finds none.
  for (size_t n = 0; n < len - 7; n++) {
    CHECK(!mg_dns_parse(msg, n, &dm));
    CHECK(!dm.resolved);
  }

  CHECK_INT(mg_dns_parse_rr(msg, len, 12, true, &rr), 18);
  CHECK_INT(rr.nlen, 14);
  CHECK_INT(rr.atype, MG_DNS_RTYPE_A);
  CHECK_INT(rr.aclass, 1);
  CHECK_INT(rr.alen, 0);
  CHECK_INT(mg_dns_parse_rr(msg, len, 30, false, &rr), 19);
  CHECK_INT(rr.nlen, 2);
  CHECK_INT(rr.atype, 5);
  CHECK_INT(rr.alen, 7);
  CHECK_INT(mg_dns_parse_rr(msg, len, 30, false, NULL), 19);
  CHECK_INT(mg_dns_parse_rr(msg, len, len, false, &rr), 0);
  CHECK_INT(rr.nlen, 0);
  CHECK_INT(mg_dns_parse_rr(msg, 11, 0, false, &rr), 0);

  // Pointers: five hops are followed, six are not. Each name here is a pointer to the one before it,
  // behind a label.
  uint8_t chain[64] = {0};
  size_t at = 12;
  memcpy(chain + at, "\1a\0", 3);
  size_t target = at;
  at += 3;
  for (int hops = 1; hops <= 6; hops++) {
    uint8_t name[] = {1, 'b', 0xc0, (uint8_t)target, 0, 1, 0, 1};
    memcpy(chain + at, name, sizeof(name));
    CHECK_INT(mg_dns_parse_rr(chain, sizeof(chain), at, true, &rr), hops < 6 ? 8 : 0);
    target = at;
    at += 4;
  }
  return test_result();
}
