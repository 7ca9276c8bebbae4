// Default clock: a program that defines mg_millis replaces it.
#include <stdint.h>
#include <time.h>

uint64_t mg_millis(void);

__attribute__((weak)) uint64_t mg_millis(void) {
  struct timespec ts;
#ifdef CLOCK_MONOTONIC_RAW
  if (clock_gettime(CLOCK_MONOTONIC_RAW, &ts) != 0)
#endif
    clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000U + (uint64_t)ts.tv_nsec / 1000000U;
}
