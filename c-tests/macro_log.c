// MG_LOG and its kind: level, evaluation, use as a single statement (ch02 section 10, checklist 59).
#include "mongoose.h"
#include "test.h"

static char output[400];
static size_t length;
static int evaluations;

static void collect(char ch, void *param) {
  (void)param;
  if (length < sizeof(output) - 1) output[length++] = ch;
}

static int evaluate(void) {
  return ++evaluations;
}

int main(void) {
  CHECK_INT(mg_log_level, 3);
  mg_log_set_fn(collect, NULL);

  if (evaluations == 0)
    MG_INFO(("n=%d", evaluate()));
  else
    CHECK(false);
  CHECK_INT(evaluations, 1);
  CHECK_INT(length, 40 + 5);
  CHECK(strstr(output, " 2 macro_log.c:") != NULL);
  CHECK(strstr(output, ":main ") != NULL);
  CHECK_TEXT(output + 40, "n=1\r\n");

  MG_VERBOSE(("n=%d", evaluate()));
  mg_log_set(MG_LL_NONE);
  MG_ERROR(("n=%d", evaluate()));
  CHECK_INT(evaluations, 1);
  CHECK_INT(length, 45);
  return test_result();
}
