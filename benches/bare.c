// The physical limit: an epoll loop that answers whatever arrives with one canned reply. It reads
// once and writes once per event, and counts requests by their final CRLF CRLF so that pipelined
// ones get a reply each. With `echo` it sends back what has come. Usage: bare PORT [echo]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int s_is_echo;

enum { MAX_EVENTS = 1024, MAX_INPUT = 16384, MAX_PIPELINE = 64 };

static const char reply[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 13         \r\n\r\n{\"status\":1}\n";

static size_t count_requests(const char *buf, size_t len) {
  size_t n = 0;
  const char *end = buf + len;
  while ((buf = (const char *)memmem(buf, (size_t)(end - buf), "\r\n\r\n", 4)) != NULL)
    n++, buf += 4;
  return n;
}

static void serve(int epfd, int fd) {
  static char in[MAX_INPUT], out[MAX_PIPELINE * sizeof(reply)];
  ssize_t n = recv(fd, in, sizeof(in), 0);
  if (n <= 0) {
    epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
    close(fd);
    return;
  }
  if (s_is_echo) {
    if (send(fd, in, (size_t)n, MSG_NOSIGNAL) < 0) close(fd);
    return;
  }
  size_t requests = count_requests(in, (size_t)n), len = sizeof(reply) - 1;
  if (requests > MAX_PIPELINE) requests = MAX_PIPELINE;
  for (size_t i = 0; i < requests; i++) memcpy(out + i * len, reply, len);
  if (send(fd, out, requests * len, MSG_NOSIGNAL) < 0) close(fd);
}

int main(int argc, char **argv) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epfd = epoll_create1(0);
  struct sockaddr_in addr;
  s_is_echo = argc > 2 && strcmp(argv[2], "echo") == 0;
  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "8000"));
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(listener, 4096) != 0) {
    perror("bind");
    return 1;
  }
  struct epoll_event ev = {.events = EPOLLIN, .data = {.fd = listener}}, events[MAX_EVENTS];
  epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &ev);
  for (;;) {
    int n = epoll_wait(epfd, events, MAX_EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        serve(epfd, fd);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        ev.data.fd = fd;
        epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev);
      }
    }
  }
}
