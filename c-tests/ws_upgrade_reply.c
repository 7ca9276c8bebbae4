// Chapter 04, 8 to 11 and W8, W12: the bytes of the 101, MG_EV_WS_OPEN inside mg_ws_upgrade, frames
// that come with the request; the 426 and no event for what is no request for a WebSocket.
#include "ws.h"

int main(void) {
  struct mg_mgr mgr;
  struct ws_log log = {"", NULL, 0, 0};
  const char *accepted =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const char *refused =
      "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 20         \r\n\r\nWS upgrade expected\n";
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = ws_listen(&mgr, &log);
  struct mg_connection *raw = ws_raw(&mgr, listener);
  mg_printf(raw, "%s", WS_REQUEST);
  ws_frame(raw, 0x81, "early", 5);
  POLL_UNTIL(&mgr, strstr(log.text, "early") != NULL && raw->recv.len >= strlen(accepted));
  CHECK_TEXT(log.text, "OPEN MSG 81 early ");
  CHECK_BYTES(raw->recv.buf, raw->recv.len, accepted, strlen(accepted));
  CHECK(log.c->is_websocket);
  CHECK(!log.c->is_resp);

  log.text[0] = '\0';
  raw = ws_raw(&mgr, listener);
  mg_printf(raw, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  POLL_UNTIL(&mgr, strstr(log.text, "CLOSE") != NULL && raw->recv.len >= strlen(refused));
  CHECK_TEXT(log.text, "CLOSE ");
  CHECK_BYTES(raw->recv.buf, raw->recv.len, refused, strlen(refused));
  mg_mgr_free(&mgr);
  return test_result();
}
