// The library tells its own version, which is that of the header beside it.
#include <mongoose_guard.h>
#include "test.h"

int main(void) {
  CHECK(strcmp(mg_library_version(), MEERKAT_VERSION) == 0);
  CHECK(strcmp(MG_VERSION, "7.22") == 0);
  return test_result();
}
