// Chapter 01, section 20, 36: sizes that no machine has are an ordinary lack of memory.
// History: 531c47b4 | sizes that no machine has are a lack of memory
// modes: static shared asan
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_iobuf io = {NULL, 0, 0, 16};
  mg_log_set(MG_LL_NONE);
  CHECK_PTR(mg_calloc(SIZE_MAX, SIZE_MAX), NULL);
  CHECK_PTR(mg_calloc(SIZE_MAX / 2, 1), NULL);
  CHECK(!mg_iobuf_init(&io, SIZE_MAX / 2, 16));
  CHECK(!mg_iobuf_resize(&io, SIZE_MAX / 4));
  CHECK_INT(mg_iobuf_add(&io, 0, NULL, SIZE_MAX / 2), 0);
  CHECK_PTR(io.buf, NULL);
  mg_mgr_init(&mgr);
  for (size_t extra = SIZE_MAX; extra > SIZE_MAX / 8; extra /= 2) {
    mgr.extraconnsize = extra;
    CHECK_PTR(mg_alloc_conn(&mgr), NULL);
    CHECK_PTR(mg_wrapfd(&mgr, -1, NULL, NULL), NULL);
    CHECK_PTR(mg_connect(&mgr, "tcp://127.0.0.1:9", NULL, NULL), NULL);
    CHECK_PTR(mg_listen(&mgr, "tcp://127.0.0.1:0", NULL, NULL), NULL);
  }
  CHECK_INT(mgr.nextid, 0);
  mg_mgr_free(&mgr);
  return test_result();
}
