// Chapter 02, 60: layout of mg_hexdump.
// History: f6165d23 | dumps of 0 to 200 bytes
#include "mongoose.h"
#include "test.h"

static char output[20000];
static size_t length;

static void collect(char ch, void *param) {
  (void)param;
  if (length < sizeof(output) - 1) output[length++] = ch;
  output[length] = '\0';
}

static void dump(const void *data, size_t len) {
  length = 0;
  output[0] = '\0';
  mg_hexdump(data, len);
}

int main(void) {
  mg_log_set_fn(collect, NULL);
  mg_log_set(MG_LL_NONE);
  dump("abc\x01~\xff", 6);
  CHECK_TEXT(output,
             "0000   61 62 63 01 7e ff                                 abc.~.          \r\n");
  dump("0123456789abcdef", 16);
  CHECK_TEXT(output,
             "0000   30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   0123456789abcdef\r\n");
  CHECK_INT(length, 75);
  dump("0123456789abcdef0123456789abcdef\n", 33);
  CHECK_INT(length, 3 * 75);
  CHECK(strncmp(output + 75, "0010   30 31", 12) == 0);
  CHECK_TEXT(output + 150,
             "0020   0a                                                .               \r\n");
  dump(NULL, 0);
  CHECK_INT(length, 68);
  CHECK_INT(strspn(output, " "), 66);
  CHECK_TEXT(output + 66, "\r\n");
  for (size_t n = 0; n < 200; n++) {
    char *data = (char *)malloc(n + 1);
    memset(data, 'q', n + 1);
    dump(data, n);
    CHECK_INT(length, n == 0 ? 68 : (n + 15) / 16 * 75);
    free(data);
  }
  return test_result();
}
