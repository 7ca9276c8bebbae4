// Chapter 05, 42, 5.5 and section 10, 8 and 10: a handler that pauses with is_full gets nothing
// more, raw and decrypted input stay bounded, polls sleep; everything arrives once it goes on.
// History: 509fbcc4 | 8 MB to a handler that pauses: buffers stay bounded
#include "tls.h"

enum { TOTAL = 8000000, PAUSES = 5 };

static struct tls_side server;
static struct mg_connection *server_end;
static size_t received, largest;
static int pauses;
static bool clean = true;

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  static char block[TOTAL];
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    for (size_t i = 0; i < TOTAL; i++) block[i] = (char)(i % 251);
    mg_tls_init(c, &side->opts);
    mg_send(c, block, TOTAL);
  }
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_ACCEPT) {
    mg_tls_init(c, &server.opts);
    server_end = c;
  }
  if (ev == MG_EV_READ) {
    CHECK_INT(c->is_full, 0);
    CHECK(c->recv.len <= 16384);
    for (size_t i = 0; i < c->recv.len; i++) {
      if (c->recv.buf[i] != (received + i) % 251) clean = false;
    }
    received += c->recv.len;
    c->recv.len = 0;
    if (pauses * (TOTAL / PAUSES) < (int)received) c->is_full = 1, pauses++;
  }
  if (ev == MG_EV_POLL && !c->is_listening) {
    if (c->rtls.size + c->recv.size > largest) largest = c->rtls.size + c->recv.size;
  }
}

int main(void) {
  static struct tls_side client;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, NULL);
  mg_connect(&mgr, url_to("tls", listener), on_client, &client);
  for (int i = 1; i <= PAUSES; i++) {
    size_t before;
    POLL_UNTIL(&mgr, pauses == i);
    for (int k = 0; k < 100; k++) mg_mgr_poll(&mgr, 0);  // the client fills the kernel's buffers
    before = received;
    CHECK(polls_during(&mgr, 200) < 40);
    CHECK_INT(received, before);
    server_end->is_full = 0;
  }
  POLL_UNTIL(&mgr, received == TOTAL);
  CHECK(clean);
  CHECK(largest < 150000);
  mg_mgr_free(&mgr);
  return test_result();
}
