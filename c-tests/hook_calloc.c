// A program that defines mg_calloc and mg_free replaces the library's: all memory goes through
// them, and all of it comes back (design section 4).
#include "mongoose.h"
#include "test.h"

static long allocations, blocks;

void *mg_calloc(size_t count, size_t size) {
  void *p = calloc(count, size);
  if (p != NULL) allocations++, blocks++;
  return p;
}

void mg_free(void *ptr) {
  if (ptr != NULL) blocks--;
  free(ptr);
}

static void ignore(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev, (void)ev_data;
}

int main(void) {
  char *text = mg_mprintf("%d", 42);
  CHECK_TEXT(text, "42");
  CHECK(allocations > 0);
  mg_free(text);
  CHECK_INT(blocks, 0);

  struct mg_mgr mgr;
  long before = allocations;
  mg_mgr_init(&mgr);
  CHECK(mg_http_listen(&mgr, "http://127.0.0.1:0", ignore, NULL) != NULL);
  CHECK(allocations > before);
  mg_mgr_poll(&mgr, 0);
  mg_mgr_free(&mgr);
  CHECK_INT(blocks, 0);
  return test_result();
}
