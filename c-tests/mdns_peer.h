// Another mDNS host: plain sockets, in a network of the test's own if the system allows it.
#ifndef MDNS_PEER_H
#define MDNS_PEER_H

#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "event.h"

#ifndef CLONE_NEWNET
#define CLONE_NEWNET 0x40000000
#define CLONE_NEWUSER 0x10000000
#endif
int unshare(int flags);

// Moves the test to a network that has nothing but a loopback interface which takes multicasts.
static inline void mdns_own_network(void) {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    fprintf(stderr, "no network of our own, the test uses the machine's\n");
    return;
  }
  struct ifreq lo;
  struct rtentry route;
  struct sockaddr_in sin;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  char name[] = "lo";
  memset(&lo, 0, sizeof(lo));
  memset(&route, 0, sizeof(route));
  strcpy(lo.ifr_name, name);
  lo.ifr_flags = IFF_UP | IFF_RUNNING | IFF_MULTICAST;
  CHECK_INT(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
  memset(&sin, 0, sizeof(sin));
  sin.sin_family = AF_INET;
  // Multicasts don't come from 127.0.0.1.
  sin.sin_addr.s_addr = htonl(0x0a090807);
  memcpy(&lo.ifr_addr, &sin, sizeof(sin));
  strcpy(lo.ifr_name, "lo:1");
  CHECK_INT(ioctl(fd, SIOCSIFADDR, &lo), 0);
  sin.sin_addr.s_addr = htonl(0xe0000000);
  memcpy(&route.rt_dst, &sin, sizeof(sin));
  sin.sin_addr.s_addr = htonl(0xf0000000);
  memcpy(&route.rt_genmask, &sin, sizeof(sin));
  route.rt_dev = name;
  route.rt_flags = RTF_UP;
  CHECK_INT(ioctl(fd, SIOCADDRT, &route), 0);
  close(fd);
}

// A socket on `port` of all addresses that has joined the group.
static inline int mdns_socket(uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
  struct timeval limit = {10, 0};
  struct sockaddr_in sin;
  struct ip_mreq group;
  memset(&sin, 0, sizeof(sin));
  memset(&group, 0, sizeof(group));
  sin.sin_family = AF_INET;
  sin.sin_port = htons(port);
  group.imr_multiaddr.s_addr = htonl(0xe00000fb);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  CHECK_INT(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
  CHECK_INT(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)), 0);
  return fd;
}

static inline void mdns_multicast(int fd, const void *buf, size_t len) {
  struct sockaddr_in sin;
  memset(&sin, 0, sizeof(sin));
  sin.sin_family = AF_INET;
  sin.sin_port = htons(5353);
  sin.sin_addr.s_addr = htonl(0xe00000fb);
  CHECK_INT(sendto(fd, buf, len, 0, (struct sockaddr *)&sin, sizeof(sin)), len);
}

// The next datagram whose QR bit is `qr`, or -1 if there is none now.
static inline long mdns_next(int fd, int qr, uint8_t *buf, size_t size) {
  for (;;) {
    long n = plain_recv_now(fd, buf, size);
    if (n < 0 || (n > 2 && buf[2] >> 7 == qr)) return n;
  }
}

// Polls until a datagram whose QR bit is `qr` is there; takes it.
static inline size_t mdns_wait(struct mg_mgr *mgr, int fd, int qr, uint8_t *buf, size_t size) {
  long n = -1;
  POLL_UNTIL(mgr, n >= 0 || (n = mdns_next(fd, qr, buf, size)) >= 0);
  return n < 0 ? 0 : (size_t)n;
}

// Header with an id, a flag byte and two counts, for string literals.
#define MDNS_HEAD(id, flags, questions, answers) \
  "\0" id flags "\0\0" questions "\0" answers "\0\0\0\0"
#define MDNS_QUERY(id) MDNS_HEAD(id, "\0", "\1", "\0")
#define MDNS_RESPONSE MDNS_HEAD("\0", "\x84", "\0", "\1")

#define BYTES(literal) literal, sizeof(literal) - 1

#endif  // MDNS_PEER_H
