// Connects as often as asked at once, sends a request on each connection when it stands, and keeps
// all open until all are answered. Usage: storm PORT COUNT
// Prints: answered, failed, connections that took longer than half a second to stand (their SYN was
// dropped and sent again), seconds until the last answer.
#include "client.h"

enum { MAX_EVENTS = 1024, PATIENCE_S = 60 };

struct conn {
  int fd, is_connected;
};

static int s_epfd, s_answered, s_failed, s_late;
static double s_begin;

static void fail(struct conn *c) {
  s_failed++;
  epoll_ctl(s_epfd, EPOLL_CTL_DEL, c->fd, NULL);
}

static void connected(struct conn *c) {
  struct epoll_event ev = {.events = EPOLLIN, .data = {.ptr = c}};
  int error = 0;
  socklen_t len = sizeof(error);
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
  c->is_connected = 1;
  if (seconds_now() - s_begin > 0.5) s_late++;
  if (error != 0 || send(c->fd, small_request, sizeof(small_request) - 1, MSG_NOSIGNAL) < 0) {
    fail(c);
  } else {
    epoll_ctl(s_epfd, EPOLL_CTL_MOD, c->fd, &ev);
  }
}

static void answered(struct conn *c) {
  char buf[4096];
  if (recv(c->fd, buf, sizeof(buf), 0) <= 0) {
    fail(c);
    return;
  }
  s_answered++;
  epoll_ctl(s_epfd, EPOLL_CTL_DEL, c->fd, NULL);
}

int main(int argc, char **argv) {
  static struct epoll_event events[MAX_EVENTS];
  if (argc < 3) return 1;
  int port = atoi(argv[1]), count = atoi(argv[2]);
  struct conn *conns = calloc((size_t)count, sizeof(*conns));
  s_epfd = epoll_create1(0);
  allow_descriptors(count);
  s_begin = seconds_now();
  for (int i = 0; i < count; i++) {
    struct epoll_event ev = {.events = EPOLLOUT, .data = {.ptr = &conns[i]}};
    conns[i].fd = begin_connection(i, port, SOCK_NONBLOCK);
    if (epoll_ctl(s_epfd, EPOLL_CTL_ADD, conns[i].fd, &ev) != 0) die("epoll_ctl");
  }
  while (s_answered + s_failed < count && seconds_now() - s_begin < PATIENCE_S) {
    int n = epoll_wait(s_epfd, events, MAX_EVENTS, 1000);
    for (int i = 0; i < n; i++) {
      struct conn *c = events[i].data.ptr;
      if (c->is_connected)
        answered(c);
      else
        connected(c);
    }
  }
  printf("%d %d %d %f\n", s_answered, count - s_answered, s_late, seconds_now() - s_begin);
  return 0;
}
