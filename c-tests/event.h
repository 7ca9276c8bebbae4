// Helpers of the event-loop tests: a trace of events, polling with a bound, plain sockets as peers.
#ifndef EVENT_H
#define EVENT_H

#include "mongoose.h"
#include "test.h"

// What the handler `record` has seen.
struct trace {
  char text[1000];     // names of the events but POLL, with a space behind each
  int polls;           // MG_EV_POLL
  int reads, writes;   // MG_EV_READ, MG_EV_WRITE
  long read, written;  // sums of their counts
  char error[100];     // last text of MG_EV_ERROR
};

static inline void trace_word(struct trace *t, const char *word) {
  size_t len = strlen(t->text);
  snprintf(t->text + len, sizeof(t->text) - len, "%s ", word);
}

static inline const char *event_name(int ev) {
  static const char *const names[] = {"ERROR",  "OPEN",   "POLL", "RESOLVE", "CONNECT",
                                      "ACCEPT", "TLS_HS", "READ", "WRITE",   "CLOSE"};
  if (ev == MG_EV_WAKEUP) return "WAKEUP";
  return ev >= 0 && ev < (int)(sizeof(names) / sizeof(names[0])) ? names[ev] : "OTHER";
}

static inline void record_in(struct trace *t, int ev, void *ev_data) {
  if (ev == MG_EV_POLL) {
    t->polls++;
    return;
  }
  trace_word(t, event_name(ev));
  if (ev == MG_EV_READ) t->reads++, t->read += *(long *)ev_data;
  if (ev == MG_EV_WRITE) t->writes++, t->written += *(long *)ev_data;
  if (ev == MG_EV_ERROR) snprintf(t->error, sizeof(t->error), "%s", (char *)ev_data);
}

// A handler that records in the struct trace at c->fn_data.
static inline void record(struct mg_connection *c, int ev, void *ev_data) {
  record_in((struct trace *)c->fn_data, ev, ev_data);
}

// A handler for connections nobody looks at.
static inline void ignore_events(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev, (void)ev_data;
}

// Polls until the condition holds, and fails after ten seconds.
#define POLL_UNTIL(mgr, condition)                                               \
  do {                                                                           \
    uint64_t begin_ = mg_millis();                                               \
    while (!(condition) && mg_millis() - begin_ < 10000) mg_mgr_poll((mgr), 10); \
    CHECK(condition);                                                            \
  } while (0)

// How many polls that may wait 50 ms return in `ms` milliseconds: a busy loop gives thousands.
static inline int polls_during(struct mg_mgr *mgr, unsigned ms) {
  uint64_t begin = mg_millis();
  int n = 0;
  while (mg_millis() - begin < ms) mg_mgr_poll(mgr, 50), n++;
  return n;
}

// "<scheme>://127.0.0.1:<port of c>", valid until the next call.
static inline const char *url_to(const char *scheme, const struct mg_connection *c) {
  static char url[64];
  snprintf(url, sizeof(url), "%s://127.0.0.1:%d", scheme, mg_ntohs(c->loc.port));
  return url;
}

static inline int fd_of(const struct mg_connection *c) {
  return (int)(size_t)c->fd;
}

static inline struct sockaddr_in loopback(uint16_t port_be) {
  struct sockaddr_in sin;
  memset(&sin, 0, sizeof(sin));
  sin.sin_family = AF_INET;
  sin.sin_port = port_be;
  sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return sin;
}

// A blocking socket on loopback, bound to a free port, whose reads give up after ten seconds.
static inline int plain_socket(int type) {
  int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  struct timeval limit = {10, 0};
  struct sockaddr_in sin = loopback(0);
  CHECK(fd >= 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  CHECK_INT(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
  return fd;
}

static inline uint16_t plain_port(int fd) {
  struct sockaddr_in sin;
  socklen_t len = sizeof(sin);
  CHECK_INT(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
  return sin.sin_port;
}

// A TCP connection to the listener `c`, which need not have accepted it yet.
static inline int plain_connect(const struct mg_connection *c) {
  int fd = plain_socket(SOCK_STREAM);
  struct sockaddr_in sin = loopback(c->loc.port);
  CHECK_INT(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
  return fd;
}

// Sends one datagram to `c`.
static inline void plain_send_to(int fd, const struct mg_connection *c, const void *p, size_t len) {
  struct sockaddr_in sin = loopback(c->loc.port);
  CHECK_INT(sendto(fd, p, len, 0, (struct sockaddr *)&sin, sizeof(sin)), len);
}

// Bytes readable on `fd` now, without waiting: their number, 0 at the end, -1 if there are none.
static inline long plain_recv_now(int fd, void *buf, size_t len) {
  return (long)recv(fd, buf, len, MSG_DONTWAIT);
}

// True if the descriptor is open.
static inline bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

#endif  // EVENT_H
