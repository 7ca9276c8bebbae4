// Chapter 03, 26; section 3.12, 8. After "Connection: close" there is one answer, and
// nothing behind the request is executed.
// History: #2765 | one answer, and nothing behind it is executed
#include "http_peer.h"

static int messages;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_MSG) return;
  (void)ev_data;
  messages++;
  mg_http_reply(c, 200, "", "only");
}

int main(void) {
  static const char *const closing[] = {"close", "Close", "CLOSE"};
  static const char *const staying[] = {"keep-alive", "close, x", "closed", ""};
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  char request[200];
  for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
    messages = 0;
    mg_snprintf(request, sizeof(request),
                "GET / HTTP/1.1\r\nconnection: %s\r\n\r\nGET /behind HTTP/1.1\r\n\r\n", closing[i]);
    struct answer a = peer_ask(&p, listener, request);
    CHECK_BODY(a, "only");
    CHECK(peer_wait_closed(&p));
    CHECK_INT(p.len, a.head_len + a.body_len);
    peer_settle(NULL);
    CHECK_INT(messages, 1);
    peer_close(&p);
  }
  for (size_t i = 0; i < sizeof(staying) / sizeof(staying[0]); i++) {
    mg_snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nConnection: %s\r\n\r\n", staying[i]);
    struct answer a = peer_ask(&p, listener, request);
    CHECK_BODY(a, "only");
    peer_settle(&p);
    CHECK(!p.closed);
    peer_close(&p);
  }
  peer_end();
  return test_result();
}
