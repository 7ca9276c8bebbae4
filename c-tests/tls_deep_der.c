// DER that nests 1000 levels deep, that ends too early or goes on behind its end, as `ca`, `cert` and
// `key`: one ERROR that names the option.
// History: a9df523f-der | 1000 levels are refused
// History: CVE-2025-65502 | DER that is too short or too long is refused
#include "tls.h"

enum { LEVELS = 1000, CA = 0, CERT = 1, KEY = 2 };

static unsigned char deep[LEVELS * 4 + 2];
static struct mg_tls_opts opts;
static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record_in(&trace, ev, ev_data);
  if (ev == MG_EV_OPEN) mg_tls_init(c, &opts);
}

static void check(int member, struct mg_str der) {
  static const char *const names[] = {"TLS ca: ", "TLS cert: ", "TLS key: "};
  struct mg_mgr mgr;
  struct mg_connection *listener;
  memset(&trace, 0, sizeof(trace));
  opts = tls_options("", "server.crt", "server.key", "");
  if (member == CA) opts.ca = der;
  if (member == CERT) opts.cert = der;
  if (member == KEY) opts.key = der;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  mg_connect(&mgr, url_to("tls", listener), on_event, NULL);
  POLL_UNTIL(&mgr, strstr(trace.text, "CLOSE ") != NULL);
  mg_mgr_free(&mgr);
  CHECK(strncmp(trace.text, "OPEN ERROR ", 11) == 0);
  CHECK(strstr(trace.text + 11, "ERROR") == NULL);
  if (strncmp(trace.error, names[member], strlen(names[member])) != 0) {
    CHECK_TEXT(trace.error, names[member]);
  }
}

int main(void) {
  struct mg_str good = pki("server.crt.der");
  char *longer = (char *)calloc(1, good.len + 1);
  // SEQUENCE in SEQUENCE, lengths of two bytes.
  for (size_t i = 0; i < LEVELS; i++) {
    size_t len = sizeof(deep) - 4 * (i + 1);
    unsigned char head[] = {0x30, 0x82, (unsigned char)(len >> 8), (unsigned char)len};
    memcpy(deep + 4 * i, head, 4);
  }
  deep[LEVELS * 4] = 0x05;
  memcpy(longer, good.buf, good.len);
  mg_log_set(MG_LL_NONE);
  for (int member = CA; member <= KEY; member++) {
    check(member, mg_str_n((char *)deep, sizeof(deep)));
    check(member, mg_str_n((char *)deep, 1));
    check(member, mg_str_n((char *)deep, 100));
  }
  for (size_t len = 1; len < good.len; len += 7) check(CERT, mg_str_n(good.buf, len));
  check(CA, mg_str_n(good.buf, good.len - 1));
  check(CA, mg_str_n(longer, good.len + 1));
  check(CERT, mg_str_n(longer, good.len + 1));
  free(longer);
  return test_result();
}
