// -DMG_IO_SIZE of the program is the growth step of its connections (design section 5).
// cflags: -DMG_IO_SIZE=512
#include "mongoose.h"
#include "test.h"

int main(void) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_listen(&mgr, "tcp://127.0.0.1:0", NULL, NULL);
  CHECK(c != NULL);
  if (c != NULL) {
    CHECK_INT(c->recv.align, 512);
    CHECK_INT(c->send.align, 512);
  }
  mg_mgr_free(&mgr);
  return test_result();
}
