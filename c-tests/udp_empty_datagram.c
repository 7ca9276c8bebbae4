// Chapter 01, 34 and section 20, 1: an empty datagram delivers nothing and closes nothing, neither a
// listener nor a client. (The original closes.)
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *client;
  struct trace trace = {0}, client_trace = {0};
  int fd = plain_socket(SOCK_DGRAM);
  char url[64];
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "udp://127.0.0.1:0", record, &trace);
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(plain_port(fd)));
  client = mg_connect(&mgr, url, record, &client_trace);
  CHECK(mg_send(client, "x", 1));
  plain_send_to(fd, server, "", 0);
  plain_send_to(fd, client, "", 0);
  plain_send_to(fd, server, "abc", 3);
  plain_send_to(fd, client, "abc", 3);
  POLL_UNTIL(&mgr, trace.read == 3 && client_trace.read == 3);
  CHECK_TEXT(trace.text, "OPEN READ ");
  CHECK_TEXT(client_trace.text, "OPEN RESOLVE CONNECT WRITE READ ");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
