// The log: its level, its output function, what the macros of object files call.
#include "mongoose.h"
#include "test.h"

int main(void) {
  struct mg_iobuf io = {NULL, 0, 0, 64};
  CHECK_INT(mg_log_level, MG_LL_DEBUG);
  mg_log_set_fn(mg_pfn_iobuf, &io);
  MG_INFO(("%d apples", 3));
  CHECK(strstr((char *)io.buf, " 2 logging.c:") != NULL);
  CHECK(strstr((char *)io.buf, ":main") != NULL);
  CHECK(strstr((char *)io.buf, "3 apples\r\n") != NULL);

  io.len = 0;
  mg_log_set(MG_LL_ERROR);
  MG_INFO(("hidden"));
  CHECK_INT(io.len, 0);
  mg_log("%s", "direct");
  CHECK_BYTES(io.buf, io.len, "direct\r\n", 8);

  io.len = 0;
  mg_log_prefix(MG_LL_ERROR, "/a/file.c", 7, "fn");
  CHECK(strstr((char *)io.buf, " 1 file.c:7:fn") != NULL);

  io.len = 0;
  mg_hexdump("AB", 2);
  CHECK(strstr((char *)io.buf, "41 42") != NULL);
  CHECK(strstr((char *)io.buf, "AB") != NULL);
  mg_log_set_fn(NULL, NULL);
  mg_iobuf_free(&io);
  return test_result();
}
