// A handler that runs the HTTP protocol by hand, as c->pfn(c, MG_EV_READ, NULL), while its own
// message is being reported: what is known of the unfinished message is neither leaked nor mixed
// up. Found by fuzz/fuzz_targets/event_loop.rs; the leak shows under ASan and valgrind.
#include "event.h"

static int s_heads, s_messages, s_by_hand;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_HDRS) {
    s_heads++;
    if (s_by_hand-- > 0) c->pfn(c, MG_EV_READ, NULL);
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    s_messages++;
    CHECK(mg_strcmp(hm->body, mg_str("abcdefgh")) == 0);
    mg_http_reply(c, 200, "", "ok");
  }
}

int main(void) {
  static const char *pieces[] = {"POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\n", "abc", "def",
                                 "gh"};
  struct mg_mgr mgr;
  struct mg_connection *listener;
  char answer[256];
  int fd, i;
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
  fd = plain_connect(listener);
  for (i = 0; i < 4; i++) {
    int before = s_heads;
    s_by_hand = i < 2;
    CHECK_INT(send(fd, pieces[i], strlen(pieces[i]), 0), (int)strlen(pieces[i]));
    POLL_UNTIL(&mgr, s_heads > before);
  }
  POLL_UNTIL(&mgr, s_messages == 1);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(s_messages, 1);
  CHECK(recv(fd, answer, sizeof(answer), 0) > 12);
  CHECK(memcmp(answer, "HTTP/1.1 200", 12) == 0);
  // Once more; and the manager ends while a message is unfinished.
  CHECK_INT(send(fd, pieces[0], strlen(pieces[0]), 0), (int)strlen(pieces[0]));
  i = s_heads, s_by_hand = 1;
  POLL_UNTIL(&mgr, s_heads > i);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
