// Chapter 01, 13: a refused connect gives ERROR "socket error", then CLOSE.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  char url[64];
  int fd = plain_socket(SOCK_STREAM);  // bound, but nobody listens
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  CHECK(mg_connect(&mgr, url, record, &trace) != NULL);
  CHECK_TEXT(trace.text, "OPEN RESOLVE ");
  POLL_UNTIL(&mgr, mgr.conns == NULL);
  CHECK_TEXT(trace.text, "OPEN RESOLVE ERROR CLOSE ");
  CHECK_TEXT(trace.error, "socket error");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
