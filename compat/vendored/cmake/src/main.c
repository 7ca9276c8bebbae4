// thermometer URL: GET /api/temperature
#include "mongoose.h"
#include "sensor.h"

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  const struct sensor *sensor = (const struct sensor *)c->fn_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(((struct mg_http_message *)ev_data)->uri, mg_str("/api/temperature"), NULL)) {
    mg_http_reply(c, 200, "", "{%m: %g, %m: %s}\n", MG_ESC("celsius"), sensor->celsius,
                  MG_ESC("measured"), sensor->readings > 0 ? "true" : "false");
  } else {
    mg_http_reply(c, 404, "", "");
  }
}

int main(int argc, char *argv[]) {
  static struct sensor sensor;
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  mg_timer_add(&mgr, 500, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, sensor_read, &sensor);
  if (argc != 2 || mg_http_listen(&mgr, argv[1], on_event, &sensor) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 100);
}
