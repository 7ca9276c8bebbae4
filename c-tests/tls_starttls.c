// Chapter 05, 44 and 3.4: TLS on an established connection. The server answers in clear, and starts
// TLS once the answer is written; the client starts it and its handshake when it has the answer. A
// client that sends its ClientHello right behind the command: the server moves the left-over bytes.
#include "tls_relay.h"

static struct tls_side client, server;
static struct mg_connection *server_end;

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  record_in(&client.trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) mg_send(c, "START\n", 6);
  if (ev == MG_EV_READ && !c->is_tls) {
    CHECK_BYTES(c->recv.buf, c->recv.len, "GO\n", 3);
    c->recv.len = 0;
    mg_tls_init(c, &client.opts);
    mg_send(c, "hello", 5);
    mg_tls_handshake(c);
  } else if (ev == MG_EV_READ) {
    tls_read(c, &client);
    c->recv.len = 0;
  }
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  if (c->is_listening) return;
  record_in(&server.trace, ev, ev_data);
  if (ev == MG_EV_ACCEPT) server_end = c;
  if (ev == MG_EV_READ && !c->is_tls) {
    if (c->recv.len < 6) return;
    CHECK(memcmp(c->recv.buf, "START\n", 6) == 0);
    mg_iobuf_del(&c->recv, 0, 6);
    mg_send(c, "GO\n", 3);
  } else if (ev == MG_EV_READ) {
    tls_read(c, &server);
    mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
  }
  if (ev == MG_EV_WRITE && !c->is_tls && c->send.len == 0) {
    mg_tls_init(c, &server.opts);
    mg_iobuf_add(&c->rtls, c->rtls.len, c->recv.buf, c->recv.len);
    c->recv.len = 0;
  }
}

static void both_wait(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", on_server, NULL);
  mg_connect(&mgr, url_to("tcp", listener), on_client, NULL);
  POLL_UNTIL(&mgr, client.count >= 5);
  CHECK_TEXT(client.received, "hello");
  CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT WRITE READ TLS_HS WRITE READ ");
  CHECK_TEXT(server.trace.text, "OPEN ACCEPT READ WRITE TLS_HS READ WRITE ");
  mg_mgr_free(&mgr);
}

// Passes the bytes of a usual client on, with the command in front, and takes GO away.
static void left_over(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  struct relay relay;
  unsigned char first[6 + 16384] = "START\n";
  char go[3] = "";
  long n = -1;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", on_server, NULL);
  relay_open(&relay, listener);
  mg_connect(&mgr, relay_url(&relay), tls_hello, &client);
  relay.hold[0] = relay.hold[1] = true;
  POLL_UNTIL(&mgr, (relay_step(&relay), relay.fd[0] >= 0));
  POLL_UNTIL(&mgr, n > 0 || (n = plain_recv_now(relay.fd[TO_SERVER], first + 6, 16384)) > 0);
  CHECK_INT(send(relay.fd[TO_CLIENT], first, (size_t)n + 6, 0), n + 6);
  POLL_UNTIL(&mgr, strstr(server.trace.text, "WRITE ") != NULL);
  CHECK_INT(recv(relay.fd[TO_CLIENT], go, 3, 0), 3);
  CHECK_BYTES(go, 3, "GO\n", 3);
  relay.hold[0] = relay.hold[1] = false;
  POLL_UNTIL(&mgr, (relay_step(&relay), client.count >= 5));
  CHECK_TEXT(client.received, "hello");
  CHECK_INT(server_end->rtls.len, 0);
  CHECK_TEXT(server.trace.text, "OPEN ACCEPT READ WRITE TLS_HS READ WRITE ");
  mg_mgr_free(&mgr);
  relay_close(&relay);
}

int main(void) {
  for (int i = 0; i < 2; i++) {
    memset(&client, 0, sizeof(client));
    memset(&server, 0, sizeof(server));
    client.opts = tls_options("root.crt", "", "", "host.test");
    server.opts = tls_options("", "server.crt", "server.key", "");
    if (i == 0) both_wait();
    if (i == 1) left_over();
  }
  return test_result();
}
