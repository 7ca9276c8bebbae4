// echo URL: returns what it is sent, with its name in a header field. Compiled without our header.
#include "mongoose.h"

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\nX-Path: %.*s\r\n\r\n",
            (unsigned long)hm->body.len, (int)hm->uri.len, hm->uri.buf);
  mg_send(c, hm->body.buf, hm->body.len);
  c->is_resp = 0;
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  mg_log_level = MG_LL_ERROR;
  mg_mgr_init(&mgr);
  if (argc != 2 || mg_http_listen(&mgr, argv[1], on_event, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
