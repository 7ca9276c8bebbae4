// Helpers of the tests of limits and deadlines.
#ifndef GUARDED_H
#define GUARDED_H

#include "event.h"
#include "mongoose_guard.h"

// All figures of `mgr`.
static inline struct mg_stats stats_of(const struct mg_mgr *mgr) {
  struct mg_stats stats;
  memset(&stats, 0, sizeof(stats));
  stats.size = sizeof(stats);
  mg_get_stats(mgr, &stats);
  return stats;
}

// Sets an option that must be accepted.
static inline void set_option(struct mg_mgr *mgr, const char *name, const char *value) {
  const char *why = mg_set_option(mgr, name, value);
  if (why != NULL) fprintf(stderr, "%s=%s: %s\n", name, value != NULL ? value : "default", why);
  CHECK(why == NULL);
}

static inline void poll_times(struct mg_mgr *mgr, int n) {
  for (int i = 0; i < n; i++) mg_mgr_poll(mgr, 0);
}

// Replies "ok" to every request.
static inline void reply_ok(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "ok\n");
  (void)ev_data;
}

static inline struct mg_connection *http_listener(struct mg_mgr *mgr, mg_event_handler_t fn) {
  struct mg_connection *c = mg_http_listen(mgr, "http://127.0.0.1:0", fn, NULL);
  CHECK(c != NULL);
  return c;
}

static inline void plain_write(int fd, const char *text) {
  CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

// What has come for `fd`, after polling until something has, or the end (then ""), or, after
// `ms` milliseconds of real time, NULL.
static inline const char *answer(struct mg_mgr *mgr, int fd, int ms) {
  static char text[5000];
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (;;) {
    long n = (long)recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    if (n >= 0) {
      text[n] = '\0';
      return text;
    }
    if (errno != EAGAIN) return "";
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 > ms)
      return NULL;
    mg_mgr_poll(mgr, 5);
  }
}

// True if nothing has come for `fd` and the connection is open.
static inline bool is_waiting(struct mg_mgr *mgr, int fd) {
  char byte;
  poll_times(mgr, 3);
  return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

// Does a request and checks that it is answered with the status in `line`.
static inline void check_request(struct mg_mgr *mgr, int fd, const char *request,
                                 const char *line) {
  const char *text;
  plain_write(fd, request);
  text = answer(mgr, fd, 5000);
  CHECK(text != NULL && strncmp(text, line, strlen(line)) == 0);
  if (text != NULL && strncmp(text, line, strlen(line)) != 0) fprintf(stderr, "%s\n", text);
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 "

#endif
