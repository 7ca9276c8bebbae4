// Chapter 03, 39: a message of MG_MAX_RECV_SIZE bytes arrives, a longer one ends the connection.
#include "http_peer.h"

static int messages;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ERROR && c->is_accepted) peer_note((char *)ev_data);
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  mg_http_reply(c, 200, "", "%lu", (unsigned long)hm->message.len);
}

static void post(struct mg_connection *listener, struct peer *p, size_t total) {
  char head[100], *body = (char *)calloc(1, total);
  size_t head_len = 0, body_len = total;
  for (int i = 0; i < 2; i++) {  // the head's length depends on the number in it
    head_len = mg_snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nContent-Length: %lu\r\n\r\n",
                           (unsigned long)body_len);
    body_len = total - head_len;
  }
  peer_open(p, listener);
  peer_send(p, head, head_len);
  peer_send(p, body, body_len);
  free(body);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  post(listener, &p, MG_MAX_RECV_SIZE);
  struct answer a = peer_answer(&p, true);
  CHECK_INT(a.status, 200);
  CHECK_BODY(a, "3145728");
  CHECK_INT(messages, 1);
  peer_close(&p);

  post(listener, &p, MG_MAX_RECV_SIZE + 1);
  CHECK(peer_wait_closed(&p));
  CHECK_INT(p.len, 0);
  CHECK_INT(messages, 1);
  CHECK_INT(peer_count("MG_MAX_RECV_SIZE"), 1);
  peer_close(&p);
  peer_end();
  return test_result();
}
