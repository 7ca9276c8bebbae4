// Helpers of the tests of deadlines, on a clock that is pushed.
#ifndef DEADLINE_H
#define DEADLINE_H

#include "clock.h"
#include "guarded.h"

enum { TICK_MS = 500 };

// Lets time pass, with polls in between.
static inline void pass(struct mg_mgr *mgr, int ms) {
  for (int t = 0; t < ms; t += TICK_MS) {
    push_clock(TICK_MS);
    poll_times(mgr, 3);
  }
}

// True once the peer at `fd` has an end of the stream, or an error, behind what it has not read.
static inline bool has_ended(int fd) {
  char byte;
  long n = (long)recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  return n == 0 || (n < 0 && errno != EAGAIN);
}

// Lets time pass until there is something for `fd`, an answer or the end, or `limit` milliseconds
// are over. Returns how long it took.
static inline int time_until_answer(struct mg_mgr *mgr, int fd, int limit) {
  char byte;
  int ms = 0;
  while (ms < limit && recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN) {
    pass(mgr, TICK_MS);
    ms += TICK_MS;
  }
  return ms;
}

// It took about that long: no less, and two ticks more at most.
#define CHECK_TIME(got, want)                                    \
  do {                                                           \
    int ms_ = (got);                                             \
    CHECK(ms_ >= (want)-TICK_MS && ms_ <= (want) + 2 * TICK_MS); \
    if (ms_ < (want)-TICK_MS || ms_ > (want) + 2 * TICK_MS)      \
      fprintf(stderr, "  %d ms, not %d\n", ms_, (want));         \
  } while (0)

// All timeouts.
static inline uint64_t timeouts(const struct mg_stats *s) {
  return s->timeout_io + s->timeout_header + s->timeout_body + s->timeout_request +
         s->timeout_keep_alive + s->timeout_websocket;
}

#endif
