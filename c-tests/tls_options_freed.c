// Chapter 05, 14: the options and all their strings are overwritten and freed right behind
// mg_tls_init, on both sides; nothing in them is changed by it.
#include "tls.h"

static char *own(struct mg_str *s) {
  char *copy = (char *)malloc(s->len + 1);
  memcpy(copy, s->buf, s->len);
  copy[s->len] = '\0';
  s->buf = copy;
  return copy;
}

static void init_and_forget(struct mg_connection *c, const struct mg_tls_opts *from) {
  struct mg_tls_opts *opts = (struct mg_tls_opts *)malloc(sizeof(*opts)), before;
  struct mg_str *strings[] = {&opts->ca, &opts->cert, &opts->key, &opts->name};
  const struct mg_str *originals[] = {&from->ca, &from->cert, &from->key, &from->name};
  char *copies[4];
  memcpy(opts, from, sizeof(*opts));
  for (size_t i = 0; i < 4; i++) copies[i] = own(strings[i]);
  memcpy(&before, opts, sizeof(before));
  mg_tls_init(c, opts);
  CHECK_BYTES(opts, sizeof(*opts), &before, sizeof(before));
  for (size_t i = 0; i < 4; i++) {
    CHECK_BYTES(copies[i], strings[i]->len, originals[i]->buf, originals[i]->len);
    memset(copies[i], 'x', strings[i]->len);
    free(copies[i]);
  }
  memset(opts, 'x', sizeof(*opts));
  free(opts);
}

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    init_and_forget(c, &((struct tls_side *)c->fn_data)->opts);
  } else {
    tls_echo(c, ev, ev_data);
  }
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) {
    init_and_forget(c, &((struct tls_side *)c->fn_data)->opts);
    mg_send(c, "hello", 5);
  } else {
    tls_hello(c, ev, ev_data);
  }
}

int main(void) {
  struct tls_side client, server;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options("root.crt", "client.crt", "client.key", "host.test");
  server.opts = tls_options("root.crt", "server.crt", "server.key", "client.test");
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, &server);
  // The second time the configurations are there already.
  for (size_t i = 1; i <= 2; i++) {
    mg_connect(&mgr, url_to("tls", listener), on_client, &client);
    POLL_UNTIL(&mgr, client.count == i * 5);
  }
  mg_mgr_free(&mgr);
  return test_result();
}
