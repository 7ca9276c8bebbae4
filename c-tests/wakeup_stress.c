// Chapter 01, 41 and section 20, 25: eight threads send 100 000 messages each to eight connections,
// while the loop runs. Each arrives once, whole, and in its thread's order; a message that was
// refused, because the queue was full, is sent again.
// History: 7.22-wakeup | 800 000 messages of eight threads: none is lost or torn
// modes: static shared asan tsan
#include <pthread.h>
#include <sched.h>
#include "event.h"

enum { THREADS = 8, MESSAGES = 100000 };

static struct mg_mgr mgr;
static unsigned long ids[THREADS];
static unsigned next[THREADS][THREADS];  // per receiver and sender: what comes next
static unsigned long received;

struct message {
  unsigned sender, number;
  char filling[32];
};

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *payload = (struct mg_str *)ev_data;
  unsigned *expected = (unsigned *)c->fn_data;
  struct message message;
  if (ev != MG_EV_WAKEUP) return;
  memset(&message, 0, sizeof(message));
  if (payload->len < 8 || payload->len > sizeof(message)) {
    CHECK_INT(payload->len, sizeof(message));
    return;
  }
  memcpy(&message, payload->buf, payload->len);
  if (message.sender >= THREADS) {
    CHECK_INT(message.sender, 0);
    return;
  }
  if (message.number != expected[message.sender]) {
    CHECK_INT(message.number, expected[message.sender]);
  }
  if (payload->len != 8 + message.number % sizeof(message.filling)) {
    CHECK_INT(payload->len, 8 + message.number % sizeof(message.filling));
  }
  for (size_t i = 8; i < payload->len; i++) {
    if (payload->buf[i] != (char)message.number) CHECK_INT(payload->buf[i], (char)message.number);
  }
  expected[message.sender]++;
  received++;
}

// Each receiver sees, from one sender, the numbers 0, 1, 2...
static void *wake(void *arg) {
  struct message message;
  unsigned count[THREADS] = {0};
  message.sender = *(unsigned *)arg;
  for (unsigned i = 0; i < MESSAGES; i++) {
    unsigned to = (message.sender + i) % THREADS;
    size_t filling;
    message.number = count[to]++;
    filling = message.number % sizeof(message.filling);
    memset(message.filling, (int)message.number, sizeof(message.filling));
    while (!mg_wakeup(&mgr, ids[to], &message, 8 + filling)) sched_yield();
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  unsigned numbers[THREADS];
  mg_mgr_init(&mgr);
  CHECK(mg_wakeup_init(&mgr));
  for (unsigned i = 0; i < THREADS; i++) {
    ids[i] = mg_wrapfd(&mgr, -1, on_event, next[i])->id;
    numbers[i] = i;
  }
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, wake, &numbers[i]);
  for (int i = 0; i < 1000000 && received < (unsigned long)THREADS * MESSAGES; i++) {
    mg_mgr_poll(&mgr, 50);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(received, (unsigned long)THREADS * MESSAGES);
  mg_mgr_free(&mgr);
  return test_result();
}
