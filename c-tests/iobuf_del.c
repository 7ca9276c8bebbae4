// Chapter 01, 47: mg_iobuf_del clamps, moves the tail down, zeroes what is vacated, and keeps the
// capacity. Sums do not overflow (section 20, 37).
#include "event.h"

static const struct {
  size_t ofs, len, removed;
  const char *after;  // all 16 bytes of the buffer
} rows[] = {
    {0, 3, 3, "defghij\0\0\0\0\0\0\0\0"},
    {2, 3, 3, "abfghij\0\0\0\0\0\0\0\0"},
    {7, 3, 3, "abcdefg\0\0\0\0\0\0\0\0"},
    {7, 100, 3, "abcdefg\0\0\0\0\0\0\0\0"},
    {0, 10, 10, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    {0, SIZE_MAX, 10, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    {5, SIZE_MAX, 5, "abcde\0\0\0\0\0\0\0\0\0\0"},
    {10, 1, 0, "abcdefghij\0\0\0\0\0"},
    {99, 1, 0, "abcdefghij\0\0\0\0\0"},
    {SIZE_MAX, SIZE_MAX, 0, "abcdefghij\0\0\0\0\0"},
    {4, 0, 0, "abcdefghij\0\0\0\0\0"},
};

int main(void) {
  struct mg_iobuf io = {NULL, 0, 0, 0};
  CHECK_INT(mg_iobuf_del(&io, 0, 1), 0);
  CHECK_INT(mg_iobuf_del(&io, 1, 0), 0);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    mg_iobuf_init(&io, 0, 16);
    mg_iobuf_add(&io, 0, "abcdefghij", 10);
    CHECK_INT(mg_iobuf_del(&io, rows[i].ofs, rows[i].len), rows[i].removed);
    CHECK_INT(io.len, 10 - rows[i].removed);
    CHECK_INT(io.size, 16);
    CHECK_BYTES(io.buf, 16, rows[i].after, 16);
    mg_iobuf_free(&io);
  }
  return test_result();
}
