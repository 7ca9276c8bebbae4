// Chapter 06, weak spot 42: metadata and firmware come over TLS from https: URLs, and only from servers
// that an authority of the system vouches for by name.
#include "tls.h"

static struct mg_mgr mgr;
static char base[64], told[200];
static size_t stored;
static int ended;

bool mg_ota_write(const void *buf, size_t len) {
  (void)buf;
  stored += len;
  return true;
}

bool mg_ota_end(void) {
  ended++;
  return true;
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    struct mg_tls_opts opts = tls_options("", "server.crt", "server.key", "");
    mg_tls_init(c, &opts);
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/meta"), NULL)) {
      mg_http_reply(c, 200, "", "{\"version\":\"2\",\"url\":\"%s/fw\",\"size\":3000}", base);
    } else {
      mg_http_reply(c, 200, "", "%03000d", 0);
    }
  }
}

static void report(const char *message) {
  snprintf(told, sizeof(told), "%s", message == NULL ? "NULL" : message);
}

static void check(const char *authority, const char *host, int port, const char *want) {
  char path[500], url[100];
  snprintf(path, sizeof(path), "%s/%s", getenv("TEST_PKI"), authority);
  setenv("SSL_CERT_FILE", path, 1);
  snprintf(base, sizeof(base), "https://%s:%d", host, port);
  snprintf(url, sizeof(url), "%s/meta", base);
  told[0] = '\0';
  stored = 0, ended = 0;
  mg_ota_url_check(&mgr, url, report);
  POLL_UNTIL(&mgr, told[0] != '\0');
  CHECK_TEXT(told, want);
}

int main(void) {
  struct mg_connection *listener;
  int port;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "https://127.0.0.1:0", serve, NULL);
  port = mg_ntohs(listener->loc.port);
  check("root.crt", "127.0.0.1", port, "NULL");
  CHECK_INT(stored, 3000);
  CHECK_INT(ended, 1);
  check("other.crt", "127.0.0.1", port, "TLS: invalid peer certificate: UnknownIssuer");
  CHECK_INT(stored + (size_t)ended, 0);
  check("none", "127.0.0.1", port, "TLS: this system has no list of authorities");
  mg_mgr_free(&mgr);
  return test_result();
}
