// Chapter 01, 41 and section 20, 25: several threads wake several connections at a time; nothing is
// lost, and the messages of each thread keep their order.
#include <pthread.h>
#include "event.h"

enum { THREADS = 4, MESSAGES = 3000 };
static struct mg_mgr mgr;
static unsigned long ids[THREADS];
static int next[THREADS], received;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *payload = (struct mg_str *)ev_data;
  int n, *want = (int *)c->fn_data;
  if (ev != MG_EV_WAKEUP) return;
  CHECK(payload->len >= sizeof(n));
  memcpy(&n, payload->buf, sizeof(n));
  if (n != *want) CHECK_INT(n, *want);
  ++*want;
  received++;
}

static void *wake(void *arg) {
  unsigned long id = *(unsigned long *)arg;
  char message[300] = "";
  for (int i = 0; i < MESSAGES; i++) {
    memcpy(message, &i, sizeof(i));
    while (!mg_wakeup(&mgr, id, message, sizeof(int) + (size_t)i % 200)) usleep(100);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  mg_mgr_init(&mgr);
  CHECK(mg_wakeup_init(&mgr));
  for (int i = 0; i < THREADS; i++) {
    struct mg_connection *c = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, &next[i]);
    ids[i] = c->id;
  }
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, wake, &ids[i]);
  POLL_UNTIL(&mgr, received == THREADS * MESSAGES);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(received, THREADS * MESSAGES);
  mg_mgr_free(&mgr);
  return test_result();
}
