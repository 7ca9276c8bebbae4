// Chapter 06, section 9: the answers for a peer that does not read do not pile up without end, nor do
// its requests; all are answered once it reads.
// modes: static shared asan
#include "event.h"

enum { REQUESTS = 400 * 1000, BATCH = 1000, REQUEST = 12, ANSWER = 9 + 2 * 4 };

static const int kernel_buffer = 64 << 10;
static int count;
static size_t most_output, most_input;
static char error[64];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    setsockopt(fd_of(c), SOL_SOCKET, SO_SNDBUF, &kernel_buffer, sizeof(kernel_buffer));
  } else if (ev == MG_EV_MODBUS_REQ) {
    struct mg_modbus_req *mr = (struct mg_modbus_req *)ev_data;
    for (uint16_t i = 0; i < mr->len; i++) mr->u.regs[i] = (uint16_t)(mr->addr + i);
    count++;
  } else if (ev == MG_EV_ERROR) {
    snprintf(error, sizeof(error), "%s", (char *)ev_data);
  }
  if (c->send.len > most_output) most_output = c->send.len;
  if (c->recv.len > most_input) most_input = c->recv.len;
}

static char batch[BATCH * REQUEST];
static size_t sent;

// Sends some of the requests that are left; false if nothing moves.
static bool send_some(int fd) {
  size_t all = (size_t)REQUESTS * REQUEST, at = sent % sizeof(batch), n = sizeof(batch) - at;
  if (n > all - sent) n = all - sent;
  long moved = n == 0 ? 0 : send(fd, batch + at, n, MSG_DONTWAIT);
  if (moved > 0) sent += (size_t)moved;
  return moved > 0;
}

int main(void) {
  static char got[65536];
  struct mg_mgr mgr;
  long received = 0;
  // Reads registers 5 to 8.
  for (size_t i = 0; i < sizeof(batch); i++) batch[i] = "\0\7\0\0\0\6\1\3\0\5\0\4"[i % REQUEST];
  mg_mgr_init(&mgr);
  struct mg_connection *server = mg_modbus_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  int fd = plain_connect(server);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kernel_buffer, sizeof(kernel_buffer));
  // Until nothing moves: the peer does not read.
  for (int quiet = 0; quiet < 50;) {
    int before = count;
    bool moved = send_some(fd);
    mg_mgr_poll(&mgr, moved ? 0 : 1);
    quiet = moved || count > before ? 0 : quiet + 1;
  }
  CHECK(count < REQUESTS);
  CHECK(most_output > (256 << 10) && most_output < (256 << 10) + 100);
  CHECK(most_input < (128 << 10));
  // Now it reads, and each answer is right.
  while (received < (long)REQUESTS * ANSWER) {
    static const char answer[] = "\0\7\0\0\0\13\1\3\10\0\5\0\6\0\7\0\10";
    send_some(fd);
    mg_mgr_poll(&mgr, 0);
    long n = plain_recv_now(fd, got, sizeof(got));
    if (n == 0) break;
    for (long i = 0; i < n; i++, received++) {
      if (got[i] != answer[received % ANSWER]) CHECK_INT(received, -1);
    }
  }
  CHECK_INT(received, (long)REQUESTS * ANSWER);
  CHECK_INT(count, REQUESTS);
  CHECK_TEXT(error, "");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
