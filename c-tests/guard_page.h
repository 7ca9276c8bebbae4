// Memory that ends right before an unmapped page: a parser that reads one byte too far crashes.
#ifndef GUARD_PAGE_H
#define GUARD_PAGE_H

#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define GUARD_ROOM 65536

// GUARD_ROOM writable bytes in front of an unmapped page; gives their end.
static inline char *guard_end(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *base =
      mmap(NULL, GUARD_ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED || mprotect((char *)base + GUARD_ROOM, page, PROT_NONE) != 0) {
    perror("guard page");
    exit(1);
  }
  return (char *)base + GUARD_ROOM;
}

// A copy of `len` bytes, at most GUARD_ROOM, whose end is the end of readable memory. It lasts until
// the next call with the same `place`, 0 or 1.
static inline char *guard_copy(int place, const void *data, size_t len) {
  static char *ends[2];
  if (ends[place] == NULL) ends[place] = guard_end();
  if (len > GUARD_ROOM) exit(1);
  if (len > 0) memcpy(ends[place] - len, data, len);
  return ends[place] - len;
}

#endif  // GUARD_PAGE_H
