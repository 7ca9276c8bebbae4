// Chapter 01, 48: without memory, resize and add say so and change nothing, not even len.
// History: f015a868 | a buffer that can't grow is as it was
#include "event.h"

static bool no_memory;

void *mg_calloc(size_t count, size_t size) {
  return no_memory ? NULL : calloc(count, size);
}

void mg_free(void *ptr) {
  free(ptr);
}

int main(void) {
  struct mg_iobuf io, before;
  mg_log_set(MG_LL_NONE);
  CHECK(mg_iobuf_init(&io, 8, 8));
  mg_iobuf_add(&io, 0, "abc", 3);
  before = io;
  no_memory = true;
  CHECK(!mg_iobuf_resize(&io, 9));
  CHECK_INT(mg_iobuf_add(&io, 3, "123456", 6), 0);
  CHECK_INT(mg_iobuf_add(&io, 6, "123456", 6), 0);
  CHECK_BYTES(&io, sizeof(io), &before, sizeof(io));
  CHECK_BYTES(io.buf, io.len, "abc", 3);
  CHECK_INT(mg_iobuf_add(&io, 3, "de", 2), 2);  // fits
  mg_iobuf_free(&io);
  CHECK(!mg_iobuf_init(&io, 1, 1));
  CHECK_PTR(io.buf, NULL);
  return test_result();
}
