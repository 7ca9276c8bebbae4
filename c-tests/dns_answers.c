// Chapter 04, checklist 46 and 52, W25: what the answers of a name server lead to. CNAME chains and
// AAAA records are followed; without address there is one more query, for AAAA and the same name.
#include "dns_peer.h"

static void connect_and_ask(struct mg_mgr *mgr, struct dns_peer *p, struct trace *t) {
  memset(t, 0, sizeof(*t));
  mg_connect(mgr, "udp://lamp.example:7", record, t);
  dns_peer_wait(mgr, p);
  CHECK_INT(dns_peer_type(p), 1);
}

int main(void) {
  static const char cname[] =
      "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\7\4real\xc0\x11"
      "\xc0\x2a\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1";
  static const char aaaa[] = "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1";
  struct dns_peer p;
  struct mg_mgr mgr;
  struct trace t;
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);

  connect_and_ask(&mgr, &p, &t);
  static const char query[] = "\1\0\0\1\0\0\0\0\0\0\4lamp\7example\0\0\1\0\1";  // behind the id
  CHECK_BYTES(p.query + 2, p.len - 2, query, sizeof(query) - 1);
  dns_peer_answer(&p, 0x8180, 2, cname, sizeof(cname) - 1);
  POLL_UNTIL(&mgr, strstr(t.text, "CONNECT") != NULL);
  CHECK_TEXT(t.text, "OPEN RESOLVE CONNECT ");

  // Negative, then an IPv6 address.
  connect_and_ask(&mgr, &p, &t);
  dns_peer_answer(&p, 0x8183, 0, NULL, 0);
  dns_peer_wait(&mgr, &p);
  CHECK_INT(dns_peer_type(&p), 28);
  CHECK_BYTES(p.query + 12, 14, "\4lamp\7example\0", 14);
  dns_peer_answer(&p, 0x8180, 1, aaaa, sizeof(aaaa) - 1);
  POLL_UNTIL(&mgr, strstr(t.text, "CONNECT") != NULL);

  // Negative twice: the name that was asked for is in the error, and there is no third query.
  connect_and_ask(&mgr, &p, &t);
  dns_peer_answer(&p, 0x8180, 1, cname, 19);
  dns_peer_wait(&mgr, &p);
  int queries = p.queries;
  dns_peer_answer(&p, 0x8183, 0, NULL, 0);
  POLL_UNTIL(&mgr, strstr(t.text, "CLOSE") != NULL);
  CHECK_TEXT(t.error, "lamp.example DNS lookup failed");
  CHECK_TEXT(t.text, "OPEN ERROR CLOSE ");
  CHECK(!dns_peer_take(&p));
  CHECK_INT(p.queries, queries);

  // With use_dns6 the only query is for AAAA.
  mgr.use_dns6 = true;
  memset(&t, 0, sizeof(t));
  mg_connect(&mgr, "udp://lamp.example:7", record, &t);
  dns_peer_wait(&mgr, &p);
  CHECK_INT(dns_peer_type(&p), 28);
  dns_peer_answer(&p, 0x8183, 0, NULL, 0);
  POLL_UNTIL(&mgr, strstr(t.text, "CLOSE") != NULL);
  CHECK_TEXT(t.error, "lamp.example DNS lookup failed");

  mg_mgr_free(&mgr);
  close(p.fd);
  return test_result();
}
