// Chapter 01, 54: the queue's memory, capacity, order, wrap-around, printing. A queue that is empty
// far from its start does not stay stuck (section 20, 40).
#include "event.h"

enum { SIZE = 32 };

int main(void) {
  struct mg_queue q;
  char mem[SIZE], *p;
  uint32_t n;
  memset(mem, 0xff, sizeof(mem));
  mg_queue_init(&q, mem, sizeof(mem));
  CHECK_INT(mg_queue_next(&q, &p), 0);
  CHECK_INT(mg_queue_book(&q, &p, SIZE - 7), 0);
  CHECK_INT(mg_queue_book(&q, NULL, SIZE - 8), SIZE - 8);
  CHECK_INT(mg_queue_book(&q, &p, 0), SIZE - 8);
  CHECK_PTR(p, mem + 4);

  CHECK(mg_queue_book(&q, &p, 3) >= 3);
  memcpy(p, "abc", 3);
  mg_queue_add(&q, 3);
  memcpy(&n, mem, 4);
  CHECK_INT(n, 3);
  CHECK(mg_queue_book(&q, &p, 2) >= 2);
  memcpy(p, "de", 2);
  mg_queue_add(&q, 2);
  CHECK_INT(mg_queue_next(&q, &p), 3);
  CHECK_INT(mg_queue_next(&q, &p), 3);
  CHECK_BYTES(p, 3, "abc", 3);
  mg_queue_del(&q, 3);
  CHECK_INT(mg_queue_next(&q, &p), 2);
  CHECK_BYTES(p, 2, "de", 2);
  mg_queue_del(&q, 2);
  CHECK_INT(mg_queue_next(&q, &p), 0);

  // Wrap-around, many times and at every position.
  for (size_t i = 0; i < 500; i++) {
    size_t len = i % 9 + 1;
    size_t room = mg_queue_book(&q, &p, len);
    if (room == 0) {
      CHECK_INT(mg_queue_next(&q, &p), 0);
      room = mg_queue_book(&q, &p, len);
    }
    CHECK(room >= len);
    CHECK(p >= mem + 4 && p + len <= mem + SIZE);
    memset(p, (int)i, len);
    mg_queue_add(&q, len);
    CHECK_INT(mg_queue_next(&q, &p), len);
    CHECK_INT((unsigned char)p[len - 1], i & 255);
    mg_queue_del(&q, len);
  }

  mg_queue_init(&q, mem, sizeof(mem));
  CHECK_INT(mg_queue_printf(&q, "%s", ""), 0);
  CHECK_INT(mg_queue_printf(&q, "%d-%s", 42, "x"), 4);
  CHECK_INT(mg_queue_next(&q, &p), 4);
  CHECK_BYTES(p, 5, "42-x", 5);
  CHECK_INT(mg_queue_printf(&q, "%40s", "too long"), 0);

  // A queue whose memory was scribbled on is empty.
  memset(mem, 0xff, sizeof(mem));
  CHECK_INT(mg_queue_next(&q, &p), 0);
  return test_result();
}
