// Chapter 01, 45: mg_iobuf_init, mg_iobuf_resize and mg_iobuf_free round, cut, release and keep.
#include "event.h"

int main(void) {
  struct mg_iobuf io;
  unsigned char *buf;
  memset(&io, 0xff, sizeof(io));
  CHECK(mg_iobuf_init(&io, 0, 8));
  CHECK_PTR(io.buf, NULL);
  CHECK_INT(io.size + io.len, 0);
  CHECK_INT(io.align, 8);
  CHECK(mg_iobuf_resize(&io, 1));
  CHECK_INT(io.size, 8);
  CHECK_BYTES(io.buf, io.size, "\0\0\0\0\0\0\0\0", 8);
  CHECK_INT(mg_iobuf_add(&io, 0, "abcdefgh", 8), 8);
  CHECK(mg_iobuf_resize(&io, 17));
  CHECK_INT(io.size, 24);
  CHECK_BYTES(io.buf, io.len, "abcdefgh", 8);
  buf = io.buf;
  CHECK(mg_iobuf_resize(&io, 24));
  CHECK_PTR(io.buf, buf);
  CHECK_INT(mg_iobuf_add(&io, 8, "ijkl", 4), 4);
  CHECK(mg_iobuf_resize(&io, 8));  // cuts
  CHECK_INT(io.size, 8);
  CHECK_INT(io.len, 8);
  CHECK(mg_iobuf_resize(&io, 3));  // rounds to what it is: len stays
  CHECK_BYTES(io.buf, io.len, "abcdefgh", 8);
  CHECK(mg_iobuf_resize(&io, 0));
  CHECK_PTR(io.buf, NULL);
  CHECK_INT(io.size + io.len, 0);
  CHECK_INT(io.align, 8);
  CHECK_INT(mg_iobuf_add(&io, 0, "x", 1), 1);
  mg_iobuf_free(&io);
  mg_iobuf_free(&io);
  CHECK_INT(io.align, 8);

  CHECK(mg_iobuf_init(&io, 5, 0));  // no rounding
  CHECK_INT(io.size, 5);
  mg_iobuf_free(&io);
  return test_result();
}
