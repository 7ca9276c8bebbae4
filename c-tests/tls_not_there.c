// Chapter 01, 56: in a build without TLS, mg_tls_init raises ERROR "TLS is not enabled"; and the
// options for TLS are refused with a sentence (chapter 08).
// library: no-tls
#include "guarded.h"

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
  CHECK_TEXT(mg_set_option(&mgr, "ssl_certificate", "/etc/passwd"), "TLS is not built in");
  CHECK_TEXT(mg_set_option(&mgr, "ssl_protocol_version", "1.3"), "TLS is not built in");
  CHECK(mg_set_option(&mgr, "ssl_certificate", NULL) == NULL);
  CHECK(mg_set_option(&mgr, "hsts", "max-age=1") == NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
