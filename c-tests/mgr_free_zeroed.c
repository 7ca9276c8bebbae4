// Chapter 01, section 20, 46: mg_mgr_free on a manager that is zeroed and was never initialised
// leaves descriptor 0 alone. (The original closes it.)
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  memset(&mgr, 0, sizeof(mgr));
  CHECK(is_open(0));
  mg_mgr_free(&mgr);
  CHECK(is_open(0));
  memset(&mgr, 0, sizeof(mgr));
  mg_mgr_poll(&mgr, 0);
  mg_mgr_free(&mgr);
  CHECK(is_open(0));
  return test_result();
}
