// Chapter 04, 25 and 26: a frame of MG_MAX_RECV_SIZE bytes arrives, one more byte is refused; large
// messages are echoed intact between a client and a server.
#include "ws.h"

static size_t got;
static bool intact = true;
static struct mg_connection *client;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_ws_upgrade(c, (struct mg_http_message *)ev_data, NULL);
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, wm->flags & 15);
  }
}

static void receive(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
  if (ev == MG_EV_CLOSE) client = NULL;
  if (ev != MG_EV_WS_MSG) return;
  got = wm->data.len;
  for (size_t i = 0; i < got; i++) intact = intact && wm->data.buf[i] == (char)(i * 7 + i / 256);
  (void)c;
}

int main(void) {
  struct mg_mgr mgr;
  char url[50];
  const size_t limit = 3 * 1024 * 1024;
  // A masked frame has 14 bytes more than its payload.
  const size_t sizes[] = {1, 65535, 65536, 100000, limit - 14};
  char *data = (char *)mg_calloc(1, limit);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  mg_snprintf(url, sizeof(url), "ws://127.0.0.1:%d/", mg_ntohs(listener->loc.port));
  client = mg_ws_connect(&mgr, url, receive, NULL, NULL);
  for (size_t i = 0; i < limit; i++) data[i] = (char)(i * 7 + i / 256);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    got = 0;
    mg_ws_send(client, data, sizes[i], WEBSOCKET_OP_BINARY);
    POLL_UNTIL(&mgr, got == sizes[i]);
    CHECK(intact);
  }
  mg_ws_send(client, data, limit - 13, WEBSOCKET_OP_BINARY);
  POLL_UNTIL(&mgr, client == NULL);
  mg_mgr_free(&mgr);
  mg_free(data);
  return test_result();
}
