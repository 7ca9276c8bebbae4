// A TLS peer that pipelines requests and never reads is not read for ever
// either: output and input stay bounded, as over plain TCP; all answers come once it reads.
// History: 509fbcc4 | requests whose answers are not read stay bounded
#include "tls.h"

enum { REQUESTS = 20000, BODY = 1000 };

static struct tls_side client, server;
static size_t largest, received;
static int answered;

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &server.opts);
  if (ev == MG_EV_HTTP_MSG) {
    static char body[BODY + 1];
    memset(body, 'b', BODY);
    mg_http_reply(c, 200, "", "%s", body);
    answered++;
  }
  if (!c->is_listening && c->send.len + c->recv.len > largest) largest = c->send.len + c->recv.len;
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) {
    mg_tls_init(c, &client.opts);
    for (int i = 0; i < REQUESTS; i++) mg_printf(c, "GET / HTTP/1.1\r\nX: %0100d\r\n\r\n", i);
  }
  if (ev == MG_EV_READ) {
    (void)ev_data;
    received += c->recv.len;
    c->recv.len = 0;
    if (answered < REQUESTS) c->is_full = 1;
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener, *c;
  server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "https://127.0.0.1:0", on_server, NULL);
  c = mg_connect(&mgr, url_to("tls", listener), on_client, NULL);
  POLL_UNTIL(&mgr, c->is_full);
  for (int i = 0; i < 3000; i++) mg_mgr_poll(&mgr, 0);
  CHECK(answered < REQUESTS);
  CHECK(largest < 1000000);
  CHECK(polls_during(&mgr, 200) < 60);
  {
    uint64_t begin = mg_millis();
    while (mg_millis() - begin < 20000 && (answered < REQUESTS || received < REQUESTS * BODY)) {
      c->is_full = 0;
      mg_mgr_poll(&mgr, 10);
    }
  }
  CHECK_INT(answered, REQUESTS);
  CHECK(received > (size_t)REQUESTS * BODY);
  CHECK(largest < 1000000);
  mg_mgr_free(&mgr);
  return test_result();
}
