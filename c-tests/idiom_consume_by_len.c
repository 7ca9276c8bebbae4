// Design section 9: "r->len = 0" says "consumed", as do mg_iobuf_del and mg_iobuf_free.
#include "event.h"

static int way;
static size_t received;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_iobuf *r = &c->recv;
  (void)ev_data;
  if (ev != MG_EV_READ) return;
  CHECK_INT(r->len, 6);
  CHECK_BYTES(r->buf, 6, "abcdef", 6);
  received += r->len;
  if (way % 3 == 0) r->len = 0;
  if (way % 3 == 1) mg_iobuf_del(r, 0, r->len);
  if (way % 3 == 2) mg_iobuf_free(r);
  way++;
}

int main(void) {
  struct mg_mgr mgr;
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, fds[0], on_event, NULL);
  for (size_t i = 1; i <= 9; i++) {
    CHECK_INT(send(fds[1], "abcdef", 6, 0), 6);
    POLL_UNTIL(&mgr, received == 6 * i);
  }
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
