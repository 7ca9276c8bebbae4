// The shared library finds the program's behaviour options: the linker makes the constants that
// the library refers to visible to it, whatever the program's own visibility is (design section 5).
// cflags: -DMG_IO_SIZE=512 -DMG_HTTP_INDEX="\"start.html\"" -fvisibility=hidden -Wl,--gc-sections
// modes: shared
#include "mongoose.h"
#include "test.h"

#include <dlfcn.h>

int main(void) {
  // The library's references are bound by the same look-up.
  const void *io_size = dlsym(NULL, "mg_app_option_io_size");
  const void *http_index = dlsym(NULL, "mg_app_option_http_index");
  mg_free(mg_calloc(1, 1));  // makes the linker keep the library
  CHECK(io_size != NULL);
  if (io_size != NULL) CHECK_INT(*(const unsigned long long *)io_size, 512);
  CHECK(http_index != NULL);
  if (http_index != NULL) CHECK_TEXT(*(const char *const *)http_index, "start.html");
  return test_result();
}
