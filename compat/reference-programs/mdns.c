// A device that answers for its name on the local network, and asks for itself; the other hosts'
// socket is the program's own.
#include "mdns_peer.h"

static char device[] = "lamp";
static char seen[300];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  size_t len = strlen(seen);
  (void)c;
  if (ev == MG_EV_MDNS_REQ) {
    struct mg_mdns_req *req = (struct mg_mdns_req *)ev_data;
    CHECK_INT(req->rr->atype, MG_DNS_RTYPE_A);
    mg_snprintf(seen + len, sizeof(seen) - len, "asked:%.*s ", (int)req->reqname.len,
                req->reqname.buf);
  } else if (ev == MG_EV_MDNS_RESP) {
    struct mg_mdns_resp *resp = (struct mg_mdns_resp *)ev_data;
    mg_snprintf(seen + len, sizeof(seen) - len, "told:%.*s ", (int)resp->name.len, resp->name.buf);
  }
}

int main(void) {
  static const char answer[] = MDNS_RESPONSE "\4lamp\5local\0\0\1\0\1\0\0\0\x78\0\4";
  struct mg_mgr mgr;
  uint8_t buf[600];
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_mdns_listen(&mgr, on_event, device);
  CHECK(c != NULL);
  if (c == NULL) return test_result();
  CHECK_PTR(mgr.mdns, c);
  CHECK_INT(c->loc.port, mg_htons(5353));

  int peer = mdns_socket(5353);
  CHECK(mg_mdns_query(c, "lamp.local", MG_DNS_RTYPE_A));
  CHECK(!mg_mdns_query(c, "", MG_DNS_RTYPE_A));
  // The device hears its own question, answers it, and hears the answer.
  size_t n = mdns_wait(&mgr, peer, 1, buf, sizeof(buf));
  CHECK_INT(n, sizeof(answer) - 1 + 4);
  CHECK_BYTES(buf, sizeof(answer) - 1, answer, sizeof(answer) - 1);
  POLL_UNTIL(&mgr, strstr(seen, "told:") != NULL);
  CHECK_TEXT(seen, "asked:lamp told:lamp.local ");
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.mdns, NULL);
  close(peer);
  return test_result();
}
