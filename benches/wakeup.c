// Round trips of mg_wakeup: another thread sends a batch of messages, the loop's thread handles
// each and, at the last of the batch, lets the other thread go on.
// Usage: wakeup SECONDS LOOP-CORE THREAD-CORE; prints round trips and seconds.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

#include "mongoose.h"

enum { BATCH = 256 };

static struct mg_mgr s_mgr;
static unsigned long s_target;
static sem_t s_batch_done;
static long s_round_trips;
static volatile int s_done;
static uint64_t s_run_ms;
static int s_thread_core;

static void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

static void handler(struct mg_connection *c, int ev, void *ev_data) {
  (void)c;
  if (ev != MG_EV_WAKEUP) return;
  const struct mg_str *message = (const struct mg_str *)ev_data;
  if (message->len != sizeof(long)) exit(1);
  if (++s_round_trips % BATCH == 0) sem_post(&s_batch_done);
}

static void *send_batches(void *arg) {
  uint64_t begin = mg_millis();
  pin(s_thread_core);
  for (long i = 0; mg_millis() - begin < s_run_ms;) {
    for (int in_batch = 0; in_batch < BATCH; in_batch++, i++) {
      if (!mg_wakeup(&s_mgr, s_target, &i, sizeof(i))) exit(1);
    }
    sem_wait(&s_batch_done);
  }
  s_done = 1;
  mg_wakeup(&s_mgr, s_target, &s_run_ms, sizeof(long));
  return arg;
}

int main(int argc, char **argv) {
  pthread_t thread;
  if (argc < 4) return 1;
  s_run_ms = (uint64_t)(atof(argv[1]) * 1000);
  s_thread_core = atoi(argv[3]);
  pin(atoi(argv[2]));
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&s_mgr);
  struct mg_connection *listener = mg_listen(&s_mgr, "tcp://127.0.0.1:0", handler, NULL);
  if (listener == NULL || !mg_wakeup_init(&s_mgr) || sem_init(&s_batch_done, 0, 0) != 0) return 1;
  s_target = listener->id;
  uint64_t begin = mg_millis();
  if (pthread_create(&thread, NULL, send_batches, NULL) != 0) return 1;
  while (!s_done) mg_mgr_poll(&s_mgr, 1000);
  double took = (double)(mg_millis() - begin) / 1000;
  pthread_join(thread, NULL);
  printf("%ld %f\n", s_round_trips, took);
  mg_mgr_free(&s_mgr);
  return 0;
}
