// Chapter 01, section 20, 28: a handler may end its connection with mg_close_conn already in OPEN,
// RESOLVE, CONNECT or ACCEPT. A function that makes connections then returns NULL.
#include "event.h"

static int when;
static int closed;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_CLOSE) closed++;
  if (ev == when) mg_close_conn(c);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  int fd;
  mg_mgr_init(&mgr);
  when = MG_EV_OPEN;
  CHECK_PTR(mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL), NULL);
  CHECK_PTR(mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL), NULL);
  CHECK_PTR(mg_connect(&mgr, "tcp://127.0.0.1:9", on_event, NULL), NULL);
  CHECK_PTR(mg_connect(&mgr, "tcp://host.example:9", on_event, NULL), NULL);
  CHECK_PTR(mg_http_connect(&mgr, "http://127.0.0.1:9", on_event, NULL), NULL);
  CHECK_PTR(mg_wrapfd(&mgr, -1, on_event, NULL), NULL);
  CHECK_INT(closed, 6);
  when = MG_EV_RESOLVE;
  CHECK_PTR(mg_connect(&mgr, "tcp://127.0.0.1:9", on_event, NULL), NULL);
  CHECK_PTR(mg_connect(&mgr, "udp://127.0.0.1:9", on_event, NULL), NULL);
  when = MG_EV_CONNECT;
  CHECK_PTR(mg_connect(&mgr, "udp://127.0.0.1:9", on_event, NULL), NULL);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_INT(closed, 9);
  when = -1;
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  for (when = MG_EV_OPEN; when <= MG_EV_READ; when++) {
    if (when == MG_EV_POLL) continue;
    closed = 0;
    fd = plain_connect(server);
    CHECK_INT(send(fd, "x", 1, 0), 1);
    for (int i = 0; i < 3; i++) mg_mgr_poll(&mgr, 10);
    close(fd);
    POLL_UNTIL(&mgr, mgr.conns == server && server->next == NULL && closed == 1);
  }
  when = MG_EV_CONNECT;
  closed = 0;
  CHECK(mg_connect(&mgr, url_to("tcp", server), on_event, NULL) != NULL);
  POLL_UNTIL(&mgr, mgr.conns == server && closed == 2);
  mg_mgr_free(&mgr);
  return test_result();
}
