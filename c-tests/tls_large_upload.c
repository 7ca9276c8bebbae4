// An upload of 100 MB over TLS to a handler that pauses again and again: the process never needs more
// memory than a few times MG_MAX_RECV_SIZE (3 MB), and every byte arrives.
// History: 509fbcc4 | 100 MB to a handler that pauses: memory stays under the cap
// modes: static shared
#include <sys/resource.h>

#include "tls.h"

enum { BLOCK = 1000000, BLOCKS = 100, PAUSE_EVERY = 7000000, CAP_KB = 20000 };

static struct tls_side server, client;
static size_t received, sent, next_pause = PAUSE_EVERY;
static struct mg_connection *server_end;

static long peak_kb(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  static char block[BLOCK];
  (void)ev_data;
  if (ev == MG_EV_CONNECT) mg_tls_init(c, &client.opts);
  if (ev == MG_EV_POLL && c->is_tls && !c->is_tls_hs && c->send.len == 0 &&
      sent < (size_t)BLOCK * BLOCKS) {
    mg_send(c, block, BLOCK);
    sent += BLOCK;
  }
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &server.opts), server_end = c;
  if (ev == MG_EV_READ) {
    received += c->recv.len;
    c->recv.len = 0;
    if (received >= next_pause) c->is_full = 1, next_pause += PAUSE_EVERY;
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, NULL);
  mg_connect(&mgr, url_to("tls", listener), on_client, NULL);
  POLL_UNTIL(&mgr, received > 0);
  long before = peak_kb();
  uint64_t begin = mg_millis();
  while (received < (size_t)BLOCK * BLOCKS && mg_millis() - begin < 50000) {
    mg_mgr_poll(&mgr, 1);
    if (!server_end->is_full) continue;
    for (int i = 0; i < 200; i++) mg_mgr_poll(&mgr, 0);  // the client fills what there is to fill
    server_end->is_full = 0;
  }
  CHECK_INT(received, (size_t)BLOCK * BLOCKS);
  CHECK(peak_kb() - before < CAP_KB);
  mg_mgr_free(&mgr);
  return test_result();
}
