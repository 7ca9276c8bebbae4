// A program that knows nothing of the guard: what protects it are the defaults, and the environment.
#include "service.h"

int main(int argc, char *argv[]) {
  struct service settings;
  struct mg_mgr mgr;
  if (service_args(&settings, argc, argv) < argc) return EXIT_FAILURE;
  mg_log_set(MG_LL_ERROR);
  mg_mgr_init(&mgr);
  if (!service_listen(&settings, &mgr, service)) return EXIT_FAILURE;
  for (;;) mg_mgr_poll(&mgr, 100);
}
