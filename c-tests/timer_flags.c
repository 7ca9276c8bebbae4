// Chapter 01, 51 and 52: when timers are called, by their flags, newest first; one that missed many
// periods is called once.
#include "event.h"

static char calls[64];

static void call(void *arg) {
  strcat(calls, (char *)arg);
}

static bool listed(struct mg_timer *head, struct mg_timer *t) {
  while (head != NULL && head != t) head = head->next;
  return head != NULL;
}

int main(void) {
  static const struct {
    uint64_t now;
    const char *calls;
  } rows[] = {
      {100, "DB"},  // RUN_NOW, in both ways
      {109, ""},   {110, "CBA"}, {120, "CB"},
      {125, ""},   {131, "CB"},  {199, "CB"},  // missed many: once, and the phase starts anew
      {205, ""},   {209, "CB"},
  };
  struct mg_timer *head = NULL, a, b, c, d;
  struct mg_mgr mgr;
  mg_timer_init(&head, &a, 10, MG_TIMER_ONCE, call, (void *)"A");
  mg_timer_init(&head, &b, 10, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, call, (void *)"B");
  mg_timer_init(&head, &c, 10, MG_TIMER_REPEAT, call, (void *)"C");
  mg_timer_init(&head, &d, 10, MG_TIMER_RUN_NOW, call, (void *)"D");
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    calls[0] = '\0';
    mg_timer_poll(&head, rows[i].now);
    CHECK_TEXT(calls, rows[i].calls);
  }
  CHECK(listed(head, &a) && listed(head, &d));  // idle, but listed
  CHECK((a.flags & MG_TIMER_CALLED) != 0);

  calls[0] = '\0';
  mg_mgr_init(&mgr);
  CHECK(mg_timer_add(&mgr, 0, MG_TIMER_ONCE, call, (void *)"E") != NULL);
  CHECK((mgr.timers->flags & MG_TIMER_AUTODELETE) != 0);
  CHECK(mg_timer_add(&mgr, 0, MG_TIMER_REPEAT, call, (void *)"F") != NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(calls, "FE");
  CHECK(mgr.timers != NULL && mgr.timers->next == NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(calls, "FEF");
  struct mg_timer *t = mgr.timers;
  mg_timer_free(&mgr.timers, t);
  mg_free(t);
  mg_mgr_free(&mgr);
  return test_result();
}
