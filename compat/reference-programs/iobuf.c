// Buffers: the program sees their members.
#include "mongoose.h"
#include "test.h"

int main(void) {
  struct mg_iobuf io;
  CHECK(mg_iobuf_init(&io, 10, 8));
  CHECK_INT(io.size, 16);
  CHECK_INT(io.len, 0);
  CHECK_INT(mg_iobuf_add(&io, 0, "world", 5), 5);
  CHECK_INT(mg_iobuf_add(&io, 0, "hello ", 6), 6);
  CHECK_BYTES(io.buf, io.len, "hello world", 11);
  CHECK_INT(mg_iobuf_del(&io, 4, 3), 3);
  CHECK_BYTES(io.buf, io.len, "hellorld", 8);
  CHECK(mg_iobuf_resize(&io, 4));
  CHECK_INT(io.size, 8);
  CHECK_INT(io.len, 8);
  mg_iobuf_free(&io);
  CHECK_PTR(io.buf, NULL);
  CHECK_INT(io.size + io.len, 0);
  return test_result();
}
