// Chapter 04, 1 to 4: the request of mg_ws_connect, its host, URI and key; no URL, no connection.
#include "event.h"

static void check_request(struct mg_mgr *mgr, const char *url, const char *start,
                          const char *headers, char *key) {
  char want[500], decoded[30];
  struct mg_connection *c = headers == NULL
                                ? mg_ws_connect(mgr, url, ignore_events, NULL, NULL)
                                : mg_ws_connect(mgr, url, ignore_events, NULL, "%s", headers);
  struct mg_http_message hm;
  CHECK(c != NULL);
  if (c == NULL || mg_http_parse((char *)c->send.buf, c->send.len, &hm) <= 0) {
    CHECK(false);  // a request
    return;
  }
  struct mg_str *value = mg_http_get_header(&hm, "Sec-WebSocket-Key");
  CHECK_INT(value->len, 24);
  mg_snprintf(key, 25, "%.*s", 24, value->buf);
  CHECK_INT(mg_base64_decode(key, 24, decoded, sizeof(decoded)), 16);
  mg_snprintf(want, sizeof(want), "%sSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n",
              start, key, headers == NULL ? "" : headers);
  CHECK_BYTES(c->send.buf, c->send.len, want, strlen(want));
}

int main(void) {
  struct mg_mgr mgr;
  char key1[25] = "", key2[25] = "";
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  check_request(&mgr, "ws://u:p@127.0.0.1:9/abc?d=e",
                "GET /abc?d=e HTTP/1.1\r\nUpgrade: websocket\r\nHost: 127.0.0.1\r\n"
                "Connection: Upgrade\r\n",
                NULL, key1);
  check_request(&mgr, "ws://[::1]:9",
                "GET / HTTP/1.1\r\nUpgrade: websocket\r\nHost: [::1]\r\nConnection: Upgrade\r\n",
                "Origin: http://o\r\nX: 1\r\n", key2);
  CHECK(strcmp(key1, key2) != 0);
  CHECK_PTR(mg_ws_connect(&mgr, NULL, ignore_events, NULL, NULL), NULL);
  CHECK_PTR(mg_ws_connect(&mgr, "", ignore_events, NULL, NULL), NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
