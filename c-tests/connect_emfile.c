// Chapter 01, 15: no descriptor left for a connect gives ERROR "socket(): 24".
#include <sys/resource.h>
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  struct rlimit limit, small;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  getrlimit(RLIMIT_NOFILE, &limit);
  small = limit;
  small.rlim_cur = 3;  // 0, 1 and 2 are open
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
  CHECK(mg_connect(&mgr, "tcp://127.0.0.1:9", record, &trace) != NULL);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  CHECK_TEXT(trace.error, "socket(): 24");
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ERROR CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
