// Prints one line `NAME: ok` or `NAME: what is wrong` per exported function (c-tests/panics/run).
#include "main.h"

struct mg_mgr mgr;
struct mg_connection *c;

static const char *row;
static int row_has_connection;
static uint64_t panics_before;

// What the handler of the row's connection saw.
static bool saw_error, saw_close, saw_reply;

static void row_handler(struct mg_connection *conn, int ev, void *ev_data) {
  if (ev == MG_EV_ERROR && strcmp((char *)ev_data, "internal error") == 0) saw_error = true;
  if (ev == MG_EV_CLOSE) saw_close = true;
  (void)conn;
}

static uint64_t panics(void) {
  struct mg_stats stats = {.size = sizeof(stats)};
  mg_get_stats(&mgr, &stats);
  return stats.panics;
}

void begin(const char *name, const char *place, int on_connection) {
  row = name, row_has_connection = on_connection;
  c = on_connection ? mg_wrapfd(&mgr, -1, row_handler, NULL) : NULL;
  saw_error = saw_close = false;
  panics_before = panics();
  meerkat_failpoint(place);
}

// A connection that was to be closed is closed by the next poll.
static const char *verdict(void) {
  meerkat_failpoint(NULL);
  if (panics() != panics_before + 1) return "no panic was counted";
  if (!row_has_connection) return "ok";
  if (!saw_error) return "no MG_EV_ERROR";
  mg_mgr_poll(&mgr, 0);
  return saw_close ? "ok" : "the connection is still open";
}

void end(void) {
  printf("%s: %s\n", row, verdict());
  fflush(stdout);
}

static void server(struct mg_connection *conn, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(conn, 200, "", "alive\n");
  (void)ev_data;
}

static void client(struct mg_connection *conn, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) mg_printf(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    saw_reply = mg_strcmp(hm->body, mg_str("alive\n")) == 0;
  }
}

int main(void) {
  char url[50];
  struct mg_connection *listener;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", server, NULL);
  all_rows();
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%d", mg_ntohs(listener->loc.port));
  mg_http_connect(&mgr, url, client, NULL);
  for (int i = 0; i < 500 && !saw_reply; i++) mg_mgr_poll(&mgr, 10);
  printf("served afterwards: %s\n", saw_reply ? "ok" : "no reply");
  mg_mgr_free(&mgr);
  return 0;
}
