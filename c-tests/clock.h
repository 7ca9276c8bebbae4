// A clock that tests can push forward: it stands in for the library's own.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static uint64_t clock_pushed_ms;

uint64_t mg_millis(void);
uint64_t mg_millis(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000 + clock_pushed_ms;
}

static inline void push_clock(uint64_t ms) {
  clock_pushed_ms += ms;
}

#endif
