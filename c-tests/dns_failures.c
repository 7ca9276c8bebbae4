// Chapter 04, checklist 50, 51 and 53, W22, W26 and W30: time-outs, servers that can't be used, names
// that the DNS can't hold, and lookups nobody waits for any more.
// History: PR#1025 | names that the DNS can't hold are refused
#include "dns_peer.h"

bool mg_dnsc_init(struct mg_mgr *mgr, struct mg_dns *dnsc);  // exported, in no header

static struct mg_mgr mgr;
static struct trace t;

static void try_url(const char *url) {
  memset(&t, 0, sizeof(t));
  mg_connect(&mgr, url, record, &t);
}

int main(void) {
  struct dns_peer p;
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);
  mgr.dnstimeout = 30;

  // A silent server. The deadline is the lookup's own, whatever the other resolver does.
  CHECK(mg_dnsc_init(&mgr, &mgr.dns6));
  uint64_t begin = mg_millis();
  try_url("tcp://lamp.example:7");
  POLL_UNTIL(&mgr, strstr(t.text, "CLOSE") != NULL);
  CHECK_TEXT(t.text, "OPEN ERROR CLOSE ");
  CHECK_TEXT(t.error, "DNS timeout");
  CHECK(mg_millis() - begin >= 30);

  // Closed while resolving: the late answer brings nothing.
  mgr.dnstimeout = 10000;
  while (dns_peer_take(&p)) (void)0;
  memset(&t, 0, sizeof(t));
  struct mg_connection *c = mg_connect(&mgr, "tcp://lamp.example:7", record, &t);
  dns_peer_wait(&mgr, &p);
  CHECK(c->is_resolving);
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(t.text, "OPEN CLOSE ");
  dns_peer_answer(&p, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
  for (int i = 0; i < 5; i++) mg_mgr_poll(&mgr, 1);
  CHECK_TEXT(t.text, "OPEN CLOSE ");

  // A handler that closes the connection directly when told of the failure.
  memset(&t, 0, sizeof(t));
  try_url("tcp://gone.example:7");
  CHECK(mgr.dns4.c != NULL);
  mgr.dns4.c->is_closing = 1;
  POLL_UNTIL(&mgr, strstr(t.text, "CLOSE") != NULL);
  CHECK_TEXT(t.error, "DNS error");
  CHECK_PTR(mgr.dns4.c, NULL);

  // Names that can't be asked for.
  static char long_name[300];
  snprintf(long_name, sizeof(long_name), "tcp://%0260d.example:7", 1);
  const char *names[] = {"tcp://a..b:7", "tcp://.a:7", long_name};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    try_url(names[i]);
    CHECK(strstr(t.error, i == 2 ? "000" : "DNS lookup failed") != NULL);
    mg_mgr_poll(&mgr, 0);
    CHECK_TEXT(t.text, "OPEN ERROR CLOSE ");
  }
  while (dns_peer_take(&p)) (void)0;
  try_url("tcp://dot.example.:7");
  dns_peer_wait(&mgr, &p);
  CHECK_BYTES(p.query + 12, 13, "\3dot\7example\0", 13);
  mg_mgr_free(&mgr);
  CHECK_TEXT(t.text, "OPEN ERROR CLOSE ");
  CHECK_TEXT(t.error, "DNS error");

  // Servers without a numeric address.
  const char *urls[] = {NULL, "", "udp://name.example:53"};
  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
    mg_mgr_init(&mgr);
    mgr.dns4.url = urls[i];
    try_url("tcp://lamp.example:7");
    CHECK_TEXT(t.error, "resolver");
    mg_mgr_poll(&mgr, 0);
    CHECK_TEXT(t.text, "OPEN ERROR CLOSE ");
    mg_mgr_free(&mgr);
  }
  close(p.fd);
  return test_result();
}
