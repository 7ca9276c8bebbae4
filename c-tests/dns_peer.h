// A name server of the test's own: a plain UDP socket that sees the queries and answers by hand.
#ifndef DNS_PEER_H
#define DNS_PEER_H

#include "event.h"

struct dns_peer {
  int fd;
  char url[64];
  uint8_t query[600];  // the last query
  size_t len;
  int queries;
  struct sockaddr_in from;
};

static inline void dns_peer_open(struct dns_peer *p) {
  memset(p, 0, sizeof(*p));
  p->fd = plain_socket(SOCK_DGRAM);
  snprintf(p->url, sizeof(p->url), "udp://127.0.0.1:%d", ntohs(plain_port(p->fd)));
}

// Takes a query if one is there.
static inline bool dns_peer_take(struct dns_peer *p) {
  socklen_t size = sizeof(p->from);
  long n = (long)recvfrom(p->fd, p->query, sizeof(p->query), MSG_DONTWAIT,
                          (struct sockaddr *)&p->from, &size);
  if (n < 0) return false;
  p->len = (size_t)n;
  p->queries++;
  return true;
}

// Polls until a query is there, and takes it.
static inline void dns_peer_wait(struct mg_mgr *mgr, struct dns_peer *p) {
  int before = p->queries;
  POLL_UNTIL(mgr, p->queries > before || dns_peer_take(p));
}

// Type that the last query asks for.
static inline int dns_peer_type(const struct dns_peer *p) {
  return p->len < 16 ? -1 : p->query[p->len - 4] << 8 | p->query[p->len - 3];
}

static inline void dns_peer_send_from(int fd, const struct dns_peer *p, const void *buf,
                                      size_t len) {
  CHECK_INT(sendto(fd, buf, len, 0, (const struct sockaddr *)&p->from, sizeof(p->from)), len);
}

// Makes the reply to the last query: its question, `flags`, `count` answers that are the `len`
// bytes at `answers`. Returns its length.
static inline size_t dns_peer_reply(const struct dns_peer *p, uint8_t *reply, unsigned flags,
                                    unsigned count, const void *answers, size_t len) {
  memcpy(reply, p->query, p->len);
  reply[2] = (uint8_t)(flags >> 8), reply[3] = (uint8_t)flags;
  reply[6] = (uint8_t)(count >> 8), reply[7] = (uint8_t)count;
  if (len > 0) memcpy(reply + p->len, answers, len);
  return p->len + len;
}

// Sends such a reply.
static inline void dns_peer_answer(const struct dns_peer *p, unsigned flags, unsigned count,
                                   const void *answers, size_t len) {
  uint8_t reply[1500];
  size_t n = dns_peer_reply(p, reply, flags, count, answers, len);
  dns_peer_send_from(p->fd, p, reply, n);
}

// 127.0.0.1 for the name of the question.
#define DNS_LOOPBACK "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"
#define DNS_LOOPBACK_LEN (sizeof(DNS_LOOPBACK) - 1)

// A manager that asks `p` for everything.
static inline void dns_peer_use(struct mg_mgr *mgr, const struct dns_peer *p) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(mgr);
  mgr->dns4.url = mgr->dns6.url = p->url;
}

#endif  // DNS_PEER_H
