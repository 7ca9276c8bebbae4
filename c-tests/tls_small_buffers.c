// Chapter 05, section 10, 15 and 22: with tiny socket buffers ciphertext waits inside the session; a
// draining connection ends only when all of it is out, and waiting costs no CPU.
#include "tls.h"

enum { TOTAL = 300000 };

static char block[TOTAL];
static size_t received;
static bool in_order = true, throttled;

static void shrink(struct mg_connection *c, int option) {
  int small = 2048;
  CHECK_INT(setsockopt(fd_of(c), SOL_SOCKET, option, &small, sizeof(small)), 0);
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    shrink(c, SO_SNDBUF);
    mg_tls_init(c, &side->opts);
    mg_send(c, block, TOTAL);
    c->is_draining = 1;
  }
  if (ev == MG_EV_POLL && c->is_tls_throttled) throttled = true;
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (!c->is_listening) record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &side->opts);
  if (ev == MG_EV_READ) {
    if (memcmp(c->recv.buf, block + received, c->recv.len) != 0) in_order = false;
    received += c->recv.len;
    c->recv.len = 0;
    if (received < TOTAL / 2) c->is_full = 1;
  }
}

int main(void) {
  struct tls_side client, server;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  server.opts = tls_options("", "server.crt", "server.key", "");
  for (size_t i = 0; i < TOTAL; i++) block[i] = (char)(i * 11 + i / 700);
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, &server);
  mg_connect(&mgr, url_to("tls", listener), on_client, &client);
  POLL_UNTIL(&mgr, received > 0);
  for (int i = 0; i < 200; i++) mg_mgr_poll(&mgr, 1);
  CHECK(polls_during(&mgr, 200) < 60);
  for (int i = 0; i < 1000 && received < TOTAL; i++) {
    for (struct mg_connection *c = mgr.conns; c != NULL; c = c->next) c->is_full = 0;
    mg_mgr_poll(&mgr, 10);
  }
  POLL_UNTIL(&mgr, has_closed(&client) && has_closed(&server));
  CHECK_INT(received, TOTAL);
  CHECK(in_order);
  CHECK(throttled);
  CHECK_INT(client.trace.written, TOTAL);
  CHECK(strstr(server.trace.text, "ERROR") == NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
