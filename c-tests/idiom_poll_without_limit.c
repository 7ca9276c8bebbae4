// Design section 9: a loop of mg_mgr_poll(&mgr, -1) serves, and is stopped by a wake-up.
#include <pthread.h>
#include "event.h"

static struct mg_mgr mgr;
static bool stop;
static int served;
static unsigned long id;
static uint16_t port;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ) {
    mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
    c->is_draining = 1;
    served++;
  }
  if (ev == MG_EV_WAKEUP) stop = true;
}

static void *client(void *arg) {
  (void)arg;
  for (int i = 0; i < 20; i++) {
    int fd = plain_socket(SOCK_STREAM);
    struct sockaddr_in sin = loopback(port);
    char buf[10];
    CHECK_INT(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
    CHECK_INT(send(fd, "ping", 4, 0), 4);
    CHECK_INT(recv(fd, buf, sizeof(buf), MSG_WAITALL), 4);
    close(fd);
  }
  CHECK(mg_wakeup(&mgr, id, "stop", 4));
  return NULL;
}

int main(void) {
  pthread_t thread;
  struct mg_connection *server;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  id = server->id;
  port = server->loc.port;
  CHECK(mg_wakeup_init(&mgr));
  pthread_create(&thread, NULL, client, NULL);
  while (!stop) mg_mgr_poll(&mgr, -1);
  pthread_join(thread, NULL);
  CHECK_INT(served, 20);
  mg_mgr_free(&mgr);
  return test_result();
}
