// UDP: local addresses, groups, and who gets the next datagram.
#include "event.h"

// Exported without a prototype.
void mg_getlocaddr(struct mg_connection *, struct mg_addr *, struct mg_addr *);
void mg_multicast_add(struct mg_connection *, char *);

static bool in_group(const char *group) {
  char line[200];
  bool found = false;
  struct in_addr addr;
  char hex[20];
  CHECK(inet_aton(group, &addr) != 0);
  snprintf(hex, sizeof(hex), "%08X", addr.s_addr);
  FILE *fp = fopen("/proc/net/igmp", "r");
  while (fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
    if (strstr(line, hex) != NULL) found = true;
  }
  if (fp != NULL) fclose(fp);
  return found;
}

int main(void) {
  struct mg_mgr mgr;
  struct trace trace = {0};
  char buf[10];
  char group[] = "239.77.1.2";
  int peer = plain_socket(SOCK_DGRAM), other = plain_socket(SOCK_DGRAM);
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_listen(&mgr, "udp://0.0.0.0:0", record, &trace);
  CHECK(c->is_udp);

  // The kernel shows memberships on interfaces that can have them, if there is a route.
  struct sockaddr_in sin = loopback(mg_htons(9));
  int route = plain_socket(SOCK_DGRAM);
  CHECK(inet_aton(group, &sin.sin_addr) != 0);
  struct ip_mreq wish = {sin.sin_addr, {0}};
  bool possible = setsockopt(route, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wish, sizeof(wish)) == 0;
  close(route);
  CHECK(!in_group(group));
  mg_multicast_add(c, group);
  CHECK_INT(in_group(group), possible);

  plain_send_to(peer, c, "one", 3);
  POLL_UNTIL(&mgr, c->recv.len == 3);
  CHECK_INT(c->rem.port, plain_port(peer));
  struct mg_addr to = c->rem, mine;
  to.port = plain_port(other);
  mg_multicast_restore(c, (uint8_t *)&to);
  CHECK(mg_send(c, "two", 3));
  CHECK_INT(recv(other, buf, sizeof(buf), 0), 3);

  memset(&mine, 0, sizeof(mine));
  mg_getlocaddr(c, &to, &mine);
  CHECK_INT(mine.addr.ip4, mg_htonl(0x7f000001));
  mg_mgr_free(&mgr);
  close(peer), close(other);
  return test_result();
}
