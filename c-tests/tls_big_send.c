// Chapter 05, 38 and 39: 3 MB in one mg_send arrive complete and in order, and WRITE events add up
// to them; 200 kB and an end at once give 200 kB of READ, then CLOSE.
#include "tls.h"

enum { MOST = 3000005 };

static char block[MOST];
static size_t wanted, received;
static bool in_order = true;

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    mg_tls_init(c, &side->opts);
    mg_send(c, block, wanted);
    c->is_draining = 1;
  }
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (!c->is_listening) record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &side->opts);
  if (ev == MG_EV_READ) {
    if (received + c->recv.len > wanted ||
        memcmp(c->recv.buf, block + received, c->recv.len) != 0) {
      in_order = false;
    }
    received += c->recv.len;
    c->recv.len = 0;
  }
}

static void check(size_t size) {
  static struct tls_side client, server;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  server.opts = tls_options("", "server.crt", "server.key", "");
  wanted = size;
  received = 0;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, &server);
  mg_connect(&mgr, url_to("tls", listener), on_client, &client);
  POLL_UNTIL(&mgr, has_closed(&client) && has_closed(&server));
  CHECK_INT(received, wanted);
  CHECK(in_order);
  CHECK_INT(client.trace.written, (long)wanted);
  CHECK_INT(server.trace.read, (long)wanted);
  CHECK(strstr(client.trace.text, "ERROR") == NULL);
  CHECK(strstr(server.trace.text, "ERROR") == NULL);
  mg_mgr_free(&mgr);
}

int main(void) {
  for (size_t i = 0; i < MOST; i++) block[i] = (char)(i * 7 + i / 1000);
  check(MOST);
  check(200000);
  return test_result();
}
