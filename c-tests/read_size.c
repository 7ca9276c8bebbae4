// Chapter 01, 28: a READ has at most MG_IO_SIZE bytes unless the program enlarged c->recv; a buffer
// that is consumed keeps its capacity, one that is not fills up in steps.
#include "event.h"

enum { TOTAL = 100000 };
static char block[TOTAL];
static bool consume;
static long largest, steps[20];
static int reads;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_READ) return;
  if (*(long *)ev_data > largest) largest = *(long *)ev_data;
  if (reads < 20) steps[reads] = *(long *)ev_data;
  reads++;
  CHECK_INT(c->recv.size % MG_IO_SIZE, 0);
  if (consume) {
    size_t size = c->recv.size;
    mg_iobuf_del(&c->recv, 0, c->recv.len);
    CHECK_INT(c->recv.size, size);
  }
}

static void check(bool consumed, size_t enlarged, long want) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  int fds[2], size = 4 * TOTAL;
  size_t sent = 0;
  reads = 0;
  largest = 0;
  consume = consumed;
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, fds[0], on_event, NULL);
  if (enlarged > 0) CHECK(mg_iobuf_resize(&c->recv, enlarged));
  CHECK_INT(send(fds[1], block, TOTAL, MSG_DONTWAIT), TOTAL);
  while (sent < TOTAL) {
    int before = reads;
    POLL_UNTIL(&mgr, reads > before);
    CHECK_INT(reads, before + 1);  // one read per poll
    if (reads == before) break;
    sent += (size_t)steps[before];
  }
  CHECK_INT(largest, want);
  if (!consumed) CHECK_INT(c->recv.len, TOTAL);
  mg_mgr_free(&mgr);
  close(fds[1]);
}

int main(void) {
  check(true, 0, MG_IO_SIZE);
  CHECK_INT(reads, (TOTAL + MG_IO_SIZE - 1) / MG_IO_SIZE);
  check(false, 0, MG_IO_SIZE);
  CHECK_INT(steps[1], MG_IO_SIZE);
  check(true, 4 * MG_IO_SIZE, 4 * MG_IO_SIZE);
  return test_result();
}
