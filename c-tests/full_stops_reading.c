// Chapter 01, 30: is_full stops reading and not writing; clearing it goes on without loss.
#include "event.h"

enum { TOTAL = 4 << 20, CHUNK = 65536 };
static uint32_t crc;
static size_t received;
static int pauses;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ) {
    CHECK(!c->is_full);
    c->is_full = 1;
  } else if (ev == MG_EV_POLL && c->is_full && ++pauses % 3 == 0) {
    crc = mg_crc32(crc, (char *)c->recv.buf, c->recv.len);
    received += c->recv.len;
    c->recv.len = 0;
    c->is_full = 0;
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  int fds[2];
  char buf[10];
  size_t sent = 0;
  uint64_t begin;
  static char data[TOTAL];
  for (size_t i = 0; i < TOTAL; i++) data[i] = (char)(i * 2654435761u >> 24);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], on_event, NULL);

  c->is_full = 1;
  c->fn = ignore_events;
  CHECK_INT(send(fds[1], "x", 1, 0), 1);
  mg_send(c, "out", 3);
  for (int i = 0; i < 5; i++) mg_mgr_poll(&mgr, 1);
  CHECK_INT(c->recv.len, 0);
  CHECK_INT(recv(fds[1], buf, sizeof(buf), 0), 3);
  c->is_full = 0;
  POLL_UNTIL(&mgr, c->recv.len == 1);
  c->recv.len = 0;

  c->fn = on_event;
  begin = mg_millis();
  while (received < TOTAL && mg_millis() - begin < 30000) {
    if (sent < TOTAL) {
      ssize_t n =
          send(fds[1], data + sent, TOTAL - sent < CHUNK ? TOTAL - sent : CHUNK, MSG_DONTWAIT);
      if (n > 0) sent += (size_t)n;
    }
    mg_mgr_poll(&mgr, 0);
  }
  CHECK_INT(received, TOTAL);
  CHECK_INT(crc, mg_crc32(0, data, TOTAL));
  mg_mgr_free(&mgr);
  close(fds[1]);
  return test_result();
}
