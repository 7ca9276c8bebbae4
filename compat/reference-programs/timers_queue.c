// Timers in a list of the program's own and in a manager, clocks, and a queue of messages.
#include "mongoose.h"
#include "test.h"

static void count(void *arg) {
  (*(int *)arg)++;
}

static void own_list(void) {
  struct mg_timer *head = NULL, once, again;
  int n = 0, m = 0;
  mg_timer_init(&head, &once, 10, MG_TIMER_ONCE, count, &n);
  mg_timer_init(&head, &again, 10, MG_TIMER_REPEAT, count, &m);
  CHECK_PTR(head, &again);
  CHECK_PTR(again.next, &once);
  for (uint64_t now = 1000; now < 1100; now += 10) mg_timer_poll(&head, now);
  CHECK_INT(n, 1);
  CHECK(m > 5);
  mg_timer_free(&head, &again);
  CHECK(head != &again);
  m = 0;
  mg_timer_poll(&head, 2000);
  CHECK_INT(m, 0);

  uint64_t expiration = 0;
  CHECK(!mg_timer_expired(&expiration, 100, 5));
  CHECK_INT(expiration, 105);
  CHECK(mg_timer_expired(&expiration, 100, 105));
}

static void manager(void) {
  struct mg_mgr mgr;
  int n = 0;
  mg_mgr_init(&mgr);
  struct mg_timer *timer = mg_timer_add(&mgr, 1, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, count, &n);
  CHECK_PTR(mgr.timers, timer);
  CHECK_PTR(timer->arg, &n);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(n, 1);
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.timers, NULL);
}

static void clocks(void) {
  uint64_t begin = mg_millis();
  mg_delayms(3);
  CHECK(mg_millis() - begin >= 3);
  mg_boot_timestamp_ms = 1700000000000;
  CHECK(mg_now() >= 1700000000003);
}

static void queue(void) {
  struct mg_queue q;
  char storage[64], *p = NULL;
  mg_queue_init(&q, storage, sizeof(storage));
  CHECK_PTR(q.buf, storage);
  CHECK_INT(q.size, sizeof(storage));
  CHECK(mg_queue_book(&q, &p, 5) >= 5);
  memcpy(p, "first", 5);
  mg_queue_add(&q, 5);
  CHECK_INT(mg_queue_printf(&q, "%s %d", "second", 2), 8);
  CHECK_INT(mg_queue_next(&q, &p), 5);
  CHECK_BYTES(p, 5, "first", 5);
  mg_queue_del(&q, 5);
  CHECK_INT(mg_queue_next(&q, &p), 8);
  CHECK_BYTES(p, 8, "second 2", 8);
  mg_queue_del(&q, 8);
  CHECK_INT(mg_queue_next(&q, &p), 0);
}

int main(void) {
  own_list();
  manager();
  clocks();
  queue();
  return test_result();
}
