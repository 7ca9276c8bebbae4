// Connections of the load programs: many, from several addresses of this machine, so that ports
// don't run out; closed without lingering, for the same reason.
#ifndef CLIENT_H
#define CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENT_ADDRESSES = 100, SPARE_DESCRIPTORS = 64, SMALL_BODY = 13 };

// What the servers answer with a head and SMALL_BODY bytes.
static const char small_request[] = "GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

static inline void die(const char *why) {
  perror(why);
  exit(1);
}

static inline double seconds_now(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

// Lets this process have `count` connections.
static inline void allow_descriptors(int count) {
  rlim_t wanted = (rlim_t)(count + SPARE_DESCRIPTORS);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  if (limit.rlim_max < wanted) limit.rlim_max = wanted;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("descriptors");
}

// Begins connection number `i` to `port`. `flags` may have SOCK_NONBLOCK: then it may be under way.
static inline int begin_connection(int i, int port, int flags) {
  struct sockaddr_in addr;
  struct linger linger = {1, 0};
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | flags, 0);
  if (fd < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1u + (unsigned)(i % CLIENT_ADDRESSES));
  if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) die("bind");
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  addr.sin_port = htons((unsigned short)port);
  if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 && errno != EINPROGRESS) {
    die("connect");
  }
  return fd;
}

#endif
