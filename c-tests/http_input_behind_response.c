// Section 3.12, 24: while a response is in progress, a peer that goes on sending is not read any
// further than a modest amount; its connection survives and is_full stays the program's.
#include "http_peer.h"

static struct mg_connection *waiting;
static int messages, errors;
static size_t most_input;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_HTTP_MSG) {
    messages++;
    waiting = c;
    if (messages > 1) mg_http_reply(c, 200, "", "n");
  }
  if (ev == MG_EV_ERROR) errors++;
  if (c->is_accepted && messages == 1) {
    if (c->recv.len > most_input) most_input = c->recv.len;
    CHECK_INT(c->is_full, 0);
  }
}

int main(void) {
  enum { BYTES = 8 << 20 };  // more than MG_MAX_RECV_SIZE
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  static const char request[] = "GET / HTTP/1.1\r\n\r\n";
  char *many = (char *)malloc(BYTES);
  size_t n = BYTES / (sizeof(request) - 1), len = n * (sizeof(request) - 1), sent = 0;
  for (size_t i = 0; i < n; i++)
    memcpy(many + i * (sizeof(request) - 1), request, sizeof(request) - 1);
  for (int idle = 0; sent < len && idle < 50;) {
    ssize_t k = send(p.fd, many + sent, len - sent, MSG_NOSIGNAL);
    if (k > 0) {
      sent += (size_t)k;
      idle = 0;
    } else {
      idle++;
      peer_step(&p);
    }
  }
  CHECK_INT(messages, 1);
  CHECK_INT(errors, 0);
  CHECK(most_input < 512 * 1024);
  CHECK(!p.closed);
  mg_http_reply(waiting, 200, "", "first");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "first");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "n");
  CHECK_INT(errors, 0);
  peer_close(&p);
  free(many);
  peer_end();
  return test_result();
}
