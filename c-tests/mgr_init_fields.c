// Chapter 01, 5: a fresh manager, and SIGPIPE is ignored from then on.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct sigaction action;
  memset(&mgr, 0xff, sizeof(mgr));
  mg_mgr_init(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_PTR(mgr.timers, NULL);
  CHECK_PTR(mgr.userdata, NULL);
  CHECK_PTR(mgr.mdns, NULL);
  CHECK_PTR(mgr.dns4.c, NULL);
  CHECK_PTR(mgr.dns6.c, NULL);
  CHECK_TEXT(mgr.dns4.url, "udp://8.8.8.8:53");
  CHECK_TEXT(mgr.dns6.url, "udp://[2001:4860:4860::8888]:53");
  CHECK_INT(mgr.nextid, 0);
  CHECK_INT(mgr.dnstimeout, 3000);
  CHECK_INT(mgr.use_dns6, false);
  CHECK_INT(mgr.mqtt_id, 0);
  CHECK_INT(mgr.extraconnsize, 0);
  CHECK_INT(mgr.pipe.fd, -1);
  CHECK_INT(sigaction(SIGPIPE, NULL, &action), 0);
  CHECK(action.sa_handler == SIG_IGN);
  mg_mgr_free(&mgr);
  CHECK_INT(mgr.epoll_fd, -1);
  return test_result();
}
