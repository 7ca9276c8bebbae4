// io_timeout_ms of TLS handshakes: a client that says nothing or one byte now and then, and a server
// that never answers (chapter 08, 8.3 deadlines).
#include "deadline.h"
#include "tls.h"

static struct mg_mgr mgr;
static struct tls_side server;

static void check_server(const char *hello, size_t len) {
  struct mg_connection *l = mg_listen(&mgr, "tls://127.0.0.1:0", tls_echo, &server);
  struct mg_stats before = stats_of(&mgr), s;
  int fd = plain_connect(l), ms = 0;
  memset(&server.trace, 0, sizeof(server.trace));
  poll_times(&mgr, 3);
  CHECK_INT(stats_of(&mgr).now_handshaking, 1);
  for (size_t i = 0; ms < 200000 && !has_ended(fd); i++) {
    if (i < len) CHECK_INT(send(fd, hello + i, 1, MSG_NOSIGNAL), 1);
    ms += time_until_answer(&mgr, fd, 5000);
  }
  CHECK_TIME(ms, 60000);
  CHECK_TEXT(server.trace.error, "MG_IO_TIMEOUT");
  CHECK_TEXT(server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_io, before.timeout_io + 1);
  CHECK_INT(s.now_handshaking, 0);
  CHECK_INT(s.closed, before.closed + 1);
  CHECK_INT(s.recv_bytes, 0);
  close(fd);
  l->is_closing = 1;
}

static void check_client(void) {
  struct tls_side client;
  char url[60];
  int fd = plain_socket(SOCK_STREAM), ms = 0;
  memset(&client, 0, sizeof(client));
  CHECK_INT(listen(fd, 5), 0);
  snprintf(url, sizeof(url), "tls://127.0.0.1:%d", ntohs(plain_port(fd)));
  mg_connect(&mgr, url, tls_hello, &client);
  poll_times(&mgr, 5);
  CHECK_INT(stats_of(&mgr).now_handshaking, 1);
  for (; ms < 200000 && !has_closed(&client); ms += TICK_MS) pass(&mgr, TICK_MS);
  CHECK_TIME(ms, 60000);
  CHECK_TEXT(client.trace.error, "MG_IO_TIMEOUT");
  close(fd);
}

int main(void) {
  // The beginning of a record of a kilobyte.
  static const char hello[] = "\x16\3\1\4\0\1\0\3\xfc\3\3012345678901234567890123456789012";
  struct mg_stats s;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  server.opts = tls_options(NULL, "server.crt", "server.key", NULL);
  check_server("", 0);
  check_server(hello, sizeof(hello) - 1);
  check_client();
  s = stats_of(&mgr);
  CHECK_INT(timeouts(&s), 3);
  CHECK_INT(s.timeout_io, 3);
  CHECK_INT(s.outgoing_closed, 1);
  mg_mgr_free(&mgr);
  return test_result();
}
