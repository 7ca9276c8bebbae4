// Names and the time, from servers that this program plays itself.
#include "dns_peer.h"

// Exported without a prototype.
bool mg_dnsc_init(struct mg_mgr *, struct mg_dns *);

static void parse(void) {
  static const uint8_t answer[] =
      "\0\7\x81\x80\0\1\0\1\0\0\0\0\4lamp\7example\0\0\1\0\1" DNS_LOOPBACK;
  struct mg_dns_message dm;
  struct mg_dns_rr rr;
  CHECK(mg_dns_parse(answer, sizeof(answer) - 1, &dm));
  CHECK_INT(dm.txnid, 7);
  CHECK(dm.resolved);
  CHECK_TEXT(dm.name, "lamp.example");
  CHECK_BYTES(dm.addr.addr.ip, 4, "\x7f\0\0\1", 4);
  CHECK_INT(mg_dns_parse_rr(answer, sizeof(answer) - 1, 12, true, &rr), 18);
  CHECK_INT(rr.nlen, 14);
  CHECK_INT(mg_dns_parse_rr(answer, sizeof(answer) - 1, 30, false, &rr), 16);
  CHECK_INT(rr.atype, MG_DNS_RTYPE_A);
  CHECK_INT(rr.alen, 4);
}

static void look_up(void) {
  struct mg_mgr mgr;
  struct dns_peer server;
  struct trace trace = {0}, cancelled = {0};
  dns_peer_open(&server);
  dns_peer_use(&mgr, &server);
  CHECK(mg_dnsc_init(&mgr, &mgr.dns4));
  CHECK(mgr.dns4.c != NULL);

  // A lookup that is taken back, and one by the same way for a connection of the program's own.
  struct mg_connection *c = mg_connect(&mgr, "udp://gone.example:7", record, &cancelled);
  dns_peer_wait(&mgr, &server);
  CHECK(c->is_resolving);
  mg_resolve_cancel(c);
  dns_peer_answer(&server, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);

  struct mg_connection *own = mg_wrapfd(&mgr, -1, record, &trace);
  own->is_udp = own->is_client = 1;
  own->rem.port = mg_htons(9);
  mg_resolve(own, "udp://lamp.example:9");
  dns_peer_wait(&mgr, &server);
  CHECK_INT(dns_peer_type(&server), MG_DNS_RTYPE_A);
  dns_peer_answer(&server, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
  POLL_UNTIL(&mgr, strstr(trace.text, "CONNECT") != NULL);
  CHECK_INT(own->rem.addr.ip4, mg_htonl(0x7f000001));
  CHECK_TEXT(cancelled.text, "OPEN ");
  mg_mgr_free(&mgr);
  close(server.fd);
}

static uint64_t told;

static void on_time(struct mg_connection *c, int ev, void *ev_data) {
  (void)c;
  if (ev == MG_EV_SNTP_TIME) told = *(uint64_t *)ev_data;
}

// The server's answer: 1700000000 s after 1970, and the request's time stamp as its origin.
static void make_answer(const uint8_t *request, uint8_t answer[48]) {
  uint32_t seconds = mg_htonl(1700000000U + 2208988800U);
  memset(answer, 0, 48);
  answer[0] = 0x24;
  answer[1] = 1;
  memcpy(answer + 24, request + 40, 8);
  memcpy(answer + 32, &seconds, 4);
  memcpy(answer + 40, &seconds, 4);
}

static void ask_the_time(void) {
  struct mg_mgr mgr;
  struct dns_peer server;
  uint8_t answer[48];
  dns_peer_open(&server);
  dns_peer_use(&mgr, &server);
  struct mg_connection *c = mg_sntp_connect(&mgr, server.url, on_time, NULL);
  dns_peer_wait(&mgr, &server);
  CHECK_INT(server.len, 48);
  mg_sntp_request(c);
  dns_peer_wait(&mgr, &server);
  make_answer(server.query, answer);
  CHECK_INT(mg_sntp_parse(answer, sizeof(answer)) / 10000, 170000000);
  CHECK_INT(mg_sntp_parse(answer, 47), -1);
  mg_boot_timestamp_ms = 0;
  dns_peer_send_from(server.fd, &server, answer, sizeof(answer));
  POLL_UNTIL(&mgr, told != 0);
  CHECK_INT(told / 10000, 170000000);
  CHECK_INT(mg_now() / 100000, 17000000);
  CHECK(mg_boot_timestamp_ms != 0);
  mg_mgr_free(&mgr);
  close(server.fd);
}

int main(void) {
  parse();
  look_up();
  ask_the_time();
  return test_result();
}
