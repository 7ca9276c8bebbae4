// TLS between two connections without an event loop: the program moves the encrypted bytes itself.
#include "tls.h"

// A connection around one end of a socket pair that is in no list.
static struct mg_connection *side(struct mg_mgr *mgr, int fd, bool is_client, struct trace *trace) {
  struct mg_connection *c = mg_alloc_conn(mgr);
  c->fd = (void *)(size_t)fd;
  c->fn = record;
  c->fn_data = trace;
  c->is_client = is_client;
  c->is_accepted = !is_client;
  return c;
}

// What has arrived on the socket goes to c->rtls, where the TLS layer looks for it.
static void take(struct mg_connection *c) {
  char buf[5000];
  long n;
  while ((n = plain_recv_now(fd_of(c), buf, sizeof(buf))) > 0) {
    mg_iobuf_add(&c->rtls, c->rtls.len, buf, (size_t)n);
  }
}

static void shake_hands(struct mg_connection *a, struct mg_connection *b) {
  for (int i = 0; i < 20 && (a->is_tls_hs || b->is_tls_hs); i++) {
    take(a);
    mg_tls_handshake(a);
    take(b);
    mg_tls_handshake(b);
  }
  CHECK(!a->is_tls_hs && !b->is_tls_hs);
}

// Sends from one to the other.
static void pass(struct mg_connection *from, struct mg_connection *to, const char *text) {
  char buf[20];
  long len = (long)strlen(text);
  CHECK_INT(mg_tls_send(from, text, strlen(text)), len);
  mg_tls_flush(from);
  CHECK(!from->is_tls_throttled);
  take(to);
  // Two records' worth of reads: the second one finds something pending.
  CHECK_INT(mg_tls_recv(to, buf, 1), 1);
  CHECK(mg_tls_pending(to) > 0);
  CHECK_INT(mg_tls_recv(to, buf + 1, sizeof(buf) - 1), len - 1);
  CHECK_BYTES(buf, (size_t)len, text, (size_t)len);
  CHECK_INT(mg_tls_pending(to), 0);
  CHECK_INT(mg_tls_recv(to, buf, sizeof(buf)), MG_IO_WAIT);
}

static void converse(struct mg_mgr *mgr) {
  struct mg_tls_opts client_opts = tls_options("root.crt", NULL, NULL, "host.test");
  struct mg_tls_opts server_opts = tls_options(NULL, "server.crt", "server.key", NULL);
  struct trace client_trace = {0}, server_trace = {0};
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  struct mg_connection *client = side(mgr, fds[0], true, &client_trace);
  struct mg_connection *server = side(mgr, fds[1], false, &server_trace);
  mg_tls_init(client, &client_opts);
  mg_tls_init(server, &server_opts);
  CHECK(client->tls != NULL && client->is_tls && client->is_tls_hs);
  shake_hands(client, server);
  CHECK_TEXT(client_trace.text, "TLS_HS ");
  CHECK_TEXT(server_trace.text, "TLS_HS ");
  pass(client, server, "question");
  pass(server, client, "answer");
  mg_tls_free(client);
  CHECK_PTR(client->tls, NULL);
  mg_tls_free(client);
  mg_close_conn(client);
  mg_close_conn(server);
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  converse(&mgr);
  // What sessions share can go and come back between them.
  mg_tls_ctx_free(&mgr);
  CHECK_PTR(mgr.tls_ctx, NULL);
  mg_tls_ctx_init(&mgr);
  converse(&mgr);
  mg_mgr_free(&mgr);
  return test_result();
}
