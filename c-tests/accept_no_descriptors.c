// Chapter 01, section 20, 5: without descriptors a listener rests instead of spinning, and goes on
// by itself when there are some again. (valgrind takes the peers off the queue and loses them.)
// History: 7.22-descriptors | the listener rests, and goes on by itself
// modes: static shared asan
#include <sys/resource.h>
#include "event.h"

static int accepted;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_ACCEPT) accepted++;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct rlimit limit, small;
  int fds[4];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  for (int i = 0; i < 3; i++) fds[i] = plain_connect(server);
  getrlimit(RLIMIT_NOFILE, &limit);
  small = limit;
  small.rlim_cur = 3;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
  CHECK(polls_during(&mgr, 400) < 100);
  CHECK_INT(accepted, 0);
  CHECK_INT(server->is_closing, 0);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  POLL_UNTIL(&mgr, accepted == 3);
  // Also if the program waits without limit.
  fds[3] = plain_connect(server);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
  mg_mgr_poll(&mgr, -1);
  CHECK_INT(accepted, 3);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  for (int i = 0; i < 3 && accepted == 3; i++) mg_mgr_poll(&mgr, -1);
  CHECK_INT(accepted, 4);
  mg_mgr_free(&mgr);
  for (int i = 0; i < 4; i++) close(fds[i]);
  return test_result();
}
