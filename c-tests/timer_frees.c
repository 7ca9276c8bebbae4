// Chapter 01, section 20, 35: a timer callback may take out and free its own timer, the next one, or
// all; and add timers, which wait for the next poll.
#include "event.h"

static struct mg_mgr mgr;
static char calls[64];

static void drop(struct mg_timer *t) {
  mg_timer_free(&mgr.timers, t);
  mg_free(t);
}

static void count(void *arg) {
  strcat(calls, (char *)arg);
}

static void free_own(void *arg) {
  strcat(calls, "own ");
  drop(*(struct mg_timer **)arg);
}

static void free_next(void *arg) {
  strcat(calls, "next ");
  drop(*(struct mg_timer **)arg);
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, count, (void *)"new ");
}

static void free_all(void *arg) {
  (void)arg;
  strcat(calls, "all ");
  while (mgr.timers != NULL) drop(mgr.timers);
}

int main(void) {
  struct mg_timer *victim, *own;
  mg_mgr_init(&mgr);
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, count, (void *)"last ");
  victim = mg_timer_add(&mgr, 0, MG_TIMER_REPEAT, count, (void *)"victim ");
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, free_next, &victim);
  own = mg_timer_add(&mgr, 0, MG_TIMER_REPEAT, count, NULL);
  own->fn = free_own;
  own->arg = &own;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(calls, "own next last ");
  calls[0] = '\0';
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(calls, "new ");
  CHECK_PTR(mgr.timers, NULL);

  calls[0] = '\0';
  for (int i = 0; i < 3; i++) mg_timer_add(&mgr, 0, MG_TIMER_REPEAT, count, (void *)"late ");
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, free_all, NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(calls, "all ");
  CHECK_PTR(mgr.timers, NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
