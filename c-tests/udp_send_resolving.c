// Chapter 01, section 20, 2: mg_send on a UDP connection whose name is still being looked up is
// false, and the connection stays.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  char url[64];
  int fd = plain_socket(SOCK_DGRAM);  // a DNS server that does not answer
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  mgr.dns4.url = url;
  c = mg_connect(&mgr, "udp://host.example:9", record, &trace);
  CHECK_INT(c->is_resolving, 1);
  CHECK(!mg_send(c, "x", 1));
  CHECK_INT(c->is_closing, 0);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ");
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN CLOSE ");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
