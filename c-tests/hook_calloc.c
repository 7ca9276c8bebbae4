// A program that defines mg_calloc and mg_free replaces the library's (design section 4).
#include "mongoose.h"
#include "test.h"

static int allocations, releases;

void *mg_calloc(size_t count, size_t size) {
  allocations++;
  return calloc(count, size);
}

void mg_free(void *ptr) {
  releases++;
  free(ptr);
}

int main(void) {
  mg_free(mg_calloc(1, 10));
  CHECK_INT(allocations, 1);
  CHECK_INT(releases, 1);
  return test_result();
}
