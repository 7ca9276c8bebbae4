// Out of memory: allocations that fail when a test wants them to, and a count of all blocks.
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include "event.h"

static long blocks, calls, failing_call;
static bool always_from_there;

void *mg_calloc(size_t count, size_t size) {
  void *p;
  calls++;
  if (calls == failing_call || (always_from_there && calls > failing_call)) return NULL;
  p = calloc(count, size);
  if (p != NULL) blocks++;
  return p;
}

void mg_free(void *ptr) {
  if (ptr != NULL) blocks--;
  free(ptr);
}

// Runs `session` with allocation number 1, 2, 3 and so on failing, until it succeeds without needing
// that many; then again with all later ones failing too. It takes at least `least` allocations.
static inline void sweep(const char *what, bool (*session)(void), long least) {
  failing_call = 0, always_from_there = false;
  if (!session()) test_fail(__FILE__, __LINE__, what);
  CHECK_INT(blocks, 0);
  for (int mode = 0; mode < 2; mode++) {
    bool ok = false;
    always_from_there = mode == 1;
    for (failing_call = 1; !ok && failing_call < 1000; failing_call++) {
      calls = 0;
      ok = session() && calls < failing_call;
      if (blocks != 0) {
        CHECK_INT(blocks, 0);
        fprintf(stderr, "  %s, after failure of allocation %ld\n", what, failing_call);
        blocks = 0;
      }
    }
    if (!ok || failing_call <= least) test_fail(__FILE__, __LINE__, what);
  }
}

#endif  // NO_MEMORY_H
