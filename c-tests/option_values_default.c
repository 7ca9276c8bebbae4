// Defaults of the options, design section 5: TLS is always there.
#include "mongoose.h"
#include "test.h"

int main(void) {
  CHECK_INT(MG_TLS, 6);
  CHECK_INT(MG_TLS_RUSTLS, 6);
  CHECK_INT(MG_ARCH, MG_ARCH_UNIX);
  CHECK_INT(MG_ENABLE_SOCKET, 1);
  CHECK_INT(MG_MAX_RECV_SIZE, 3 * 1024 * 1024);
  CHECK_INT(sizeof(MG_MAX_RECV_SIZE), sizeof(unsigned long));
  CHECK_INT(MG_PATH_MAX, FILENAME_MAX);
  CHECK_INT(MG_DIRSEP, '/');
  CHECK_INT(MG_INVALID_SOCKET, -1);
  return test_result();
}
