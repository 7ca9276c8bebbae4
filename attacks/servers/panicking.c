// The same service, linked with a library that panics on demand: `/panic?at=PLACE` arms a failpoint,
// which the connection after that one runs into.
#include "service.h"

#include "mongoose_guard.h"

void meerkat_failpoint(const char *name);

static char armed[32];

static void panicking(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ACCEPT && armed[0] != '\0') {
    meerkat_failpoint(armed);
    armed[0] = '\0';
  }
  if (ev == MG_EV_HTTP_MSG && mg_strcmp(hm->uri, mg_str("/metrics")) == 0) {
    mg_http_reply(c, 200, "", "%M", mg_print_stats, c->mgr);
  } else if (ev == MG_EV_HTTP_MSG && mg_strcmp(hm->uri, mg_str("/panic")) == 0) {
    mg_http_get_var(&hm->query, "at", armed, sizeof(armed));
    mg_http_reply(c, 200, "", "armed\n");
  } else {
    service(c, ev, ev_data);
  }
}

int main(int argc, char *argv[]) {
  struct service settings;
  struct mg_mgr mgr;
  service_args(&settings, argc, argv);
  setvbuf(stdout, NULL, _IOLBF, 0);
  mg_log_set(MG_LL_ERROR);
  mg_mgr_init(&mgr);
  if (!service_listen(&settings, &mgr, panicking)) return EXIT_FAILURE;
  for (;;) mg_mgr_poll(&mgr, 100);
}
