// The same service in a program that uses the guard: takes `name=value` options as arguments, and
// shows its statistics on /metrics.
#include "service.h"

#include "mongoose_guard.h"

static void guarded(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG && mg_strcmp(hm->uri, mg_str("/metrics")) == 0) {
    mg_http_reply(c, 200, "Content-Type: text/plain; version=0.0.4\r\n", "%M", mg_print_stats,
                  c->mgr);
  } else {
    service(c, ev, ev_data);
  }
}

static bool set_option(struct mg_mgr *mgr, char *option) {
  char *value = strchr(option, '=');
  const char *error = "not name=value";
  if (value != NULL) {
    *value++ = '\0';
    error = mg_set_option(mgr, option, value);
  }
  if (error != NULL) fprintf(stderr, "%s: %s\n", option, error);
  return error == NULL;
}

int main(int argc, char *argv[]) {
  struct service settings;
  struct mg_mgr mgr;
  int i = service_args(&settings, argc, argv);
  setvbuf(stdout, NULL, _IOLBF, 0);
  mg_log_set(MG_LL_ERROR);
  mg_mgr_init(&mgr);
  for (; i < argc; i++) {
    if (!set_option(&mgr, argv[i])) return EXIT_FAILURE;
  }
  if (!service_listen(&settings, &mgr, guarded)) return EXIT_FAILURE;
  for (;;) mg_mgr_poll(&mgr, 100);
}
