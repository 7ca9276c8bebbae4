// Chapter 01, 27: a peer that shuts its sending side down after the request still gets the reply,
// whether it was queued before the poll that saw the end, or in it.
#include "event.h"

static void reply(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ) mg_send(c, "reply", 5);
}

static void keep(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_WRITE) CHECK_INT(c->is_closing, 1);
}

static void check(mg_event_handler_t fn, bool late) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  int fd;
  char buf[10];
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", fn, NULL);
  fd = plain_connect(server);
  CHECK_INT(send(fd, "request", 7, 0), 7);
  if (!late) shutdown(fd, SHUT_WR);
  POLL_UNTIL(&mgr, server != mgr.conns && (mgr.conns->recv.len == 7 || !late));
  if (fn == keep) mg_send(mgr.conns, "reply", 5);
  if (late) shutdown(fd, SHUT_WR);
  POLL_UNTIL(&mgr, mgr.conns == server);
  CHECK_INT(recv(fd, buf, sizeof(buf), MSG_WAITALL), 5);
  mg_mgr_free(&mgr);
  close(fd);
}

int main(void) {
  check(reply, false);
  check(reply, true);
  check(keep, true);
  return test_result();
}
