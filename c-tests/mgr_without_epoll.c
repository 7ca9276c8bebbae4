// Chapter 01, section 20, 43: if there is no descriptor for epoll, the manager works all the same.
#include <sys/resource.h>
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace trace = {0}, client_trace = {0};
  struct rlimit limit, small;
  mg_log_set(MG_LL_NONE);
  getrlimit(RLIMIT_NOFILE, &limit);
  small = limit;
  small.rlim_cur = 3;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
  mg_mgr_init(&mgr);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  CHECK_INT(mgr.epoll_fd, -1);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", record, &trace);
  mg_printf(mg_connect(&mgr, url_to("tcp", server), record, &client_trace), "hello");
  POLL_UNTIL(&mgr, trace.read == 5);
  CHECK(polls_during(&mgr, 200) < 100);
  mg_mgr_free(&mgr);
  return test_result();
}
