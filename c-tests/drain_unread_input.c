// Chapter 01, section 20 item 21: closing after is_draining throws away input that has arrived, so
// that the peer gets the last output and a clean end, not a reset.
#include "event.h"

static void bye(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ && !c->is_draining) {
    mg_send(c, "bye", 3);
    c->is_draining = 1;
  }
  (void)ev_data;
}

int main(void) {
  static char data[40000];
  char buf[16];
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  struct mg_connection *lsn = mg_listen(&mgr, "tcp://127.0.0.1:0", bye, NULL);
  CHECK(lsn != NULL);
  if (lsn == NULL) return test_result();
  int peer = plain_connect(lsn);
  // More than one read takes: the rest is unread when the connection closes.
  CHECK_INT(send(peer, data, sizeof(data), 0), sizeof(data));
  POLL_UNTIL(&mgr, lsn->next == NULL && mgr.conns != lsn);
  POLL_UNTIL(&mgr, mgr.conns == lsn);
  CHECK_INT(recv(peer, buf, sizeof(buf), MSG_WAITALL), 3);
  CHECK_BYTES(buf, 3, "bye", 3);
  CHECK_INT(recv(peer, buf, sizeof(buf), 0), 0);
  close(peer);
  mg_mgr_free(&mgr);
  return test_result();
}
