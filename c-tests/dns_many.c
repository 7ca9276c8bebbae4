// Chapter 04, W23 and W31: ids are random and differ; the source port changes when no other question is
// out; handlers may start lookups while others are completed.
#include "dns_peer.h"

enum { LOOKUPS = 50 };

static struct dns_peer p;
static int connected, started;

static void again(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_RESOLVE && started < 2 * LOOKUPS) {
    started++;
    mg_connect(c->mgr, "udp://again.example:7", again, NULL);
  }
  if (ev == MG_EV_CONNECT) {
    connected++;
    mg_close_conn(c);
  }
  (void)ev_data;
}

int main(void) {
  struct mg_mgr mgr;
  static uint8_t seen[65536];
  int distinct = 0;
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);
  for (; started < LOOKUPS; started++) mg_connect(&mgr, "udp://lamp.example:7", again, NULL);
  uint64_t begin = mg_millis();
  while (connected < 2 * LOOKUPS && mg_millis() - begin < 10000) {
    while (dns_peer_take(&p)) {
      int id = p.query[0] << 8 | p.query[1];
      distinct += seen[id]++ == 0;
      dns_peer_answer(&p, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
    }
    mg_mgr_poll(&mgr, 1);
  }
  CHECK_INT(connected, 2 * LOOKUPS);
  CHECK_INT(p.queries, 2 * LOOKUPS);
  CHECK(distinct > LOOKUPS);

  // One after the other: not all from the same port.
  uint16_t first = 0;
  int others = 0;
  started = 2 * LOOKUPS;
  for (int i = 0; i < 10; i++) {
    mg_connect(&mgr, "udp://lamp.example:7", again, NULL);
    dns_peer_wait(&mgr, &p);
    if (i == 0) first = p.from.sin_port;
    others += p.from.sin_port != first;
    dns_peer_answer(&p, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
    POLL_UNTIL(&mgr, connected == 2 * LOOKUPS + 1 + i);
  }
  CHECK(others > 0);
  mg_mgr_free(&mgr);
  close(p.fd);
  return test_result();
}
