// Chapter 01, 35 and section 20, 10: an IPv6 UDP listener reports the whole address of the sender
// already for the first datagram.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace trace = {0};
  struct sockaddr_in6 sin6;
  int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://[::1]:0", record, &trace);
  if (fd >= 0 && server != NULL) {  // the machine has IPv6
    memset(&sin6, 0, sizeof(sin6));
    sin6.sin6_family = AF_INET6;
    sin6.sin6_addr = in6addr_loopback;
    sin6.sin6_port = server->loc.port;
    CHECK_INT(sendto(fd, "x", 1, 0, (struct sockaddr *)&sin6, sizeof(sin6)), 1);
    POLL_UNTIL(&mgr, trace.read == 1);
    CHECK_INT(server->rem.is_ip6, 1);
    CHECK_BYTES(server->rem.addr.ip, 16, &in6addr_loopback, 16);
    CHECK(mg_send(server, "y", 1));
  }
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
