// Chapter 01, 14: a connect that fails at once gives ERROR "connect: N" inside mg_connect, which
// still returns the connection. A port that is no number is such a failure, too (section 20, 16).
#include "event.h"

static void check(const char *url, const char *events, const char *error) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  struct mg_connection *c;
  mg_mgr_init(&mgr);
  c = mg_connect(&mgr, url, record, &trace);
  CHECK(c != NULL && c->is_closing);
  CHECK_TEXT(trace.text, events);
  CHECK_TEXT(trace.error, error);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(trace.polls, 1);
  CHECK_PTR(mgr.conns, NULL);
  mg_mgr_free(&mgr);
}

int main(void) {
  char error[32];
  mg_log_set(MG_LL_NONE);
  // TCP does not connect to a broadcast address.
  snprintf(error, sizeof(error), "connect: %d", ENETUNREACH);
  check("tcp://255.255.255.255:9", "OPEN RESOLVE ERROR ", error);
  check("tcp://127.0.0.1:70000", "OPEN ERROR ", "invalid port");
  check("tcp://127.0.0.1:http", "OPEN ERROR ", "invalid port");
  return test_result();
}
