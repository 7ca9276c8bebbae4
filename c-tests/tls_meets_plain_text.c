// Chapter 05, 36 and 37, 5.6: plain text sent to a TLS port gives ERROR and never READ; a TLS client
// of an echo server that knows no TLS gets ERROR and never READ, and shows it nothing in clear.
#include "tls_relay.h"

static void on_plain_echo(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ) {
    struct mg_str got = mg_str_n((char *)c->recv.buf, c->recv.len);
    CHECK_INT(got.buf[0], HANDSHAKE);
    CHECK(mg_match(got, mg_str("#hello#"), NULL) == false);
    mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
  }
}

static void check_server(const char *text) {
  struct tls_side server;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  char answer[100] = "";
  int fd;
  memset(&server, 0, sizeof(server));
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "https://127.0.0.1:0", tls_echo, &server);
  fd = plain_connect(listener);
  CHECK_INT(send(fd, text, strlen(text), 0), strlen(text));
  POLL_UNTIL(&mgr, has_closed(&server));
  CHECK_TEXT(server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
  CHECK(strncmp(server.trace.error, "TLS: ", 5) == 0);
  CHECK_INT(recv(fd, answer, sizeof(answer), 0), 7);
  CHECK_INT(answer[0], ALERT);
  CHECK_INT(answer[5], 2);  // fatal
  close(fd);
  mg_mgr_free(&mgr);
}

int main(void) {
  struct tls_side client;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  mg_log_set(MG_LL_NONE);
  check_server("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  check_server("HELO me\r\n");
  check_server("\x10\x20\x30\x40\x50\x60\x70");
  memset(&client, 0, sizeof(client));
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", on_plain_echo, NULL);
  mg_connect(&mgr, url_to("tls", listener), tls_hello, &client);
  POLL_UNTIL(&mgr, has_closed(&client));
  CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
