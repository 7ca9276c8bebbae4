// Chapter 04, W6: a peer that sends PINGs and never reads is not read for ever: output stays bounded.
// History: 7.22-ping-flood | output stays bounded, all is answered once the peer reads
#include "ws.h"

int main(void) {
  struct mg_mgr mgr;
  struct ws_log log = {"", NULL, 0, 0};
  char ping[125];
  size_t largest = 0;
  mg_log_set(MG_LL_NONE);
  memset(ping, 'p', sizeof(ping));
  mg_mgr_init(&mgr);
  struct mg_connection *raw = ws_raw(&mgr, ws_listen(&mgr, &log));
  mg_printf(raw, "%s", WS_REQUEST);
  POLL_UNTIL(&mgr, raw->recv.len >= 129);
  raw->is_full = 1;
  for (int i = 0; i < 200000; i++) ws_frame(raw, 0x89, ping, sizeof(ping));
  for (int i = 0; i < 3000; i++) {
    mg_mgr_poll(&mgr, 0);
    log.text[0] = '\0';
    if (log.c->send.len > largest) largest = log.c->send.len;
  }
  CHECK(largest > 0);
  CHECK(largest < 500000);
  CHECK(raw->send.len > 0);  // the rest waits at the peer
  // Once the peer reads, everything is answered.
  raw->is_full = 0;
  size_t got = raw->recv.len - 129;
  raw->recv.len = 0;
  for (int i = 0; i < 100000 && got < 200000 * 127u; i++) {
    mg_mgr_poll(&mgr, 0);
    log.text[0] = '\0';
    got += raw->recv.len;
    raw->recv.len = 0;
  }
  CHECK_INT(got + 129, 200000 * 127u + 129);
  mg_mgr_free(&mgr);
  return test_result();
}
