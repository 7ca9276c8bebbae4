// Names, services and TXT records of 63, 255 and 1000 bytes, asked for by all questions there are in
// one packet: what fits an answer is answered, the rest is not.
// History: CVE-2026-5245 | names and TXT of 63, 255 and 1000 bytes, asked for in one packet
#include "mdns_peer.h"

enum { LONGEST = 1000 };

static struct mg_dnssd_record record_;
static struct mg_str host;
static int asked;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mdns_req *req = (struct mg_mdns_req *)ev_data;
  (void)c;
  if (ev != MG_EV_MDNS_REQ) return;
  asked++;
  req->is_resp = true;
  req->respname = host;
  req->r = &record_;
}

static const char *text_of(size_t len) {
  static char text[LONGEST + 1];
  memset(text, 'n', LONGEST);
  text[len] = '\0';
  return text;
}

// PTR for the service; SRV and TXT for Dev1's; A for Dev1.
#define QUESTIONS                                                    \
  MDNS_HEAD("\0", "\0", "\4", "\0")                                  \
  "\5_http\4_tcp\5local\0\0\x0c\0\1\4Dev1\xc0\x0c\0\x21\0\1\xc0\x22" \
  "\0\x10\0\1\4Dev1\xc0\x17\0\1\0\1"

// Answers to the questions, with parts of these lengths; -1 for a short one.
static int answers(struct mg_mgr *mgr, int peer, long name, long service, long txt) {
  static char service_name[LONGEST + 10], name_text[LONGEST + 1];
  uint8_t buf[2000];
  int n = 0, before;
  record_.srvcproto = mg_str("_http._tcp");
  record_.txt = mg_str("\5a=b=c");
  record_.port = 80;
  host = mg_str("Dev1");
  if (name >= 0) {
    snprintf(name_text, sizeof(name_text), "%s", text_of((size_t)name));
    host = mg_str(name_text);
  }
  if (service >= 0) {
    snprintf(service_name, sizeof(service_name), "%s._tcp", text_of((size_t)service));
    record_.srvcproto = mg_str(service_name);
  }
  if (txt >= 0) record_.txt = mg_str_n(text_of((size_t)txt), (size_t)txt);
  before = asked;
  mdns_multicast(peer, BYTES(QUESTIONS));
  POLL_UNTIL(mgr, asked == before + 4);
  for (int i = 0; i < 5; i++) mg_mgr_poll(mgr, 1);
  for (long len; (len = mdns_next(peer, 1, buf, sizeof(buf))) >= 0; n++) CHECK(len <= 600);
  return n;
}

int main(void) {
  // Answers with a name, a service, a TXT record of that length, and with all three. They are rationed:
  // no more than 50 altogether.
  static const struct {
    long len;
    int name, service, txt, all;
  } rows[] = {
      {63, 4, 4, 4, 3},  {64, 1, 1, 4, 0},      {255, 1, 1, 2, 0},
      {256, 1, 1, 2, 0}, {LONGEST, 1, 1, 2, 0},
  };
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  mg_mgr_init(&mgr);
  CHECK(mg_mdns_listen(&mgr, on_event, NULL) != NULL);
  int peer = mdns_socket(5353);
  CHECK_INT(answers(&mgr, peer, -1, -1, -1), 4);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    long len = rows[i].len;
    CHECK_INT(answers(&mgr, peer, len, -1, -1), rows[i].name);
    CHECK_INT(answers(&mgr, peer, -1, len, -1), rows[i].service);
    CHECK_INT(answers(&mgr, peer, -1, -1, len), rows[i].txt);
    CHECK_INT(answers(&mgr, peer, len, len, len), rows[i].all);
  }
  mg_mgr_free(&mgr);
  close(peer);
  return test_result();
}
