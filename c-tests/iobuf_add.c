// Chapter 01, 46: mg_iobuf_add at all places, with the capacity it leaves; what the original gets
// wrong (offsets beyond the end, sources inside the buffer, overflow) is safe (section 20, 36, 38).
#include "event.h"

static const struct {
  const char *before;
  size_t ofs;
  const char *add;
  size_t add_len;
  const char *after;
  size_t after_len, after_size;
} rows[] = {
    {"", 0, "ab", 2, "ab", 2, 8},
    {"cd", 0, "ab", 2, "abcd", 4, 8},
    {"abef", 2, "cd", 2, "abcdef", 6, 8},
    {"abcd", 4, "ef", 2, "abcdef", 6, 8},
    {"abcd", 4, "efgh", 4, "abcdefgh", 8, 8},
    {"abcd", 4, "efghi", 5, "abcdefghi", 9, 16},
    {"abcdefgh", 8, "i", 1, "abcdefghi", 9, 16},
    {"ab", 4, "cd", 2, "ab\0\0cd", 6, 8},
    {"", 5, "ab", 2, "\0\0\0\0\0ab", 7, 8},
    {"ab", 20, "cd", 2, "ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0cd", 22, 24},
};

int main(void) {
  struct mg_iobuf io;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    mg_iobuf_init(&io, 0, 8);
    mg_iobuf_add(&io, 0, rows[i].before, strlen(rows[i].before));
    CHECK_INT(mg_iobuf_add(&io, rows[i].ofs, rows[i].add, rows[i].add_len), rows[i].add_len);
    CHECK_BYTES(io.buf, io.len, rows[i].after, rows[i].after_len);
    CHECK_INT(io.size, rows[i].after_size);
    mg_iobuf_free(&io);
  }

  // NULL reserves a gap; a large buffer shrinks to what is needed.
  mg_iobuf_init(&io, 100, 8);
  CHECK_INT(io.size, 104);
  CHECK_INT(mg_iobuf_add(&io, 0, "abcd", 4), 4);
  CHECK_INT(io.size, 8);
  CHECK_INT(mg_iobuf_add(&io, 2, NULL, 3), 3);
  CHECK_INT(io.len, 7);
  CHECK_BYTES(io.buf, 2, "ab", 2);
  CHECK_BYTES(io.buf + 5, 2, "cd", 2);
  CHECK_INT(mg_iobuf_add(&io, 0, NULL, 0), 0);
  CHECK_INT(io.len, 7);

  // A source inside the same buffer.
  mg_iobuf_free(&io);
  mg_iobuf_add(&io, 0, "abcdefgh", 8);
  CHECK_INT(mg_iobuf_add(&io, 4, io.buf, 8), 8);
  CHECK_BYTES(io.buf, io.len, "abcdabcdefghefgh", 16);

  // Sums beyond size_t.
  mg_log_set(MG_LL_NONE);
  CHECK_INT(mg_iobuf_add(&io, 0, NULL, SIZE_MAX), 0);
  CHECK_INT(mg_iobuf_add(&io, SIZE_MAX, "x", 1), 0);
  CHECK_INT(mg_iobuf_add(&io, SIZE_MAX - 4, NULL, SIZE_MAX - 4), 0);
  CHECK(!mg_iobuf_resize(&io, SIZE_MAX));
  CHECK_BYTES(io.buf, io.len, "abcdabcdefghefgh", 16);
  mg_iobuf_free(&io);
  return test_result();
}
