// Chapter 03, 25: a pipelined request waits for the reply in progress and then needs no new input;
// section 3.12, 10: "Connection: close" counts for late replies, too.
// History: #2765 | the same for late answers
#include "http_peer.h"

static struct mg_connection *waiting;
static int messages;
static bool reply_in_poll;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    messages++;
    waiting = c;
  } else if (ev == MG_EV_POLL && reply_in_poll && c == waiting && c->is_resp) {
    mg_http_reply(c, 200, "", "polled %d", messages);
  } else if (ev == MG_EV_READ && *(long *)ev_data == 0) {
    peer_note("READ0");
  }
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  peer_say(&p, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_count(&messages, 1, &p));
  peer_settle(&p);
  CHECK_INT(messages, 1);
  CHECK_INT(p.len, 0);
  CHECK_INT(waiting->is_resp, 1);

  mg_http_reply(waiting, 200, "", "late");  // outside of any event
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "late");
  peer_drop(&p, a.head_len + a.body_len);
  CHECK(peer_wait_count(&messages, 2, &p));
  peer_settle(&p);
  CHECK_INT(messages, 2);
  CHECK_INT(p.len, 0);

  reply_in_poll = true;
  a = peer_answer(&p, true);
  CHECK_BODY(a, "polled 2");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "polled 3");
  CHECK(peer_count("READ0") >= 1);
  CHECK(!p.closed);
  peer_close(&p);

  // The reply comes from a poll; then the connection closes and what was pipelined is not seen.
  messages = 0;
  peer_open(&p, listener);
  peer_say(&p, "GET /1 HTTP/1.1\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  a = peer_answer(&p, true);
  CHECK_BODY(a, "polled 1");
  CHECK_INT(p.len, a.head_len + a.body_len);
  peer_settle(NULL);
  CHECK_INT(messages, 1);
  peer_close(&p);
  peer_end();
  return test_result();
}
