// A WebSocket client and server: text, binary, fragments made by hand, ping and close.
#include "event.h"

static char server_saw[300], client_saw[300];

static void note(char *seen, const char *what, struct mg_ws_message *wm) {
  size_t len = strlen(seen);
  mg_snprintf(seen + len, sizeof(server_saw) - len, "%s%x=%.*s ", what, wm->flags,
              (int)wm->data.len, wm->data.buf);
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    CHECK_STR(*mg_http_get_header(hm, "X-Token"), "7");
    mg_ws_upgrade(c, hm, "X-Server: %d\r\n", 8);
    CHECK(c->is_websocket);
  } else if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    note(server_saw, "", wm);
    if (wm->data.len == 0) {
      CHECK_INT(mg_ws_send(c, NULL, 0, WEBSOCKET_OP_CLOSE), 2);
    } else {
      mg_ws_send(c, wm->data.buf, wm->data.len, wm->flags & 15);
    }
  }
}

static size_t say(struct mg_connection *c, int op, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_ws_vprintf(c, op, fmt, &ap);
  va_end(ap);
  return n;
}

static void ask(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_WS_OPEN) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    CHECK_INT(mg_http_status(hm), 101);
    CHECK_STR(*mg_http_get_header(hm, "X-Server"), "8");
    CHECK_INT(mg_ws_printf(c, WEBSOCKET_OP_TEXT, "n=%d", 1), 3);
    CHECK_INT(say(c, WEBSOCKET_OP_BINARY, "%s", "bin"), 3);
    size_t before = c->send.len;
    mg_printf(c, "%s", "plain");
    CHECK_INT(mg_ws_wrap(c, 5, WEBSOCKET_OP_TEXT), before + 2 + 4 + 5);  // header, mask, payload
    CHECK_INT(mg_ws_send(c, "p", 1, WEBSOCKET_OP_PING), 7);
    CHECK_INT(mg_ws_send(c, NULL, 0, WEBSOCKET_OP_TEXT), 6);
  } else if (ev == MG_EV_WS_MSG) {
    note(client_saw, "", (struct mg_ws_message *)ev_data);
  } else if (ev == MG_EV_WS_CTL) {
    note(client_saw, "ctl", (struct mg_ws_message *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    strcat(client_saw, "end");
  }
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  CHECK(mg_ws_connect(&mgr, url_to("ws", listener), ask, NULL, "X-Token: %d\r\n", 7) != NULL);
  POLL_UNTIL(&mgr, strstr(client_saw, "end") != NULL);
  CHECK_TEXT(server_saw, "81=n=1 82=bin 81=plain 81= ");
  CHECK_TEXT(client_saw, "81=n=1 82=bin 81=plain ctl8a=p ctl88= end");
  mg_mgr_free(&mgr);
  return test_result();
}
