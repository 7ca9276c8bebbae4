// A web server whose answers take long to compute: threads do that, and the event loop goes on.
//
//   multi-threaded [-l URL] [-t THREADS] [-v LEVEL]
//
//   -l URL       http://localhost:8000
//   -t THREADS   4
//
//   GET /primes?below=NUMBER   how many prime numbers there are
//   GET /                      answered at once, by the event loop
//
// The event loop puts a job into a queue. A thread takes it out, computes, and hands the result back
// with mg_wakeup(), the one function that other threads may call. MG_EV_WAKEUP then sends it.
#include <pthread.h>
#include <signal.h>

#include "mongoose.h"

enum { MAX_JOBS = 100, MAX_THREADS = 64 };

struct job {
  unsigned long conn_id;  // connections may be gone when the job is done; ids are never used twice
  unsigned below;
};

struct pool {
  struct mg_mgr *mgr;
  pthread_mutex_t lock;  // of all that follows
  pthread_cond_t changed;
  struct job jobs[MAX_JOBS];
  int first, count;
  bool stopping;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static bool is_prime(unsigned n) {
  for (unsigned d = 2; d <= n / d; d++) {
    if (n % d == 0) return false;
  }
  return n >= 2;
}

// Adds a job; false if too many are waiting.
static bool put_job(struct pool *pool, struct job job) {
  pthread_mutex_lock(&pool->lock);
  bool has_room = pool->count < MAX_JOBS;
  if (has_room) pool->jobs[(pool->first + pool->count++) % MAX_JOBS] = job;
  pthread_cond_signal(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  return has_room;
}

// Waits for a job; false when the program ends.
static bool take_job(struct pool *pool, struct job *job) {
  pthread_mutex_lock(&pool->lock);
  while (pool->count == 0 && !pool->stopping) pthread_cond_wait(&pool->changed, &pool->lock);
  bool goes_on = !pool->stopping;
  if (goes_on) {
    *job = pool->jobs[pool->first];
    pool->first = (pool->first + 1) % MAX_JOBS;
    pool->count--;
  }
  pthread_mutex_unlock(&pool->lock);
  return goes_on;
}

static bool is_stopping(struct pool *pool) {
  pthread_mutex_lock(&pool->lock);
  bool stopping = pool->stopping;
  pthread_mutex_unlock(&pool->lock);
  return stopping;
}

// A thread.
static void *work(void *arg) {
  struct pool *pool = (struct pool *)arg;
  struct job job;
  while (take_job(pool, &job)) {
    unsigned found = 0;
    for (unsigned n = 2; n < job.below; n++) {
      found += is_prime(n);
      if (n % 4096 == 0 && is_stopping(pool)) return NULL;
    }
    char text[100];
    size_t len = mg_snprintf(text, sizeof(text), "%u primes below %u\n", found, job.below);
    mg_wakeup(pool->mgr, job.conn_id, text, len);
  }
  return NULL;
}

static void serve_primes(struct mg_connection *c, struct mg_http_message *hm, struct pool *pool) {
  char below[20];
  struct job job = {c->id, 0};
  if (mg_http_get_var(&hm->query, "below", below, sizeof(below)) <= 0 ||
      !mg_str_to_num(mg_str(below), 10, &job.below, sizeof(job.below))) {
    mg_http_reply(c, 400, "", "use ?below=NUMBER\n");
  } else if (!put_job(pool, job)) {
    mg_http_reply(c, 503, "Retry-After: 1\r\n", "too much to do\n");
  }  // else MG_EV_WAKEUP will reply
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/primes"), NULL)) {
      serve_primes(c, hm, (struct pool *)c->fn_data);
    } else {
      mg_http_reply(c, 200, "", "try /primes?below=1000000\n");
    }
  } else if (ev == MG_EV_WAKEUP) {
    struct mg_str *text = (struct mg_str *)ev_data;
    mg_http_reply(c, 200, "Content-Type: text/plain\r\n", "%.*s", (int)text->len, text->buf);
  }
}

static void stop(struct pool *pool, pthread_t *threads, int count) {
  pthread_mutex_lock(&pool->lock);
  pool->stopping = true;
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-t THREADS] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  static struct pool pool;
  struct mg_mgr mgr;
  pthread_t threads[MAX_THREADS];
  const char *url = "http://localhost:8000";
  int wanted = 4, started = 0;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      url = argv[i + 1];
    } else if (strcmp(argv[i], "-t") == 0) {
      wanted = atoi(argv[i + 1]);
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }
  if (wanted < 1 || wanted > MAX_THREADS) return usage(argv[0]);

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  pool.mgr = &mgr;
  pthread_mutex_init(&pool.lock, NULL);
  pthread_cond_init(&pool.changed, NULL);
  struct mg_connection *listener = mg_http_listen(&mgr, url, on_event, &pool);
  bool is_ready = listener != NULL && mg_wakeup_init(&mgr);
  while (is_ready && started < wanted) {
    if (pthread_create(&threads[started], NULL, work, &pool) != 0) break;
    started++;
  }
  if (started > 0) {
    printf("listening on port %d\n", mg_ntohs(listener->loc.port));
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  stop(&pool, threads, started);  // before the manager goes: they use it
  mg_mgr_free(&mgr);
  pthread_cond_destroy(&pool.changed);
  pthread_mutex_destroy(&pool.lock);
  return started > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
