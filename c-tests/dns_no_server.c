// Chapter 01, section 20, 42: a manager without DNS server address gives ERROR and CLOSE for a name.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  mgr.dns4.url = mgr.dns6.url = NULL;
  CHECK(mg_connect(&mgr, "tcp://host.example:9", record, &trace) != NULL);
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "OPEN ERROR CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
