// Chapter 02, 59: level, prefix and line end of log lines; section 12, 32: no output function.
#include "mongoose.h"
#include "test.h"

static char output[2000];
static size_t length;

static void collect(char ch, void *param) {
  CHECK_PTR(param, output);
  if (length < sizeof(output) - 1) output[length++] = ch;
}

static void clear(void) {
  memset(output, 0, sizeof(output));
  length = 0;
}

int main(void) {
  CHECK_INT(mg_log_level, 3);
  mg_log_set_fn(collect, output);

  mg_log_prefix(2, "/src/dir\\x/p7.c", 4, "F1");
  CHECK_INT(length, 40);
  CHECK(strstr(output, " 2 p7.c:4:F1 ") != NULL);
  CHECK_INT(output[39], ' ');
  clear();
  mg_log_prefix(4, "C:\\src\\w.c", 12, NULL);
  CHECK(strstr(output, " 4 w.c:12: ") != NULL);
  CHECK_INT(length, 40);
  clear();
  mg_log_prefix(1, "/a/a_rather_long_file_name.c", 12345, "and_a_long_function_name");
  CHECK_INT(length, 40);
  CHECK_INT(output[39], ' ');
  CHECK(output[38] != ' ');
  clear();

  mg_log("x=%d", 5);
  CHECK_TEXT(output, "x=5\r\n");
  clear();

  // mg_log and mg_hexdump do not look at the level, the macros do.
  mg_log_set(MG_LL_NONE);
  MG_ERROR(("hidden"));
  CHECK_INT(length, 0);
  mg_log("shown");
  CHECK_TEXT(output, "shown\r\n");
  clear();
  mg_log_set(99);
  MG_VERBOSE(("all"));
  CHECK_TEXT(output + 40, "all\r\n");
  clear();

  struct mg_iobuf io;
  memset(&io, 0, sizeof(io));
  io.align = 64;
  mg_log_set_fn(mg_pfn_iobuf, &io);
  mg_log("to a buffer");
  CHECK_TEXT((char *)io.buf, "to a buffer\r\n");
  mg_iobuf_free(&io);

  mg_log_set_fn(NULL, NULL);
  mg_log("nowhere");
  MG_INFO(("nowhere"));
  mg_hexdump("a", 1);
  return test_result();
}
