// Chapter 01, 9: mg_connect without a URL gives NULL, and no event.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  mg_mgr_init(&mgr);
  CHECK_PTR(mg_connect(&mgr, NULL, record, &trace), NULL);
  CHECK_PTR(mg_connect(&mgr, "", record, &trace), NULL);
  CHECK_PTR(mg_connect_svc(&mgr, NULL, record, &trace, record, &trace), NULL);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_TEXT(trace.text, "");
  mg_mgr_free(&mgr);
  return test_result();
}
