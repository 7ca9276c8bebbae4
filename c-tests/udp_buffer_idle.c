// The input buffer of a quiet UDP connection goes back when nothing came for a second, and the next
// datagram gets a new one; a buffer that the program enlarged stays.
#include "clock.h"
#include "event.h"

enum { LENGTH = 4000, ENLARGED = 7 * MG_IO_SIZE };

static size_t received;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev != MG_EV_READ) return;
  received += c->recv.len;
  c->recv.len = 0;
}

static void send_one(struct mg_mgr *mgr, struct mg_connection *client) {
  static const char payload[LENGTH];
  size_t expected = received + LENGTH;
  mg_send(client, payload, LENGTH);
  for (int i = 0; i < 1000 && received < expected; i++) mg_mgr_poll(mgr, 10);
  CHECK(received == expected);
}

static void rest(struct mg_mgr *mgr) {
  push_clock(2000);
  for (int i = 0; i < 3; i++) mg_mgr_poll(mgr, 0);
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *server = mg_listen(&mgr, "udp://127.0.0.1:0", on_event, NULL);
  char url[64];
  mg_snprintf(url, sizeof(url), "udp://127.0.0.1:%d", mg_ntohs(server->loc.port));
  struct mg_connection *client = mg_connect(&mgr, url, on_event, NULL);

  send_one(&mgr, client);
  CHECK(server->recv.size >= LENGTH);
  rest(&mgr);
  CHECK(server->recv.buf == NULL && server->recv.size == 0);

  send_one(&mgr, client);
  CHECK(mg_iobuf_resize(&server->recv, ENLARGED));
  rest(&mgr);
  CHECK_INT((int)server->recv.size, ENLARGED);
  send_one(&mgr, client);
  CHECK_INT((int)server->recv.size, ENLARGED);

  mg_mgr_free(&mgr);
  return test_result();
}
