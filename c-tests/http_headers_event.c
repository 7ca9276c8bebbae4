// Section 3.12, 17 and design section 6: MG_EV_HTTP_HDRS comes once for a head and again only when
// more of the body has arrived. 15, 19: polls look at nothing twice.
// History: 7.22-repeated-event | once per head, and again only for more of the body
#include "http_peer.h"

static int headers, messages, polls;
static size_t announced;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS) {
    headers++;
    announced = hm->body.len;
  }
  if (ev == MG_EV_POLL && c->is_accepted) polls++;
  if (ev == MG_EV_HTTP_MSG) {
    messages++;
    mg_http_reply(c, 200, "", "ok");
  }
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  const char *head = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
  for (size_t i = 0; i < strlen(head); i++) {
    peer_send(&p, head + i, 1);
    for (int k = 0; k < 3; k++) peer_step(&p);
    CHECK_INT(headers, i + 1 == strlen(head));
  }
  CHECK_INT(announced, 5);
  peer_settle(&p);
  CHECK_INT(headers, 1);
  for (int i = 0; i < 4; i++) {
    peer_say(&p, "x");
    peer_wait_count(&headers, i + 2, &p);
    peer_settle(&p);
    CHECK_INT(headers, i + 2);
    CHECK_INT(messages, 0);
  }
  peer_say(&p, "x");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "ok");
  CHECK_INT(headers, 6);
  CHECK(polls > 50);
  CHECK_INT(announced, 5);

  // An unfinished body ends with the connection: nothing is reported then (3.12, 9 and 17).
  headers = messages = 0;
  peer_drop(&p, p.len);
  peer_say(&p, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  CHECK(peer_wait_count(&headers, 1, &p));
  peer_close(&p);
  peer_settle(NULL);
  CHECK_INT(headers, 1);
  CHECK_INT(messages, 0);
  peer_end();
  return test_result();
}
