// A program made for Mongoose has functions of its own whose names are those of mongoose_guard.h: it links,
// and both sides use their own.
#include <mongoose.h>
#include "test.h"

int mg_get_stats(void);
int mg_set_option(const char *option);
char mg_option_name[] = "not even a function";

int mg_get_stats(void) {
  return 42;
}

int mg_set_option(const char *option) {
  return (int)strlen(option);
}

int main(void) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  CHECK(mg_http_listen(&mgr, "http://127.0.0.1:0", NULL, NULL) != NULL);
  mg_mgr_poll(&mgr, 0);
  mg_mgr_free(&mgr);
  CHECK_INT(mg_get_stats(), 42);
  CHECK_INT(mg_set_option("four"), 4);
  CHECK(strcmp(mg_option_name, "not even a function") == 0);
  return test_result();
}
