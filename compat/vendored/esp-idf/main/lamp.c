// POST /on and /off switch the lamp, GET /state tells. Listens on $LAMP_URL.
#include "mongoose.h"

void app_main(void);

static bool is_on;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/on"), NULL)) is_on = true;
  if (mg_match(hm->uri, mg_str("/off"), NULL)) is_on = false;
  mg_http_reply(c, 200, "", "%s\n", is_on ? "on" : "off");
}

void app_main(void) {
  struct mg_mgr mgr;
  const char *url = getenv("LAMP_URL");
  mg_mgr_init(&mgr);
  if (mg_http_listen(&mgr, url ? url : "http://0.0.0.0:80", on_event, NULL) == NULL) return;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
