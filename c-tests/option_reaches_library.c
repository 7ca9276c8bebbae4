// Behaviour options of the program's command line reach the library without rebuilding it
// (design section 5). The accessors are internal to libmongoose.a, hence not in a shared link.
// cflags: -DMG_IO_SIZE=512 -DMG_ENABLE_DIRLIST=0 -DMG_HTTP_INDEX="\"start.html\"" -DMG_IO_TIMEOUT=1500
// modes: static asan valgrind
#include "mongoose.h"
#include "test.h"

unsigned long long meerkat_app_io_size(unsigned long long dflt);
unsigned long long meerkat_app_enable_dirlist(unsigned long long dflt);
unsigned long long meerkat_app_io_timeout(unsigned long long dflt);
unsigned long long meerkat_app_max_recv_size(unsigned long long dflt);
unsigned long long meerkat_app_max_connections(unsigned long long dflt);
const char *meerkat_app_http_index(const char *dflt);

int main(void) {
  CHECK_INT(meerkat_app_io_size(16384), 512);
  CHECK_INT(meerkat_app_enable_dirlist(1), 0);
  CHECK_INT(meerkat_app_io_timeout(0), 1500);
  CHECK_TEXT(meerkat_app_http_index("index.html"), "start.html");
  CHECK_INT(meerkat_app_max_recv_size(77), 77);
  CHECK_INT(meerkat_app_max_connections(88), 88);
  return test_result();
}
