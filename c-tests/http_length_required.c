// Chapter 03, 36: a response sent to a server gets 411 if it should have a length; section 3.12,
// 16: one, and the connection closes.
// History: be8dbb0d | one 411, then the end
#include "http_peer.h"

static int messages;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_HTTP_MSG) messages++;
}

int main(void) {
  static const struct {
    const char *text;
    bool answered;
  } rows[] = {
      {"HTTP/1.1 302 Found\r\n\r\n", true},     {"HTTP/1.1 200 OK\r\n\r\nx", true},
      {"HTTP/1.1 500 X\r\nA: b\r\n\r\n", true}, {"HTTP/1.1 100 Go\r\n\r\n", false},
      {"HTTP/1.1 304 Same\r\n\r\n", false},
  };
  struct mg_connection *listener = peer_serve(on_event, NULL);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct peer p;
    peer_open(&p, listener);
    peer_say(&p, rows[i].text);
    if (rows[i].answered) {
      CHECK(peer_wait_closed(&p));
      CHECK_TEXT(p.buf, "HTTP/1.1 411 Length Required\r\nContent-Length: 0          \r\n\r\n");
    } else {
      peer_settle(&p);
      test_check_int(__FILE__, __LINE__, rows[i].text, (long long)p.len, 0);
      CHECK(!p.closed);
    }
    peer_close(&p);
  }
  CHECK(messages <= 2);  // the ones without a length end with the connection
  peer_end();
  return test_result();
}
