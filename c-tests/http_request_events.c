// Chapter 03, 23, 24: order of events for one request and for two in one segment.
#include "http_peer.h"

static size_t recv_len_at_read = 99;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (c->is_accepted) peer_note_event(ev, ev_data);
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    CHECK_INT(c->is_resp, 1);
    mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
    CHECK_INT(c->is_resp, 0);
  }
  if (ev == MG_EV_READ) {
    recv_len_at_read = c->recv.len;
    CHECK(*(long *)ev_data > 0);
  }
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  struct answer a = peer_ask(&p, listener, "GET /one HTTP/1.1\r\n\r\n");
  CHECK_INT(a.status, 200);
  CHECK_BODY(a, "/one");
  CHECK_TEXT(peer_events, "ACCEPT HDRS MSG READ");
  CHECK_INT(recv_len_at_read, 0);
  CHECK(!p.closed);

  peer_events[0] = '\0';
  peer_drop(&p, p.len);
  peer_say(&p, "GET /a HTTP/1.0\r\n\r\nGET /bc HTTP/1.1\n\n");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/a");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/bc");
  CHECK_INT(p.len, a.head_len + a.body_len);
  CHECK_TEXT(peer_events, "HDRS MSG HDRS MSG READ");

  peer_events[0] = '\0';
  peer_close(&p);
  CHECK(peer_wait_event("CLOSE", NULL));
  CHECK_TEXT(peer_events, "CLOSE");
  peer_end();
  return test_result();
}
