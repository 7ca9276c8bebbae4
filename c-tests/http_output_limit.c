// Section 3.12, 23, 24: a peer that pipelines without reading makes neither
// output nor input grow without end; all answers come once it reads, in order.
// History: 7.22-send-buffer | a peer that does not read is not read either
#include "http_peer.h"

enum { REQUESTS = 3000, BODY = 4000 };

static size_t most_output, most_input;
static int messages;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_HTTP_MSG) {
    static char body[BODY + 1];
    if (body[0] == '\0') memset(body, 'b', BODY);
    mg_http_reply(c, 200, "", "%08d%s", messages++, body);
  }
  if (c->send.len > most_output) most_output = c->send.len;
  if (c->recv.len > most_input) most_input = c->recv.len;
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  static const char request[] = "GET /pipelined HTTP/1.1\r\n\r\n";
  for (int i = 0; i < REQUESTS; i++) {
    size_t sent = 0;
    while (sent < sizeof(request) - 1) {
      ssize_t n = send(p.fd, request + sent, sizeof(request) - 1 - sent, MSG_NOSIGNAL);
      if (n > 0) {
        sent += (size_t)n;
      } else if (messages > 0 && most_output > 0) {
        peer_step(&p);
      }
    }
    if (i % 100 == 0) mg_mgr_poll(&peer_mgr, 0);
  }
  for (int i = 0; i < 100; i++) mg_mgr_poll(&peer_mgr, 1);  // nobody reads
  CHECK(messages < REQUESTS);
  CHECK(most_output < 1000000);

  struct answer a = peer_answer(&p, true);
  CHECK_INT(a.body_len, BODY + 8);
  size_t one = a.head_len + a.body_len;
  CHECK(peer_wait(&p, one * REQUESTS));
  for (size_t i = 0; i < REQUESTS && (i + 1) * one <= p.len; i++) {
    CHECK(strncmp(p.buf + i * one, "HTTP/1.1 200 ", 13) == 0);
    char number[9] = "";
    memcpy(number, p.buf + (i + 1) * one - BODY - 8, 8);
    CHECK_INT(atoi(number), i);
  }
  CHECK_INT(messages, REQUESTS);
  CHECK(most_output < 1000000);
  peer_close(&p);
  peer_end();
  return test_result();
}
