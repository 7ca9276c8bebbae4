// Asks itself: a server and a client in one manager. Exits with 0 if the answer came.
#include <mongoose.h>
#include <mongoose_guard.h>

static bool answered;

static void on_request(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
}

static void on_answer(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CONNECT) mg_printf(c, "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  if (ev == MG_EV_HTTP_MSG) answered = mg_strcmp(hm->body, mg_str("/hello")) == 0;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  char url[40];
  mg_mgr_init(&mgr);
  if (mg_set_option(&mgr, "max_connections", "10") != NULL) return 2;
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", on_request, NULL);
  if (listener == NULL) return 3;
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%hu", mg_ntohs(listener->loc.port));
  if (mg_http_connect(&mgr, url, on_answer, NULL) == NULL) return 4;
  for (int i = 0; i < 1000 && !answered; i++) mg_mgr_poll(&mgr, 10);
  mg_mgr_free(&mgr);
  return answered ? 0 : 1;
}
