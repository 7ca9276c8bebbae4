// Design section 9: hundreds of short-lived managers leave no descriptor behind; a manager per
// thread works.
#include <pthread.h>
#include "event.h"

enum { THREADS = 4, ROUNDS = 50 };
static int exchanged[THREADS];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CONNECT) mg_printf(c, "GET / HTTP/1.0\r\n\r\n");
  if (ev != MG_EV_HTTP_MSG) return;
  if (c->is_client) {
    *(int *)c->fn_data += 1;
    c->is_closing = 1;
  } else {
    mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
  }
}

static void *run(void *arg) {
  for (int i = 0; i < ROUNDS; i++) {
    struct mg_mgr mgr;
    struct mg_connection *server;
    char url[64];
    uint64_t begin = mg_millis();
    int before = *(int *)arg;
    mg_mgr_init(&mgr);
    mg_wakeup_init(&mgr);
    server = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
    mg_snprintf(url, sizeof(url), "http://127.0.0.1:%d", mg_ntohs(server->loc.port));
    mg_http_connect(&mgr, url, on_event, arg);
    while (*(int *)arg == before && mg_millis() - begin < 10000) mg_mgr_poll(&mgr, 100);
    mg_mgr_free(&mgr);
  }
  return NULL;
}

static int count_descriptors(void) {
  int n = 0;
  for (int fd = 0; fd < 200; fd++) n += is_open(fd);
  return n;
}

int main(void) {
  pthread_t threads[THREADS];
  int before = count_descriptors();
  for (int i = 0; i < 300; i++) {
    struct mg_mgr mgr;
    mg_mgr_init(&mgr);
    if (i % 2) mg_listen(&mgr, "udp://127.0.0.1:0", ignore_events, NULL);
    mg_mgr_poll(&mgr, 0);
    mg_mgr_free(&mgr);
  }
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, run, &exchanged[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < THREADS; i++) CHECK_INT(exchanged[i], ROUNDS);
  CHECK_INT(count_descriptors(), before);
  return test_result();
}
