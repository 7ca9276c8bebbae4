// Chapter 01, section 20, on closing: a peer that is still sending when it is refused gets the whole
// response, not a reset. The descriptor is closed when the peer closes, or a little later.
#include "event.h"

// Answers before the body is there, as a program does that refuses an upload.
static void refuse(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_HTTP_HDRS && !c->is_draining) {
    mg_http_reply(c, 413, "", "too big");
    c->is_draining = 1;
  }
}

static int open_descriptors(void) {
  int n = 0;
  for (int fd = 0; fd < 1000; fd++) n += is_open(fd);
  return n;
}

// Sends a request whose body goes on after the refusal, and reads only then.
static void check(struct mg_mgr *mgr, struct mg_connection *listener, bool closes) {
  static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n";
  static char block[100000];
  char answer[1000];
  long n, len = 0;
  int before = open_descriptors(), fd = plain_connect(listener);
  CHECK(send(fd, head, strlen(head), 0) > 0);
  POLL_UNTIL(mgr, mgr->conns != listener);
  POLL_UNTIL(mgr, mgr->conns == listener);  // answered and closed
  for (int i = 0; i < 20; i++) {
    CHECK(send(fd, block, sizeof(block), MSG_NOSIGNAL | MSG_DONTWAIT) > 0);
    mg_mgr_poll(mgr, 10);
  }
  while ((n = (long)recv(fd, answer + len, sizeof(answer) - 1 - (size_t)len, 0)) > 0) len += n;
  CHECK_INT(n, 0);
  answer[len] = '\0';
  CHECK(strstr(answer, "413") != NULL && strstr(answer, "too big") != NULL);
  if (closes) close(fd);
  POLL_UNTIL(mgr, open_descriptors() == before + !closes);
  if (!closes) close(fd);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", refuse, NULL);
  check(&mgr, listener, true);
  check(&mgr, listener, false);  // the time limit
  CHECK(polls_during(&mgr, 200) < 20);
  mg_mgr_free(&mgr);
  return test_result();
}
