// Chapter 04, W19: the answers for a peer that does not read do not pile up without end; all
// messages arrive once it reads. A packet of more than MG_MAX_RECV_SIZE is refused at its header.
// modes: static shared asan
#include "mqtt.h"

enum { MESSAGES = 400 * 1000, BATCH = 1000 };

static const int kernel_buffer = 64 << 10;
static int count;
static size_t most;
static struct mg_connection *accepted;
static char error[64];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    accepted = c;
    setsockopt(fd_of(c), SOL_SOCKET, SO_SNDBUF, &kernel_buffer, sizeof(kernel_buffer));
  }
  if (ev == MG_EV_MQTT_MSG) count++;
  if (c->send.len > most) most = c->send.len;
  if (ev == MG_EV_ERROR) snprintf(error, sizeof(error), "%s", (char *)ev_data);
}

int main(void) {
  static char batch[BATCH * 7], got[65536];
  struct mg_mgr mgr;
  struct mg_connection *server;
  long received = 0;
  size_t sent = 0, all = (size_t)MESSAGES * 7;
  int fd;
  for (size_t i = 0; i < sizeof(batch); i++) batch[i] = "\x32\5\0\1t\0\1"[i % 7];
  mg_mgr_init(&mgr);
  server = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", on_event, NULL);
  fd = plain_connect(server);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kernel_buffer, sizeof(kernel_buffer));
  // Until nothing moves: the peer does not read.
  for (int quiet = 0; quiet < 50 && sent < all;) {
    size_t at = sent % sizeof(batch), n = sizeof(batch) - at;
    long moved = send(fd, batch + at, n < all - sent ? n : all - sent, MSG_DONTWAIT);
    int before = count;
    mg_mgr_poll(&mgr, moved > 0 ? 0 : 1);
    if (moved > 0) sent += (size_t)moved;
    quiet = moved > 0 || count > before ? 0 : quiet + 1;
  }
  CHECK(most >= (1 << 20) && most < (1 << 20) + (64 << 10));
  CHECK(accepted->recv.len < (128 << 10));
  // Now it reads.
  while (received < MESSAGES * 4L) {
    size_t at = sent % sizeof(batch), n = sizeof(batch) - at;
    long moved = 0, n_read;
    if (sent < all) moved = send(fd, batch + at, n < all - sent ? n : all - sent, MSG_DONTWAIT);
    if (moved > 0) sent += (size_t)moved;
    mg_mgr_poll(&mgr, 0);
    n_read = plain_recv_now(fd, got, sizeof(got));
    if (n_read == 0) break;
    if (n_read > 0) received += n_read;
  }
  CHECK_INT(received, MESSAGES * 4L);
  CHECK_INT(count, MESSAGES);
  plain_send(fd, "\x30\xff\xff\xff\x7f", 5);
  POLL_UNTIL(&mgr, error[0] != '\0');
  CHECK_TEXT(error, "MG_MAX_RECV_SIZE");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
