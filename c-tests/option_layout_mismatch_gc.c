// The layout guard survives a linker that removes unused sections.
// cflags: -DMG_MAX_HTTP_HEADERS=7 -ffunction-sections -fdata-sections -O2 -Wl,--gc-sections
// expect-link-error: mg_needs_library_built_with__MG_DATA_SIZE_32__MG_MAX_HTTP_HEADERS_7__MG_DASH_MAX_USER_NAME_32
#include "mongoose.h"

int main(void) {
  return 0;
}
