// Chapter 01, 49: mg_timer_expired: the sequence of section 14.3, period 0, a clock that goes back.
#include "event.h"

int main(void) {
  static const struct {
    uint64_t now;
    int due;
    uint64_t next;
  } rows[] = {{0, 0, 10},  {9, 0, 10},  {10, 1, 20}, {15, 0, 20}, {25, 1, 30}, {60, 1, 70},
              {69, 0, 70}, {70, 1, 80}, {5, 0, 15},  {14, 0, 15}, {15, 1, 25}};
  uint64_t next = 0;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    CHECK_INT(mg_timer_expired(&next, 10, rows[i].now), rows[i].due);
    CHECK_INT(next, rows[i].next);
  }
  for (uint64_t now = 5; now > 2; now--) {
    CHECK(mg_timer_expired(&next, 0, now));
    CHECK_INT(next, now);
  }
  next = 7;  // a deadline in the past is due at once
  CHECK(mg_timer_expired(&next, 10, 1000));
  CHECK_INT(next, 1010);
  return test_result();
}
