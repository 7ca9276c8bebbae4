// A program that defines mg_random and mg_millis replaces the library's, inside the library too
// (design section 4).
#include "mongoose.h"
#include "test.h"

static uint64_t now = 5000;

uint64_t mg_millis(void) {
  return now;
}

bool mg_random(void *buf, size_t len) {
  memset(buf, 0, len);
  return true;
}

static void count(void *arg) {
  ++*(int *)arg;
}

int main(void) {
  struct mg_mgr mgr;
  int calls = 0;
  char text[5];
  mg_mgr_init(&mgr);
  mg_timer_add(&mgr, 1000, MG_TIMER_REPEAT, count, &calls);
  mg_mgr_poll(&mgr, 0);
  now += 999;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(calls, 0);
  now += 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(calls, 1);
  mg_mgr_free(&mgr);

  CHECK_TEXT(mg_random_str(text, sizeof(text)), "aaaa");
  return test_result();
}
