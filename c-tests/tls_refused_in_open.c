// Chapter 05, 32: options that can't be used in OPEN, for a server that is not there either: one
// ERROR, about the options.
#include "tls.h"

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_OPEN) {
    struct mg_tls_opts opts = tls_options("ju\nnk", "", "", "");
    mg_tls_init(c, &opts);
  }
}

int main(void) {
  struct trace trace;
  struct mg_mgr mgr;
  char url[40];
  int fd = plain_socket(SOCK_STREAM);  // bound, and not listening
  snprintf(url, sizeof(url), "tls://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  memset(&trace, 0, sizeof(trace));
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  mg_connect(&mgr, url, on_event, &trace);
  POLL_UNTIL(&mgr, strstr(trace.text, "CLOSE ") != NULL);
  CHECK_TEXT(trace.text, "OPEN ERROR RESOLVE CLOSE ");
  CHECK_TEXT(trace.error, "TLS ca: no certificate in it");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
