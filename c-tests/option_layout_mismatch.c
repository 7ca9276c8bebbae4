// A file compiled with another layout than the library's does not link; the message says why.
// cflags: -DMG_DATA_SIZE=64
// expect-link-error: mg_needs_library_built_with__MG_DATA_SIZE_64__MG_MAX_HTTP_HEADERS_30__MG_DASH_MAX_USER_NAME_32
#include "mongoose.h"

int main(void) {
  return 0;
}
