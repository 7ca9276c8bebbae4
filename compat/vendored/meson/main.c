// notes URL: PUT /note stores its body, GET /note returns it
#include "mongoose.h"

static char note[1000];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (!mg_match(hm->uri, mg_str("/note"), NULL)) {
    mg_http_reply(c, 404, "", "");
  } else if (mg_strcmp(hm->method, mg_str("PUT")) == 0) {
    mg_snprintf(note, sizeof(note), "%.*s", (int)hm->body.len, hm->body.buf);
    mg_http_reply(c, 201, "", "%d\n", (int)hm->body.len);
  } else {
    mg_http_reply(c, 200, "Content-Type: text/plain\r\n", "%s", note);
  }
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  if (argc != 2 || mg_http_listen(&mgr, argv[1], on_event, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
