// An object file that brings its own clock, random numbers and memory: the library uses them.
#include "mongoose.h"
#include "test.h"

static uint64_t now = 5000;
static int blocks;

uint64_t mg_millis(void) {
  return now;
}

bool mg_random(void *buf, size_t len) {
  memset(buf, 0, len);
  return true;
}

void *mg_calloc(size_t count, size_t size) {
  blocks++;
  return calloc(count, size);
}

void mg_free(void *ptr) {
  if (ptr != NULL) blocks--;
  free(ptr);
}

static void count(void *arg) {
  (*(int *)arg)++;
}

int main(void) {
  struct mg_mgr mgr;
  char a[9], b[9];
  int calls = 0;
  CHECK_TEXT(mg_random_str(a, sizeof(a)), mg_random_str(b, sizeof(b)));
  mg_boot_timestamp_ms = 1000;
  CHECK_INT(mg_now(), 6000);

  mg_mgr_init(&mgr);
  CHECK(mg_timer_add(&mgr, 100, MG_TIMER_REPEAT, count, &calls) != NULL);
  CHECK(blocks > 0);
  mg_mgr_poll(&mgr, 0);
  now += 99;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(calls, 0);
  now += 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(calls, 1);
  mg_mgr_free(&mgr);
  CHECK_INT(blocks, 0);
  return test_result();
}
