// Transaction ids of a thousand look-ups, one after the other: every bit is set about half of the
// time, in the ids and in the differences from one to the next; the source ports differ, too.
// History: CVE-2026-2966 | ids of 1000 look-ups are uniform and unrelated, ports differ
#include "dns_peer.h"

// A bit that is set by chance is outside of `NEAR` once in 10^9 runs.
enum { LOOKUPS = 1000, NEAR = 100 };

static uint8_t seen[65536];

static void check_bits(const char *what, const uint16_t *values) {
  for (int bit = 0; bit < 16; bit++) {
    int set = 0;
    for (int i = 0; i < LOOKUPS; i++) set += values[i] >> bit & 1;
    if (set < LOOKUPS / 2 - NEAR || set > LOOKUPS / 2 + NEAR) {
      test_check_int(__FILE__, __LINE__, what, set, LOOKUPS / 2);
    }
  }
}

static int distinct(const uint16_t *values) {
  int n = 0;
  memset(seen, 0, sizeof(seen));
  for (int i = 0; i < LOOKUPS; i++) n += seen[values[i]]++ == 0;
  return n;
}

int main(void) {
  static uint16_t ids[LOOKUPS], ports[LOOKUPS], steps[LOOKUPS];
  struct dns_peer p;
  struct mg_mgr mgr;
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);
  for (int i = 0; i < LOOKUPS; i++) {
    struct trace t;
    memset(&t, 0, sizeof(t));
    struct mg_connection *c = mg_connect(&mgr, "udp://lamp.example:7", record, &t);
    dns_peer_wait(&mgr, &p);
    ids[i] = (uint16_t)(p.query[0] << 8 | p.query[1]);
    ports[i] = ntohs(p.from.sin_port);
    steps[i] = (uint16_t)(ids[i] - (i > 0 ? ids[i - 1] : 0));
    dns_peer_answer(&p, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
    POLL_UNTIL(&mgr, strstr(t.text, "CONNECT ") != NULL);
    c->fn = NULL;
    c->is_closing = 1;
  }
  check_bits("ids", ids);
  check_bits("steps", steps);
  CHECK(distinct(ids) > LOOKUPS * 9 / 10);
  CHECK(distinct(steps) > LOOKUPS * 9 / 10);
  CHECK(distinct(ports) > LOOKUPS / 10);
  mg_mgr_free(&mgr);
  close(p.fd);
  return test_result();
}
