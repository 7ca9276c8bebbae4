// Chapter 01, 60: TCP sockets are non-blocking, close-on-exec, TCP_NODELAY and SO_KEEPALIVE;
// listeners have SO_REUSEADDR. UDP clients are non-blocking and close-on-exec, too (section 20, 26).
#include "event.h"

static int option(struct mg_connection *c, int level, int name) {
  int value = -1;
  socklen_t len = sizeof(value);
  CHECK_INT(getsockopt(fd_of(c), level, name, &value, &len), 0);
  return value != 0;
}

static void check_mode(struct mg_connection *c) {
  CHECK(fcntl(fd_of(c), F_GETFL) & O_NONBLOCK);
  CHECK(fcntl(fd_of(c), F_GETFD) & FD_CLOEXEC);
}

static void check_stream(struct mg_connection *c) {
  check_mode(c);
  CHECK_INT(option(c, IPPROTO_TCP, TCP_NODELAY), 1);
  CHECK_INT(option(c, SOL_SOCKET, SO_KEEPALIVE), 1);
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_RESOLVE) check_stream(c);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *udp;
  mg_mgr_init(&mgr);
  CHECK(mgr.epoll_fd < 0 || fcntl(mgr.epoll_fd, F_GETFD) & FD_CLOEXEC);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  check_mode(server);
  CHECK_INT(option(server, SOL_SOCKET, SO_REUSEADDR), 1);
  mg_connect(&mgr, url_to("tcp", server), on_client, NULL);
  POLL_UNTIL(&mgr, mgr.conns->is_accepted);
  check_stream(mgr.conns);
  udp = mg_listen(&mgr, "udp://127.0.0.1:0", ignore_events, NULL);
  check_mode(udp);
  CHECK_INT(option(udp, SOL_SOCKET, SO_REUSEADDR), 1);
  check_mode(mg_connect(&mgr, url_to("udp", udp), ignore_events, NULL));
  mg_mgr_free(&mgr);
  return test_result();
}
