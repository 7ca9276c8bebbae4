#include "reconfigure.h"

enum { MAX_VALUES = 3, CHANGED_AT_ONCE = 10 };

// The first value is the one to begin and to end with.
static const struct choice {
  const char *name, *values[MAX_VALUES];
} choices[] = {
    {"max_connections", {"150", "60", "100"}},
    {"max_connections_per_ip", {"0", "40", "2"}},
    {"full_policy", {"evict", "reject", "queue"}},
    {"connect_rate", {"0", "2/5", "1/2"}},
    {"over_rate", {"reject", "tarpit"}},
    {"tarpit_ms", {"1000", "200"}},
    {"access_control_list", {"", "-127.0.0.0/28"}},
    {"priority_list", {"", "127.0.0.20"}},
    {"io_timeout_ms", {"2000", "1000"}},
    {"io_timeout_scope", {"transfer", "all"}},
    {"header_timeout_ms", {"1500", "700"}},
    {"min_body_rate", {"240", "2000"}},
    {"request_timeout_ms", {"0", "2000", "1000"}},
    {"keep_alive_timeout_ms", {"2000", "800"}},
    {"keep_alive_max_requests", {"0", "5"}},
    {"handler_warn_ms", {"0", "1"}},
    {"poll_event_interval_ms", {"0", "20", "500"}},
    {"max_header_size", {"16k", "512"}},
    {"max_uri_size", {"8k", "20"}},
    {"max_headers", {"100", "2"}},
    {"max_body_size", {"max_recv_size", "100k"}},
    {"max_recv_size", {"3m", "256k"}},
    {"max_send_size", {"64m", "1m"}},
    {"max_memory", {"0", "4m"}},
    {"max_pipeline", {"64", "3"}},
    {"websocket_max_message_size", {"max_recv_size", "64k"}},
    {"websocket_rate", {"0", "20/40"}},
    {"websocket_ping_ms", {"1000", "300", "0"}},
    {"strict_http", {"on", "off"}},
    {"require_host", {"off", "on"}},
    {"malformed_reply", {"close", "400"}},
    {"allowed_methods", {"", "GET,HEAD"}},
    {"request_rate", {"0", "10/20", "1/2"}},
    {"file_cache_size", {"256k", "0", "2k"}},
    {"extra_headers", {"", "X-Soaked: yes\r\n"}},
    {"access_log_file", {"", "access.log"}},
    {"error_log_file", {"", "error.log"}},
    {"ssl_protocol_version", {"1.2", "1.3"}},
    {"ssl_session_cache", {"1024", "0"}},
    {"hsts", {"", "max-age=60"}},
};

static const size_t count = sizeof(choices) / sizeof(choices[0]);
static char spare_url[40] = "http://127.0.0.1:0";
static struct mg_connection *spare;

static void set(struct mg_mgr *mgr, const char *name, const char *value) {
  const char *error = mg_set_option(mgr, name, value);
  if (error != NULL) fprintf(stderr, "%s=%s: %s\n", name, value, error);
}

// A pair stays in force until the next one is complete.
static void set_certificate(struct mg_mgr *mgr, const char *pki, const char *name) {
  char path[256];
  set(mgr, "ssl_key", "");
  mg_snprintf(path, sizeof(path), "%s/%s.crt", pki, name);
  set(mgr, "ssl_certificate", path);
  mg_snprintf(path, sizeof(path), "%s/%s.key", pki, name);
  set(mgr, "ssl_key", path);
}

// Fails for as long as a closed listener, or somebody's outgoing connection, has the port.
static void open_spare(struct mg_mgr *mgr, mg_event_handler_t fn) {
  bool is_first = mg_url_port(spare_url) == 0;
  if (spare != NULL) return;
  spare = mg_http_listen(mgr, spare_url, fn, NULL);
  if (spare == NULL || !is_first) return;
  mg_snprintf(spare_url, sizeof(spare_url), "http://127.0.0.1:%d", mg_ntohs(spare->loc.port));
  printf("port spare %d\n", mg_ntohs(spare->loc.port));
}

static void close_spare(void) {
  if (spare != NULL) spare->is_closing = 1;
  spare = NULL;
}

static void on_routed(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "ok\n");
  (void)ev_data;
}

static void ignore_log(char ch, void *unused) {
  (void)ch, (void)unused;
}

void configure(struct mg_mgr *mgr, const char *pki, mg_event_handler_t fn) {
  for (size_t i = 0; i < count; i++) set(mgr, choices[i].name, choices[i].values[0]);
  set_certificate(mgr, pki, "server");
  mg_set_request_handler(mgr, "/routed", NULL, NULL);
  mg_log_set_fn(ignore_log, NULL);
  mg_log_set(MG_LL_ERROR);
  open_spare(mgr, fn);
}

// Takes the options in turn, each every few seconds.
static void change_option(struct mg_mgr *mgr) {
  static size_t turn;
  const struct choice *next = &choices[turn % count];
  const struct choice *former = &choices[(turn + count - CHANGED_AT_ONCE) % count];
  const char *value = next->values[1 + below(MAX_VALUES - 1)];
  set(mgr, former->name, former->values[0]);
  set(mgr, next->name, value == NULL ? next->values[1] : value);
  turn++;
}

void reconfigure(struct mg_mgr *mgr, const char *pki, mg_event_handler_t fn) {
  static const char *certificates[] = {"server", "p384", "rsa", "ed25519"};
  change_option(mgr);
  switch (below(12)) {
    case 0:
      set_certificate(mgr, pki, certificates[below(4)]);
      break;
    case 1:
      mg_log_set((int)below(MG_LL_VERBOSE + 1));
      break;
    case 2:
      mg_set_request_handler(mgr, "/routed", below(2) ? on_routed : NULL, NULL);
      break;
    case 3:
      close_spare();
      break;
    default:
      open_spare(mgr, fn);
  }
}
