// The smallest server and client of HTTP.
#include "mongoose.h"
#include "test.h"

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    mg_http_reply(c, 200, "X-Seen: yes\r\n", "%.*s!", (int)hm->uri.len, hm->uri.buf);
  }
}

struct answer {
  bool done;
  char body[50];
};

static void ask(struct mg_connection *c, int ev, void *ev_data) {
  struct answer *answer = (struct answer *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    mg_printf(c, "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    mg_snprintf(answer->body, sizeof(answer->body), "%.*s", (int)hm->body.len, hm->body.buf);
    c->is_draining = 1;
    answer->done = true;
  } else if (ev == MG_EV_ERROR || ev == MG_EV_CLOSE) {
    answer->done = true;
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct answer answer = {false, ""};
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  CHECK(listener != NULL);
  if (listener != NULL) {
    char url[50];
    mg_snprintf(url, sizeof(url), "http://127.0.0.1:%u", (unsigned)mg_ntohs(listener->loc.port));
    CHECK(mg_http_connect(&mgr, url, ask, &answer) != NULL);
    for (int i = 0; i < 500 && !answer.done; i++) mg_mgr_poll(&mgr, 10);
    CHECK_TEXT(answer.body, "/hello!");
  }
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  return test_result();
}
