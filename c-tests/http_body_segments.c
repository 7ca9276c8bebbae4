// Chapter 03, 29, 37: a body in many segments is one message; POST without a length has no body.
// Section 3.12, 6: what follows such a POST is the next request, whole.
// History: be8dbb0d | no 411 and no phantom request for a POST without a length
#include "http_peer.h"

static int messages;
static char body[100];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  mg_snprintf(body, sizeof(body), "%.*s", (int)hm->body.len, hm->body.buf);
  CHECK_INT(hm->message.len, hm->head.len + hm->body.len);
  mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  static const char *const pieces[] = {
      "PO", "ST /x HTTP/1.1\r\nContent-Le", "ngth: 12\r", "\n\r\n", "hello", " wor"};
  for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
    peer_say(&p, pieces[i]);
    peer_settle(&p);
    CHECK_INT(messages, 0);
    CHECK_INT(p.len, 0);
  }
  peer_say(&p, "ld!GET /next HTTP/1.1\r\n\r\n");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "/x");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/next");
  CHECK_INT(messages, 2);
  peer_drop(&p, p.len);

  messages = 0;
  peer_say(&p,
           "POST /empty HTTP/1.1\r\nHost: some-long-name\r\n\r\nGET /a HTTP/1.1\r\n\r\nGET /b "
           "HTTP/1.1\r\n\r\n");
  static const char *const uris[] = {"/empty", "/a", "/b"};
  for (int i = 0; i < 3; i++) {
    a = peer_answer(&p, true);
    CHECK_INT(a.status, 200);
    CHECK_BODY(a, uris[i]);
    peer_drop(&p, a.head_len + a.body_len);
  }
  peer_settle(&p);
  CHECK_INT(messages, 3);
  CHECK_INT(p.len, 0);
  CHECK(!p.closed);

  // A body without a length is no body: it is taken for a request, and a bad one. No 411, no
  // phantom request.
  messages = 0;
  peer_say(&p, "POST /p HTTP/1.1\r\n\r\nabc=1&d=2\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/p");
  CHECK_INT(p.len, a.head_len + a.body_len);
  CHECK_INT(messages, 1);
  CHECK_TEXT(body, "");
  peer_close(&p);
  peer_end();
  return test_result();
}
