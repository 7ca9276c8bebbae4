// Sets each option given as NAME=VALUE and prints what is wrong with it, for tools/test-docs.
#include "mongoose.h"
#include "mongoose_guard.h"

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (value == NULL) return EXIT_FAILURE;
    *value++ = '\0';
    const char *problem = mg_set_option(&mgr, argv[i], value);
    printf("%s\n", problem == NULL ? "" : problem);
  }
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
