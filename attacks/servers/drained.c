// The same service in a program that leaves without hurting anybody: SIGTERM drains it, and it ends
// when its connections are gone, with its statistics as its last words. Takes `name=value` options
// as arguments.
//
//   /whoami  the address of the peer
#include "service.h"

#include <signal.h>

#include "mongoose_guard.h"

static volatile sig_atomic_t must_drain;

static void on_signal(int number) {
  (void)number;
  must_drain = 1;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG && mg_strcmp(hm->uri, mg_str("/whoami")) == 0) {
    mg_http_reply(c, 200, "", "%M", mg_print_ip, &c->rem);
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

static bool has_connections(const struct mg_mgr *mgr) {
  struct mg_stats stats = {.size = sizeof(stats)};
  mg_get_stats(mgr, &stats);
  return stats.now_accepted > 0;
}

int main(int argc, char *argv[]) {
  struct service settings;
  struct mg_mgr mgr;
  struct mg_iobuf figures = {NULL, 0, 0, 4096};
  int i = service_args(&settings, argc, argv);
  signal(SIGTERM, on_signal);
  mg_log_set(MG_LL_ERROR);
  mg_mgr_init(&mgr);
  for (; i < argc; i++) {
    if (!set_option(&mgr, argv[i])) return EXIT_FAILURE;
  }
  if (!service_listen(&settings, &mgr, on_event)) return EXIT_FAILURE;
  while (!must_drain) mg_mgr_poll(&mgr, 50);
  mg_set_option(&mgr, "drain", "on");
  do {
    mg_mgr_poll(&mgr, 50);
  } while (has_connections(&mgr));
  mg_xprintf(mg_pfn_iobuf, &figures, "%M", mg_print_stats, &mgr);
  fwrite(figures.buf, 1, figures.len, stdout);
  mg_iobuf_free(&figures);
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
