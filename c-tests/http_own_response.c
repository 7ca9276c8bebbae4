// Chapter 03, quirk 9 and 3.5.5: a program that writes its own response clears is_resp when it is
// complete, wherever that is; a reply in MG_EV_HTTP_HDRS does not stop the run; 3.5.8: nothing is
// parsed at the end of a connection whose response is still in progress.
#include "http_peer.h"

static int messages, closes;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/early"), NULL) && c->data[0] == 0) {
    c->data[0] = 'e';  // comes again while the body arrives
    mg_http_reply(c, 200, "", "early");
  } else if (ev == MG_EV_HTTP_MSG) {
    messages++;
    c->data[1] = 0;
    if (mg_match(hm->uri, mg_str("/early"), NULL)) {
      c->is_resp = 0;
    } else if (mg_match(hm->uri, mg_str("/never"), NULL)) {
      c->data[1] = 'n';
    } else {
      mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%.*s", (int)hm->uri.len,
                (int)hm->uri.len, hm->uri.buf);
    }
  } else if (ev == MG_EV_WRITE && c->send.len == 0 && c->is_resp && c->data[1] == 0) {
    c->is_resp = 0;
  } else if (ev == MG_EV_CLOSE && c->is_accepted) {
    closes++;
  }
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  peer_say(&p, "GET /1 HTTP/1.1\r\n\r\nGET /22 HTTP/1.1\r\n\r\nGET /333 HTTP/1.1\r\n\r\n");
  static const char *const uris[] = {"/1", "/22", "/333"};
  for (int i = 0; i < 3; i++) {
    struct answer a = peer_answer(&p, true);
    CHECK_BODY(a, uris[i]);
    peer_drop(&p, a.head_len + a.body_len);
  }
  CHECK_INT(messages, 3);

  messages = 0;
  peer_say(&p, "POST /early HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "early");
  CHECK_INT(messages, 0);
  peer_drop(&p, p.len);
  peer_say(&p, "cdGET /next HTTP/1.1\r\n\r\n");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/next");
  CHECK_INT(messages, 2);
  peer_close(&p);
  CHECK(peer_wait_count(&closes, 1, NULL));

  messages = 0;
  peer_open(&p, listener);
  peer_say(&p, "GET /never HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_count(&messages, 1, &p));
  peer_close(&p);
  CHECK(peer_wait_count(&closes, 2, NULL));
  CHECK_INT(messages, 1);
  peer_end();
  return test_result();
}
