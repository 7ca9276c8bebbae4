// greeter URL: GET /hello?name=NAME
#include "mongoose.h"

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  char name[40];
  if (ev != MG_EV_HTTP_MSG) return;
  if (!mg_match(hm->uri, mg_str("/hello"), NULL)) {
    mg_http_reply(c, 404, "", "%s\n", "nobody here");
  } else if (mg_http_get_var(&hm->query, "name", name, sizeof(name)) <= 0) {
    mg_http_reply(c, 400, "", "%s\n", "who?");
  } else {
    mg_http_reply(c, 200, "Content-Type: application/json\r\n", "{%m: %m}\n", MG_ESC("hello"),
                  MG_ESC(name));
  }
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  if (argc != 2 || mg_http_listen(&mgr, argv[1], on_event, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
