// Chapter 04, section 4.2 and 4.6, W32, W33, W35: asking by hand, and what is taken for an answer.
#include "mdns_peer.h"

static struct mg_mgr mgr;
static char seen[300];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  size_t len = strlen(seen);
  (void)c;
  if (ev == MG_EV_POLL || ev == MG_EV_OPEN) return;
  if (ev == MG_EV_MDNS_RESP) {
    struct mg_mdns_resp *resp = (struct mg_mdns_resp *)ev_data;
    mg_snprintf(seen + len, sizeof(seen) - len, "%s %M ", resp->name.buf, mg_print_ip, &resp->addr);
  } else if (ev == MG_EV_MDNS_REQ) {
    struct mg_mdns_req *req = (struct mg_mdns_req *)ev_data;
    mg_snprintf(seen + len, sizeof(seen) - len, "%.*s? ", (int)req->reqname.len, req->reqname.buf);
  } else {
    snprintf(seen + len, sizeof(seen) - len, "%s ", event_name(ev));
  }
}

static void on_closer(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_MDNS_RESP || ev == MG_EV_MDNS_REQ) mg_close_conn(c);
}

#define RECORD "\0\1\0\1\0\0\0\x78\0\4\x0a\0\0"

// Sends a response and compares what the program sees.
static void tell(int fd, const void *buf, size_t len, const char *want) {
  seen[0] = '\0';
  mdns_multicast(fd, buf, len);
  POLL_UNTIL(&mgr, strstr(seen, "READ") != NULL);
  CHECK_TEXT(seen, want);
}

int main(void) {
  uint8_t buf[600];
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_mdns_listen(&mgr, on_event, NULL);
  CHECK(c != NULL);
  if (c == NULL) return 1;
  int peer = mdns_socket(5353), stranger = mdns_socket(0);

  CHECK(mg_mdns_query(c, "lamp.local", MG_DNS_RTYPE_A));
  CHECK_TEXT(seen, "WRITE ");
  CHECK_INT(mg_ntohs(c->rem.port), 5353);
  CHECK_INT(c->rem.addr.ip[0], 224);
  size_t n = mdns_wait(&mgr, peer, 0, buf, sizeof(buf));
  CHECK_BYTES(buf, n, "\0\0\1\0\0\1\0\0\0\0\0\0\4lamp\5local\0\0\1\0\1", 28);
  // It hears itself.
  POLL_UNTIL(&mgr, strstr(seen, "READ") != NULL);
  CHECK_TEXT(seen, "WRITE lamp? READ ");

  // The type is that of the call.
  CHECK(mg_mdns_query(c, "_http._tcp.local", MG_DNS_RTYPE_PTR));
  n = mdns_wait(&mgr, peer, 0, buf, sizeof(buf));
  CHECK_BYTES(buf + n - 4, 4, "\0\x0c\0\1", 4);
  CHECK(mg_mdns_query(c, "x", 0));
  n = mdns_wait(&mgr, peer, 0, buf, sizeof(buf));
  CHECK_BYTES(buf + n - 4, 4, "\0\1\0\1", 4);
  CHECK(!mg_mdns_query(c, "", 1));
  CHECK(!mg_mdns_query(c, "a..local", 1));
  CHECK(!mg_mdns_query(c, NULL, 1));
  CHECK(!mg_mdns_query(NULL, "lamp.local", 1));
  for (int i = 0; i < 5; i++) mg_mgr_poll(&mgr, 10);

  tell(peer, BYTES(MDNS_RESPONSE "\4lamp\5local\0" RECORD "\1"), "lamp.local 10.0.0.1 READ ");
  tell(peer, BYTES(MDNS_RESPONSE "\4lamp\5other\0" RECORD "\1"), "lamp.other 10.0.0.1 READ ");
  tell(stranger, BYTES(MDNS_RESPONSE "\4lamp\5local\0" RECORD "\1"), "READ ");
  // A response that repeats the question, and two addresses behind other records.
  tell(peer,
       BYTES(MDNS_HEAD("\0", "\x84", "\1", "\3") "\4lamp\5local\0\0\1\0\1"
                                                 "\xc0\x0c\0\x10\0\1\0\0\0\x78\0\1\0\xc0\x0c" RECORD
                                                 "\2\xc0\x0c" RECORD "\3"),
       "lamp.local 10.0.0.2 lamp.local 10.0.0.3 READ ");
  // No address, another class, cut.
  tell(peer, BYTES(MDNS_RESPONSE "\4lamp\5local\0\0\x1c\0\1\0\0\0\x78\0\0"), "READ ");
  tell(peer, BYTES(MDNS_RESPONSE "\4lamp\5local\0\0\1\0\3\0\0\0\x78\0\4\x0a\0\0\1"), "READ ");
  tell(peer, BYTES(MDNS_RESPONSE "\4lamp\5local\0\0\1\0\1\0\0\0\x78\0\5\x0a\0\0\1"), "READ ");
  tell(peer, BYTES(MDNS_RESPONSE "\xc0\x0c" RECORD "\1"), " 10.0.0.1 READ ");
  tell(peer, BYTES("\0\0\x84\0\0\0\0\1\0\0\0\0"), "READ ");

  // A second listener wins; a handler may end it in the middle of a packet.
  struct mg_connection *other = mg_mdns_listen(&mgr, on_closer, NULL);
  CHECK_PTR(mgr.mdns, other);
  tell(peer,
       BYTES(MDNS_HEAD("\0", "\x84", "\0", "\2") "\4lamp\5local\0" RECORD "\1\xc0\x0c" RECORD "\2"),
       "lamp.local 10.0.0.1 lamp.local 10.0.0.2 READ ");
  CHECK_PTR(mgr.mdns, NULL);
  CHECK(mgr.conns == c && c->next == NULL);
  CHECK(mg_mdns_query(c, "lamp.local", 1));
  mg_mgr_free(&mgr);
  close(peer);
  close(stranger);
  return test_result();
}
