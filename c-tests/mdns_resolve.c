// Chapter 04, checklist 55 and 58, W31 to W33: connecting to names below .local.
#include "mdns_peer.h"

static uint64_t skew;

// The library's clock, in this program: it can be moved on.
uint64_t mg_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return skew + (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct mg_mgr mgr;
static char told[200];

static void on_listener(struct mg_connection *c, int ev, void *ev_data) {
  (void)c;
  if (ev != MG_EV_MDNS_RESP) return;
  struct mg_mdns_resp *resp = (struct mg_mdns_resp *)ev_data;
  CHECK_INT(strlen(resp->name.buf), resp->name.len);
  size_t len = strlen(told);
  mg_snprintf(told + len, sizeof(told) - len, "%.*s %M:%d %x\n", (int)resp->name.len,
              resp->name.buf, mg_print_ip, &resp->addr, mg_ntohs(resp->addr.port),
              resp->rr->aclass);
}

// A handler that connects to the same name once more as soon as the address is there.
static void on_again(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_RESOLVE) mg_connect(c->mgr, "udp://lamp.local:8", record, c->fn_data);
}

#define LAMP(name) MDNS_RESPONSE name "\5local\0\0\1\x80\1\0\0\0\x78\0\4\x7f\0\0\1"

int main(void) {
  struct trace one = {0}, two = {0}, three = {0}, four = {0}, bad = {0};
  uint8_t buf[600];
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  mg_mgr_init(&mgr);
  int peer = mdns_socket(5353), stranger = mdns_socket(0);

  CHECK(mg_connect(&mgr, "udp://lamp.local:7", record, &one) != NULL);
  CHECK_TEXT(one.text, "OPEN ERROR ");
  CHECK_TEXT(one.error, "no mDNS listener, see mg_mdns_listen()");
  mg_mgr_poll(&mgr, 0);

  struct mg_connection *c = mg_mdns_listen(&mgr, on_listener, NULL);
  CHECK(c != NULL);
  if (c == NULL) return 1;

  // The question, and silence.
  memset(&one, 0, sizeof(one));
  mg_connect(&mgr, "udp://Lamp.local:7", record, &one);
  CHECK_TEXT(one.text, "OPEN ");
  CHECK(mgr.conns->is_resolving);
  size_t n = mdns_wait(&mgr, peer, 0, buf, sizeof(buf));
  CHECK_BYTES(buf, n, "\0\0\1\0\0\1\0\0\0\0\0\0\4Lamp\5local\0\0\1\0\1", 28);
  skew += 501;
  POLL_UNTIL(&mgr, strstr(one.text, "CLOSE") != NULL);
  CHECK_TEXT(one.text, "OPEN ERROR CLOSE ");
  CHECK_TEXT(one.error, "mDNS timeout");
  mg_connect(&mgr, "udp://..local:7", record, &bad);
  CHECK_TEXT(bad.error, "..local DNS lookup failed");

  // Whoever has another port than 5353, or another name, does not count.
  memset(&one, 0, sizeof(one)), memset(&two, 0, sizeof(two));
  mg_connect(&mgr, "udp://Lamp.local:7", record, &one);
  mg_connect(&mgr, "udp://lamp.local:9", record, &two);
  mg_connect(&mgr, "udp://lamp.local:6", on_again, &three);
  mg_connect(&mgr, "udp://lamp2.local:9", record, &four);
  mdns_multicast(stranger, BYTES(LAMP("\4lamp")));
  mdns_multicast(peer, BYTES(LAMP("\5clock")));
  POLL_UNTIL(&mgr, told[0] != '\0');
  CHECK_TEXT(told, "clock.local 127.0.0.1:0 8001\n");
  CHECK_TEXT(one.text, "OPEN ");
  told[0] = '\0';

  // One answer serves all that wait, and nobody that began to meanwhile.
  mdns_multicast(peer, BYTES(LAMP("\4LAMP")));
  POLL_UNTIL(&mgr, told[0] != '\0');
  CHECK(strncmp(told, "LAMP.local 127.0.0.1:", 21) == 0);
  CHECK_TEXT(one.text, "OPEN RESOLVE CONNECT ");
  CHECK_TEXT(two.text, "OPEN RESOLVE CONNECT ");
  CHECK_TEXT(three.text, "OPEN ");
  CHECK_TEXT(four.text, "OPEN ");
  mdns_multicast(peer, BYTES(LAMP("\4lamp")));
  POLL_UNTIL(&mgr, strstr(three.text, "CONNECT") != NULL);

  // A waiting connection that is closed is forgotten.
  struct trace gone = {0};
  struct mg_connection *closing = mg_connect(&mgr, "udp://gone.local:1", record, &gone);
  mg_close_conn(closing);
  mdns_multicast(peer, BYTES(LAMP("\4gone")));
  told[0] = '\0';
  POLL_UNTIL(&mgr, told[0] != '\0');
  CHECK_TEXT(gone.text, "OPEN CLOSE ");

  // The listener goes: so does who waits, and the manager knows.
  c->is_closing = 1;
  POLL_UNTIL(&mgr, strstr(four.text, "CLOSE") != NULL);
  CHECK_TEXT(four.error, "mDNS listener error");
  CHECK_PTR(mgr.mdns, NULL);
  memset(&one, 0, sizeof(one));
  mg_connect(&mgr, "udp://lamp.local:7", record, &one);
  CHECK_TEXT(one.error, "no mDNS listener, see mg_mdns_listen()");

  // TCP, and a manager that goes while somebody waits.
  memset(&two, 0, sizeof(two)), memset(&one, 0, sizeof(one));
  struct mg_connection *server = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  char url[64];
  snprintf(url, sizeof(url), "tcp://lamp.local:%d", ntohs(server->loc.port));
  mg_mdns_listen(&mgr, NULL, NULL);
  mg_connect(&mgr, url, record, &two);
  mdns_multicast(peer, BYTES(LAMP("\4lamp")));
  POLL_UNTIL(&mgr, strstr(two.text, "CONNECT") != NULL);
  CHECK_TEXT(two.text, "OPEN RESOLVE CONNECT ");
  mg_connect(&mgr, "tcp://gone.local", record, &one);
  mg_mgr_free(&mgr);
  CHECK(strstr(one.text, "CLOSE") != NULL);
  close(peer);
  close(stranger);
  return test_result();
}
