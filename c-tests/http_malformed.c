// Chapter 03, 27, 28: malformed input gets no byte of reply; requests before it are answered. Section
// 3.12, 1, 3, 5.
// History: CVE-2023-34188 | minus the request's length closes, the next client is served
// History: #2592 | good requests in front of bad ones are answered
// History: CVE-2026-73257 | both in either order end the connection
// History: CVE-2026-73256 | no second request is seen inside
// History: 7.22-header-count | a length behind 30 headers frames the body
#include "http_peer.h"

static int messages;
static size_t body_len;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ERROR && c->is_accepted) peer_note((char *)ev_data);
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  body_len = ((struct mg_http_message *)ev_data)->body.len;
  mg_http_reply(c, 200, "", "fine");
}

static const char *const bad[] = {
    "\r\n\r\n\r\n\r\n",
    "GET /\r\n\r\n",
    "GARBAGE",  // only with the control byte below
    "GET / HTTP/1.1\r\nContent-Length: -39\r\n\r\n",
    "GET / HTTP/1.1\r\n:\r\nI: am chopped off\r\n\r\n",
    "GET / HTTP/1.1\r\nVisible: a\rSmuggled: b\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n22\r\nGET /x HTTP/1.1\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nA : b\r\n\r\n",
    "GET /\rx HTTP/1.1\r\n\r\n",
};

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p, other;
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    for (int with_good = 0; with_good <= 1; with_good++) {
      messages = 0;
      peer_open(&p, listener);
      if (with_good) peer_say(&p, "GET /good HTTP/1.1\r\n\r\n");
      peer_say(&p, bad[i]);
      if (strcmp(bad[i], "GARBAGE") == 0) peer_say(&p, "\x01");
      test_check_int(__FILE__, __LINE__, bad[i], peer_wait_closed(&p), true);
      struct answer a = peer_answer(&p, true);
      test_check_int(__FILE__, __LINE__, bad[i], a.status, with_good ? 200 : 0);
      test_check_int(__FILE__, __LINE__, bad[i], (long long)p.len,
                     (long long)(a.head_len + a.body_len));
      test_check_int(__FILE__, __LINE__, bad[i], messages, with_good);
      peer_close(&p);
    }
    struct answer a = peer_ask(&other, listener, "GET / HTTP/1.1\r\n\r\n");
    CHECK_BODY(a, "fine");
    peer_close(&other);
  }
  CHECK_TEXT(peer_events, "");  // a malformed head raises no error event

  // 30 headers, then the length of the body: it frames the message all the same (chapter 08,
  // checklist 13).
  messages = 0;
  char text[2000];
  size_t len = mg_snprintf(text, sizeof(text), "POST / HTTP/1.1\r\n");
  for (int i = 0; i < MG_MAX_HTTP_HEADERS; i++) {
    len += mg_snprintf(text + len, sizeof(text) - len, "h%d: x\r\n", i);
  }
  mg_snprintf(text + len, sizeof(text) - len, "Content-Length: 5\r\n\r\nhello");
  peer_open(&p, listener);
  peer_say(&p, text);
  struct answer behind = peer_answer(&p, true);
  CHECK_INT(behind.status, 200);
  CHECK_INT(messages, 1);
  CHECK_INT(body_len, 5);
  peer_close(&p);
  peer_end();
  return test_result();
}
