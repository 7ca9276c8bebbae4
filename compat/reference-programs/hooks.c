// Functions that a program may replace, the library's own: see also replaced.c.
#include "mongoose.h"
#include "test.h"

int main(void) {
  unsigned char *p = (unsigned char *)mg_calloc(3, 5);
  for (int i = 0; i < 15; i++) CHECK_INT(p[i], 0);
  mg_free(p);
  mg_free(NULL);

  unsigned char a[32] = {0}, b[32] = {0};
  CHECK(mg_random(a, sizeof(a)));
  CHECK(mg_random(b, sizeof(b)));
  CHECK(memcmp(a, b, sizeof(a)) != 0);

  uint64_t before = mg_millis();
  CHECK(before <= mg_millis());
  return test_result();
}
