// Chapter 05, 47..49 and section 4: mg_tls_pending without a session; mg_io_recv takes from rtls
// alone; mg_tls_free more than once; tls_ctx after mg_mgr_free; NULL.
#include "tls.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener, *c;
  char buf[20] = "";
  int fd;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  fd = plain_connect(listener);
  POLL_UNTIL(&mgr, mgr.conns != listener);
  c = mgr.conns;
  CHECK_INT(mg_tls_pending(c), 0);
  CHECK_INT(mg_tls_recv(c, buf, sizeof(buf)), MG_IO_ERR);
  CHECK_INT(mg_tls_send(c, "x", 1), MG_IO_ERR);
  mg_tls_flush(c);
  mg_tls_handshake(c);
  mg_tls_free(c);
  mg_tls_free(c);
  CHECK(c->tls == NULL);
  // Something is in the socket, nothing in rtls.
  CHECK_INT(send(fd, "socket", 6, 0), 6);
  CHECK_INT(mg_io_recv(c, buf, sizeof(buf)), MG_IO_WAIT);
  mg_iobuf_add(&c->rtls, 0, "abcdef", 6);
  CHECK_INT(mg_io_recv(c, buf, 4), 4);
  CHECK_BYTES(buf, 4, "abcd", 4);
  CHECK_INT(c->rtls.len, 2);
  CHECK_INT(mg_io_recv(c, buf, sizeof(buf)), 2);
  CHECK_BYTES(buf, 2, "ef", 2);
  CHECK_INT(mg_io_recv(c, buf, sizeof(buf)), MG_IO_WAIT);
  CHECK_INT(mg_io_send(c, "wire", 4), 4);
  CHECK_INT(recv(fd, buf, sizeof(buf), 0), 4);
  CHECK_BYTES(buf, 4, "wire", 4);
  POLL_UNTIL(&mgr, c->recv.len == 6);
  CHECK_BYTES(c->recv.buf, c->recv.len, "socket", 6);
  {
    struct mg_tls_opts opts = tls_options("", "server.crt", "server.key", "");
    mg_tls_init(c, &opts);
    CHECK(c->tls != NULL);
    CHECK_INT(mg_tls_pending(c), 0);
    CHECK_INT(mg_tls_recv(c, buf, sizeof(buf)), MG_IO_WAIT);
    CHECK_INT(mg_tls_send(c, "x", 1), MG_IO_WAIT);
    CHECK_INT(plain_recv_now(fd, buf, sizeof(buf)), -1);
    mg_tls_free(c);
    CHECK(c->tls == NULL);
    mg_tls_init(c, &opts);
  }
  mg_mgr_free(&mgr);
  CHECK(mgr.tls_ctx == NULL);
  mg_tls_init(NULL, NULL);
  mg_tls_free(NULL);
  mg_tls_handshake(NULL);
  mg_tls_flush(NULL);
  CHECK_INT(mg_tls_pending(NULL), 0);
  close(fd);
  return test_result();
}
