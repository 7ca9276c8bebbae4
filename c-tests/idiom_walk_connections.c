// Design section 9: programs walk mgr->conns in handlers and timers: they broadcast, count, search
// by c->data or id, and set flags on others.
#include "event.h"

static struct mg_mgr mgr;
static int total;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_ACCEPT) c->data[0] = 'W';
  if (ev == MG_EV_READ) {
    // A chat: what one says goes to all.
    for (struct mg_connection *p = c->mgr->conns; p != NULL; p = p->next) {
      if (p->data[0] == 'W') mg_send(p, c->recv.buf, c->recv.len);
    }
    c->recv.len = 0;
  }
}

static void on_timer(void *arg) {
  struct mg_mgr *m = (struct mg_mgr *)arg;
  total = 0;
  for (struct mg_connection *p = m->conns; p != NULL; p = p->next) {
    total++;
    if (p->is_accepted) p->is_draining = 1;
  }
}

int main(void) {
  struct mg_connection *server;
  int fds[3];
  char buf[10];
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  for (int i = 0; i < 3; i++) fds[i] = plain_connect(server);
  POLL_UNTIL(&mgr, mgr.conns->id == 4);
  CHECK_INT(send(fds[1], "hello", 5, 0), 5);
  POLL_UNTIL(&mgr, mgr.conns->send.len == 0 && recv(fds[2], buf, 10, MSG_PEEK | MSG_DONTWAIT) == 5);
  for (int i = 0; i < 3; i++) CHECK_INT(recv(fds[i], buf, sizeof(buf), 0), 5);
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, on_timer, &mgr);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(total, 4);
  CHECK_PTR(mgr.conns, server);
  for (int i = 0; i < 3; i++) CHECK_INT(recv(fds[i], buf, sizeof(buf), 0), 0);
  mg_mgr_free(&mgr);
  for (int i = 0; i < 3; i++) close(fds[i]);
  return test_result();
}
