// When a crowd has gone quiet, the memory of its buffers goes back to the system.
// modes: static shared
#include <sys/resource.h>

#include "guarded.h"

enum { MANY = 1600, MEGABYTE = 1 << 20, PATIENCE_MS = 20000 };

static struct mg_mgr mgr;

// Bytes of this process that are in memory.
static long resident(void) {
  long all = 0, pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (f != NULL && fscanf(f, "%ld %ld", &all, &pages) != 2) pages = 0;
  if (f != NULL) fclose(f);
  return pages * sysconf(_SC_PAGESIZE);
}

static long held_by_buffers(void) {
  struct mg_stats stats = stats_of(&mgr);
  return (long)(stats.recv_bytes + stats.send_bytes);
}

int main(void) {
  static int fds[MANY];
  struct rlimit most;
  struct mg_connection *l;
  long crowded, before;
  uint64_t end;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  before = resident();
  for (int i = 0; i < MANY; i++) {
    fds[i] = plain_connect(l);
    plain_write(fds[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    poll_times(&mgr, 1);
  }
  poll_times(&mgr, 3);
  crowded = resident();
  CHECK(held_by_buffers() > 40 * MEGABYTE);
  CHECK(crowded - before > 40 * MEGABYTE);
  end = mg_millis() + PATIENCE_MS;
  while (held_by_buffers() > MEGABYTE && mg_millis() < end) mg_mgr_poll(&mgr, 50);
  poll_times(&mgr, 3);
  CHECK(resident() - before < 20 * MEGABYTE);
  for (int i = 0; i < MANY; i++) close(fds[i]);
  mg_mgr_free(&mgr);
  return test_result();
}
