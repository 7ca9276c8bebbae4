// One HTTP request to a listener in the same manager, and what came back.
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "event.h"

struct exchange {
  const char *request;
  int status;
  char head[1000], body[1000];
  bool done;
};

static inline void exchange_handler(struct mg_connection *c, int ev, void *ev_data) {
  struct exchange *x = (struct exchange *)c->fn_data;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CONNECT) {
    mg_send(c, x->request, strlen(x->request));
  } else if (ev == MG_EV_HTTP_MSG) {
    x->status = mg_http_status(hm);
    mg_snprintf(x->head, sizeof(x->head), "%.*s", (int)hm->head.len, hm->head.buf);
    mg_snprintf(x->body, sizeof(x->body), "%.*s", (int)hm->body.len, hm->body.buf);
    c->is_closing = 1;
  } else if (ev == MG_EV_CLOSE) {
    x->done = true;
  }
}

static inline struct exchange exchange(struct mg_connection *listener, const char *request) {
  struct exchange x;
  memset(&x, 0, sizeof(x));
  x.request = request;
  mg_http_connect(listener->mgr, url_to("http", listener), exchange_handler, &x);
  POLL_UNTIL(listener->mgr, x.done);
  return x;
}

// Asks, and compares status and body.
#define ANSWER(listener, request, want_status, want_body) \
  do {                                                    \
    struct exchange x_ = exchange((listener), (request)); \
    CHECK_INT(x_.status, (want_status));                  \
    CHECK_TEXT(x_.body, (want_body));                     \
  } while (0)

#endif  // EXCHANGE_H
