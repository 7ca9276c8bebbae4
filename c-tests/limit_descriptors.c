// Without descriptors it is as at the limit: nothing spins, those who are in are served, accepting
// goes on by timer; and what `auto` means (chapter 08, checklist 3 and 14).
// modes: static shared asan
#include <sys/resource.h>
#include "guarded.h"

static struct mg_mgr mgr;

static void set_limit(rlim_t n) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = n;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// The next descriptor that would be opened.
static int next_fd(void) {
  int fd = dup(0);
  close(fd);
  return fd;
}

static uint64_t limit_under(rlim_t n) {
  uint64_t limit;
  set_limit(n);
  mg_mgr_init(&mgr);
  http_listener(&mgr, reply_ok);
  limit = stats_of(&mgr).max_connections;
  mg_mgr_free(&mgr);
  return limit;
}

// `evict`: the one that is expendable gives its descriptor.
static void evict(rlim_t plenty) {
  struct mg_connection *l;
  int idle, late;
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  idle = plain_connect(l), check_request(&mgr, idle, GET, OK);
  late = plain_connect(l), plain_write(late, GET);
  set_limit((rlim_t)next_fd());
  CHECK(strncmp(answer(&mgr, late, 5000), OK, strlen(OK)) == 0);
  CHECK_TEXT(answer(&mgr, idle, 5000), "");
  CHECK_INT(stats_of(&mgr).evicted, 1);
  set_limit(plenty);
  close(idle), close(late);
  mg_mgr_free(&mgr);
}

// `queue`: it waits.
static void queue(rlim_t plenty) {
  enum { SERVED = 3, WAITING = 5 };
  struct mg_connection *l;
  int fds[SERVED], late[WAITING];
  struct mg_stats s;
  mg_mgr_init(&mgr);
  set_option(&mgr, "full_policy", "queue");
  l = http_listener(&mgr, reply_ok);
  for (int i = 0; i < SERVED; i++) fds[i] = plain_connect(l), check_request(&mgr, fds[i], GET, OK);
  for (int i = 0; i < WAITING; i++) late[i] = plain_connect(l), plain_write(late[i], GET);
  set_limit((rlim_t)next_fd());
  CHECK(polls_during(&mgr, 1300) < 60);
  s = stats_of(&mgr);
  CHECK(s.accept_no_descriptors >= 2 && s.accept_no_descriptors <= 4);
  CHECK_INT(s.accept_no_memory + s.accept_other, 0);
  CHECK_INT(s.now_accepted, SERVED);
  CHECK_INT(s.full_episodes, 1);
  CHECK(s.full_ms >= 1000);
  for (int i = 0; i < SERVED; i++) check_request(&mgr, fds[i], GET, OK);
  for (int i = 0; i < WAITING; i++) CHECK(is_waiting(&mgr, late[i]));
  // Two descriptors come free, the peer's and ours, and then many.
  close(fds[0]);
  POLL_UNTIL(&mgr, stats_of(&mgr).accepted == SERVED + 2);
  CHECK(strncmp(answer(&mgr, late[0], 5000), OK, strlen(OK)) == 0);
  set_limit(plenty);
  for (int i = 1; i < WAITING; i++) {
    CHECK(strncmp(answer(&mgr, late[i], 5000), OK, strlen(OK)) == 0);
  }
  s = stats_of(&mgr);
  CHECK_INT(s.evicted + s.refused_full, 0);
  CHECK_INT(s.accepted, SERVED + WAITING);
  for (int i = 1; i < SERVED; i++) close(fds[i]);
  for (int i = 0; i < WAITING; i++) close(late[i]);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  mg_mgr_free(&mgr);
}

int main(void) {
  struct rlimit limit;
  rlim_t plenty;
  mg_log_set(MG_LL_NONE);
  getrlimit(RLIMIT_NOFILE, &limit);
  plenty = limit.rlim_cur;
  CHECK_INT(limit_under(20), 8);
  CHECK_INT(limit_under(64), 25);
  CHECK_INT(limit_under(256), 198);
  set_limit(plenty);
  evict(plenty);
  queue(plenty);
  return test_result();
}
