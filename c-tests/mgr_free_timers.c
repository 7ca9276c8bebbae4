// Chapter 01, section 20, 30: mg_mgr_free releases the timers of mg_timer_add, and only takes out
// those whose memory is the program's: on the stack, static, or from malloc.
#include "event.h"

static struct mg_timer fixed;

static void ignore_timer(void *arg) {
  (void)arg;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_timer local, *heap = (struct mg_timer *)malloc(sizeof(*heap));
  mg_mgr_init(&mgr);
  mg_timer_init(&mgr.timers, &local, 10, MG_TIMER_REPEAT, ignore_timer, NULL);
  mg_timer_add(&mgr, 10, MG_TIMER_REPEAT, ignore_timer, NULL);
  mg_timer_init(&mgr.timers, heap, 10, MG_TIMER_ONCE, ignore_timer, NULL);
  mg_timer_add(&mgr, 10, MG_TIMER_ONCE, ignore_timer, NULL);
  mg_timer_init(&mgr.timers, &fixed, 10, MG_TIMER_RUN_NOW, ignore_timer, NULL);
  mg_mgr_poll(&mgr, 0);
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.timers, NULL);
  CHECK_INT(heap->period_ms, 10);
  free(heap);
  return test_result();
}
