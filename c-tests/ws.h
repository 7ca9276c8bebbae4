// Helpers of the WebSocket tests: a server and a raw peer of it in one manager.
#ifndef WS_H
#define WS_H

#include "event.h"

#define WS_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WS_REQUEST                                                               \
  "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WS_KEY "\r\n\r\n"

// What the handler `ws_record` has seen.
struct ws_log {
  char text[2000];  // WS events: "OPEN ", "MSG 81 data ", "CTL 89 data ", "ERROR text ", "CLOSE "
  struct mg_connection *c;  // the accepted or client connection, NULL after CLOSE
  size_t largest;           // longest message
  size_t read;              // bytes of MG_EV_READ
};

static inline void ws_record(struct mg_connection *c, int ev, void *ev_data) {
  struct ws_log *log = (struct ws_log *)c->fn_data;
  size_t len = strlen(log->text);
  char *end = log->text + len;
  size_t room = sizeof(log->text) - len;
  if (c->is_listening) return;
  if (ev == MG_EV_ACCEPT || ev == MG_EV_CONNECT) log->c = c;
  if (ev == MG_EV_HTTP_MSG) mg_ws_upgrade(c, (struct mg_http_message *)ev_data, NULL);
  if (ev == MG_EV_READ) log->read += (size_t) * (long *)ev_data;
  if (ev == MG_EV_WS_OPEN) mg_snprintf(end, room, "OPEN ");
  if (ev == MG_EV_ERROR) mg_snprintf(end, room, "ERROR %s ", (char *)ev_data);
  if (ev == MG_EV_CLOSE) mg_snprintf(end, room, "CLOSE "), log->c = NULL;
  if (ev == MG_EV_WS_MSG || ev == MG_EV_WS_CTL) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_snprintf(end, room, "%s %02x %.*s ", ev == MG_EV_WS_MSG ? "MSG" : "CTL", wm->flags,
                wm->data.len > 100 ? 0 : (int)wm->data.len, wm->data.buf);
    if (wm->data.len > log->largest) log->largest = wm->data.len;
  }
}

// A server that records, on a free port.
static inline struct mg_connection *ws_listen(struct mg_mgr *mgr, struct ws_log *log) {
  return mg_http_listen(mgr, "http://127.0.0.1:0", ws_record, log);
}

// A raw connection to the port of `to`, which is in c->recv what the server sent.
static inline struct mg_connection *ws_raw(struct mg_mgr *mgr, struct mg_connection *to) {
  char url[50];
  mg_snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", mg_ntohs(to->loc.port));
  return mg_connect(mgr, url, ignore_events, NULL);
}

// Appends a frame with a zero mask, first byte `first`.
static inline void ws_frame(struct mg_connection *raw, int first, const void *data, size_t len) {
  unsigned char head[] = {(unsigned char)first, (unsigned char)(0x80 | len), 0, 0, 0, 0};
  mg_send(raw, head, sizeof(head));
  mg_send(raw, data, len);
}

#endif  // WS_H
