// An option that the program sets before the include keeps the program's value.
// cflags: -DMG_IO_SIZE=512 -DMG_MAX_RECV_SIZE=65536 -DMG_PATH_MAX=99 -DMG_TLS=0 -DMG_ENABLE_LOG=0
#include "mongoose.h"
#include "test.h"

int main(void) {
  CHECK_INT(MG_IO_SIZE, 512);
  CHECK_INT(MG_MAX_RECV_SIZE, 65536);
  CHECK_INT(MG_PATH_MAX, 99);
  CHECK_INT(MG_TLS, MG_TLS_NONE);
  CHECK_INT(MG_ENABLE_LOG, 0);
  CHECK_TEXT(MG_HTTP_INDEX, "index.html");
  CHECK_TEXT(MG_VERSION, "7.22");
  return test_result();
}
