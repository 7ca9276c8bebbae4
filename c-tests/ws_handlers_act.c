// Chapter 04, W4, W7 and section 0.1: handlers that empty the input, close the connection or send
// CLOSE themselves in the middle of a read.
// History: CVE-2017-2922 | the message stays what it is while its handler grows buffers
#include "ws.h"

enum { BLOCK = 200000 };

static int mode, messages, closes;
static struct mg_connection *server;

// Both buffers move; the message stays what it is until the handler returns.
static void grow(struct mg_connection *c, const struct mg_str *data) {
  static char block[BLOCK];
  char before[10] = "";
  size_t len = data->len;
  memcpy(before, data->buf, len);
  mg_ws_send(c, block, sizeof(block), WEBSOCKET_OP_BINARY);
  mg_iobuf_resize(&c->send, 4 * sizeof(block));
  CHECK_BYTES(data->buf, data->len, before, len);
}

static void act(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    server = c;
    mg_ws_upgrade(c, (struct mg_http_message *)ev_data, NULL);
  }
  if (ev == MG_EV_CLOSE && c == server) closes++;
  if (ev == MG_EV_WS_CTL && mode == 3) mg_ws_send(c, "\x03\xe9", 2, WEBSOCKET_OP_CLOSE);
  if (ev != MG_EV_WS_MSG) return;
  messages++;
  if (mode == 0) c->recv.len = 0;
  if (mode == 1) mg_iobuf_free(&c->recv);
  if (mode == 2) mg_close_conn(c);
  if (mode == 4) grow(c, &((struct mg_ws_message *)ev_data)->data);
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", act, NULL);
  for (mode = 0; mode < 5; mode++) {
    struct mg_connection *raw = ws_raw(&mgr, listener);
    messages = closes = 0;
    mg_printf(raw, "%s", WS_REQUEST);
    POLL_UNTIL(&mgr, raw->recv.len >= 129);
    raw->recv.len = 0;
    if (mode == 3) {
      ws_frame(raw, 0x88, "\x03\xe8", 2);
      POLL_UNTIL(&mgr, closes == 1 && raw->recv.len > 0);
      CHECK_BYTES(raw->recv.buf, raw->recv.len, "\x88\x02\x03\xe9", 4);
      continue;
    }
    for (int i = 0; i < 3; i++) ws_frame(raw, i == 1 && mode < 4 ? 0x01 : 0x81, "abc", 3);
    if (mode == 4) {
      POLL_UNTIL(&mgr, messages == 3 && raw->recv.len > 3 * BLOCK);
      raw->is_closing = 1;
      continue;
    }
    POLL_UNTIL(&mgr, messages == 1);
    CHECK_INT(closes, mode == 2);
    if (mode == 2) continue;
    ws_frame(raw, 0x81, "next", 4);
    POLL_UNTIL(&mgr, messages == 2);
    raw->is_closing = 1;
    POLL_UNTIL(&mgr, closes == 1);
  }
  mg_mgr_free(&mgr);
  return test_result();
}
