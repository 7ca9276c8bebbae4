// Threads log at a time while the output function changes: each line goes to a function together
// with its own argument. Under ThreadSanitizer, nothing races.
#include <pthread.h>
#include "event.h"

enum { THREADS = 3, LINES = 2000, SINKS = 2 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sink { size_t bytes; } sinks[SINKS];

static void count(struct sink *sink, const void *param) {
  pthread_mutex_lock(&lock);
  CHECK_PTR(param, sink);
  sink->bytes++;
  pthread_mutex_unlock(&lock);
}

static void first(char ch, void *param) {
  (void)ch;
  count(&sinks[0], param);
}

static void second(char ch, void *param) {
  (void)ch;
  count(&sinks[1], param);
}

static void *talk(void *arg) {
  (void)arg;
  for (int i = 0; i < LINES; i++) MG_INFO(("%d", i));
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  size_t line = 40, want = 0;
  char number[20];
  for (int i = 0; i < LINES; i++) {
    want += line + mg_snprintf(number, sizeof(number), "%d\r\n", i);
  }
  mg_log_set_fn(first, &sinks[0]);
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, talk, NULL);
  for (int i = 0; i < LINES; i++) {
    mg_log_set_fn(i % 2 ? first : second, &sinks[i % 2 ? 0 : 1]);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK_INT(sinks[0].bytes + sinks[1].bytes, THREADS * want);
  return 0;
}
