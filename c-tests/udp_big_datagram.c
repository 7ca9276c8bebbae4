// Chapter 01, section 20, 11: a datagram arrives whole, whatever c->recv holds; one that would not
// fit in MG_MAX_RECV_SIZE is dropped, and the listener stays.
#include "event.h"

enum { BIG = 60000 };

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct trace trace = {0};
  static char data[BIG];
  size_t total;
  int fd = plain_socket(SOCK_DGRAM), size = 4 * BIG;
  for (size_t i = 0; i < BIG; i++) data[i] = (char)(i * 2654435761u >> 24);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://127.0.0.1:0", record, &trace);
  plain_send_to(fd, server, "abc", 3);
  POLL_UNTIL(&mgr, server->recv.len == 3);
  plain_send_to(fd, server, data, BIG);
  POLL_UNTIL(&mgr, server->recv.len > 3);
  CHECK_INT(server->recv.len, BIG + 3);
  CHECK(memcmp(server->recv.buf + 3, data, BIG) == 0);
  CHECK_INT(trace.reads, 2);

  for (total = BIG + 3; total + BIG <= MG_MAX_RECV_SIZE; total += BIG) {
    plain_send_to(fd, server, data, BIG);
    POLL_UNTIL(&mgr, server->recv.len == total + BIG);
  }
  plain_send_to(fd, server, data, BIG);
  plain_send_to(fd, server, "end", 3);
  POLL_UNTIL(&mgr, server->recv.len == total + 3);
  CHECK_INT(server->is_closing, 0);
  CHECK_TEXT(trace.error, "");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
