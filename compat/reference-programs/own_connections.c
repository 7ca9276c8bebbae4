// Connections that the program puts together itself: a listener and a client from mg_alloc_conn,
// and a wrapped socket whose raw bytes it moves.
#include "event.h"

static struct mg_connection *add(struct mg_mgr *mgr, struct trace *trace) {
  struct mg_connection *c = mg_alloc_conn(mgr);
  CHECK_PTR(c->mgr, mgr);
  c->fn = record;
  c->fn_data = trace;
  c->next = mgr->conns;
  mgr->conns = c;
  return c;
}

static void by_hand(struct mg_mgr *mgr) {
  struct trace server = {0}, client = {0};
  struct mg_connection *listener = add(mgr, &server);
  CHECK(mg_open_listener(listener, "tcp://127.0.0.1:0"));
  listener->is_listening = 1;

  struct mg_connection *c = add(mgr, &client);
  c->is_client = 1;
  c->rem = listener->loc;
  mg_connect_resolved(c);
  POLL_UNTIL(mgr, strstr(client.text, "CONNECT") != NULL && server.text[0] != '\0');
  CHECK_TEXT(server.text, "OPEN ACCEPT ");
  c->is_closing = listener->is_closing = 1;
  POLL_UNTIL(mgr, mgr->conns == NULL);
}

// mg_io_recv takes from c->rtls, mg_io_send writes to the socket.
static void raw_bytes(struct mg_mgr *mgr) {
  struct trace trace = {0};
  char buf[10];
  int fds[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  struct mg_connection *c = mg_wrapfd(mgr, fds[0], record, &trace);
  CHECK_INT(mg_io_send(c, "raw", 3), 3);
  CHECK_INT(plain_recv_now(fds[1], buf, sizeof(buf)), 3);
  CHECK_BYTES(buf, 3, "raw", 3);
  CHECK_INT(mg_io_recv(c, buf, sizeof(buf)), MG_IO_WAIT);
  mg_iobuf_add(&c->rtls, 0, "wire", 4);
  CHECK_INT(mg_io_recv(c, buf, 3), 3);
  CHECK_BYTES(buf, 3, "wir", 3);
  CHECK_INT(c->rtls.len, 1);
  mg_close_conn(c);
  CHECK_TEXT(trace.text, "OPEN CLOSE ");
  close(fds[1]);
}

int main(void) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  by_hand(&mgr);
  raw_bytes(&mgr);
  mg_mgr_free(&mgr);
  return test_result();
}
