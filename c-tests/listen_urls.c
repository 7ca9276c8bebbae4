// Chapter 01, 7 and 8: which URLs mg_listen takes, and as what. Ports that are no number or too
// large are refused, where the original takes them modulo 65536 (section 20, 16).
#include "event.h"

static const struct {
  const char *url;
  char kind;  // t: TCP, u: UDP, 0: refused
  const char *ip;
} rows[] = {
    {"tcp://127.0.0.1:0", 't', "127.0.0.1"},
    {"tcp://127.0.0.1", 't', "127.0.0.1"},
    {"foo://127.0.0.1:0", 't', "127.0.0.1"},
    {"127.0.0.1:0", 't', "127.0.0.1"},
    {":0", 't', "0.0.0.0"},
    {"tcp://:0", 't', "0.0.0.0"},
    {"tcp://", 't', "0.0.0.0"},
    {"", 't', "0.0.0.0"},
    {"tcp://localhost:0", 't', "127.0.0.1"},
    {"tcp://LocalHost:0", 't', "127.0.0.1"},
    {"tcp:///127.0.0.1:0", 't', "0.0.0.0"},
    {"UDP://127.0.0.1:0", 't', "127.0.0.1"},
    {"udp://127.0.0.1:0", 'u', "127.0.0.1"},
    {"udp://:0", 'u', "0.0.0.0"},
    {"udp:127.0.0.1:0", 0, NULL},
    {"tcp:/127.0.0.1:0", 0, NULL},
    {"tcp://127.0.0.1:65536", 0, NULL},
    {"tcp://127.0.0.1:131071", 0, NULL},
    {"tcp://127.0.0.1:-1", 0, NULL},
    {"tcp://127.0.0.1:abc", 0, NULL},
    {"8080", 0, NULL},
    {"tcp://127.1:0", 0, NULL},
    {"tcp://host.example:0", 0, NULL},
    {"tcp://192.0.2.77:0", 0, NULL},  // not an address of this machine
    {NULL, 0, NULL},
};

static void no_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev, (void)ev_data;
  test_fail(__FILE__, __LINE__, "a failed mg_listen fires an event");
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    mg_event_handler_t fn = rows[i].kind == 0 ? no_event : ignore_events;
    int failures = test_failures;
    char ip[50] = "";
    c = mg_listen(&mgr, rows[i].url, fn, NULL);
    CHECK_INT(c == NULL ? 0 : c->is_udp ? 'u' : 't', rows[i].kind);
    if (c != NULL && rows[i].ip != NULL) {
      mg_snprintf(ip, sizeof(ip), "%M", mg_print_ip, &c->loc);
      CHECK_TEXT(ip, rows[i].ip);
      CHECK(c->loc.port != 0);
      CHECK_INT(c->is_listening, 1);
    }
    if (failures != test_failures) fprintf(stderr, "  for %s\n", rows[i].url);
  }
  // An occupied TCP port is refused; UDP shares it, because of SO_REUSEADDR.
  c = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  CHECK_PTR(mg_listen(&mgr, url_to("tcp", c), no_event, NULL), NULL);
  c = mg_listen(&mgr, "udp://127.0.0.1:0", ignore_events, NULL);
  CHECK(mg_listen(&mgr, url_to("udp", c), ignore_events, NULL) != NULL);
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  return test_result();
}
