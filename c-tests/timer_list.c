// Chapter 01, 50: the head of a timer list is the timer added last; taking one out keeps the rest.
#include "event.h"

static void never(void *arg) {
  (void)arg;
  test_fail(__FILE__, __LINE__, "called");
}

int main(void) {
  struct mg_timer *head = NULL, a, b, c, stranger;
  mg_timer_init(&head, &a, 10, MG_TIMER_REPEAT, never, &head);
  mg_timer_init(&head, &b, 10, MG_TIMER_REPEAT, never, NULL);
  mg_timer_init(&head, &c, 10, MG_TIMER_REPEAT, never, NULL);
  memset(&stranger, 0, sizeof(stranger));
  CHECK_INT(a.period_ms, 10);
  CHECK_INT(a.expire, 0);
  CHECK_INT(a.flags, MG_TIMER_REPEAT);
  CHECK(a.fn == never);
  CHECK_PTR(a.arg, &head);
  CHECK_PTR(head, &c);
  CHECK_PTR(head->next, &b);
  CHECK_PTR(head->next->next, &a);
  CHECK_PTR(a.next, NULL);
  mg_timer_free(&head, &b);
  CHECK_PTR(head, &c);
  CHECK_PTR(head->next, &a);
  mg_timer_free(&head, &b);
  mg_timer_free(&head, &stranger);
  CHECK_PTR(head->next, &a);
  mg_timer_free(&head, &c);
  mg_timer_free(&head, &a);
  CHECK_PTR(head, NULL);
  mg_timer_free(&head, &a);
  return test_result();
}
