// Design section 9 and chapter 01, quirk 32: mg_printf right after mg_http_connect, before CONNECT.
#include "event.h"

static bool done;

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  CHECK_STR(hm->uri, "/early");
  CHECK_STR(*mg_http_get_header(hm, "Host"), "local");
  mg_http_reply(c, 200, "", "%s", "fine");
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  CHECK_INT(mg_http_status(hm), 200);
  CHECK_STR(hm->body, "fine");
  c->is_closing = 1;
  done = true;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *c;
  mg_mgr_init(&mgr);
  server = mg_http_listen(&mgr, "http://127.0.0.1:0", on_server, NULL);
  c = mg_http_connect(&mgr, url_to("http", server), on_client, NULL);
  CHECK_INT(c->is_connecting, 1);
  CHECK(mg_printf(c, "GET /%s HTTP/1.1\r\nHost: local\r\n\r\n", "early") > 0);
  POLL_UNTIL(&mgr, done);
  mg_mgr_free(&mgr);
  return test_result();
}
