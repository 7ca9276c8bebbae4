// Chapter 01, 56: in a build without TLS, mg_tls_init raises ERROR "TLS is not enabled".
// library: no-tls
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  struct mg_tls_opts opts;
  memset(&opts, 0, sizeof(opts));
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, record, &trace);
  mg_tls_init(c, &opts);
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  CHECK_TEXT(trace.error, "TLS is not enabled");
  CHECK_INT(c->is_closing, 1);
  mg_mgr_free(&mgr);
  return test_result();
}
