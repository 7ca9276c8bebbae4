// Chapter 01, 53: mg_now is mg_millis plus mg_boot_timestamp_ms, which a program may assign.
#include "event.h"

int main(void) {
  static const uint64_t values[] = {0, 1, 1700000000000u, UINT64_MAX};
  uint64_t before, now, after;
  CHECK_INT(mg_boot_timestamp_ms, 0);
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    mg_boot_timestamp_ms = values[i];
    before = mg_millis();
    now = mg_now() - values[i];
    after = mg_millis();
    CHECK(before <= now && now <= after);
  }
  return test_result();
}
