// Messages to a connection from another thread.
#include <pthread.h>

#include "event.h"

static char got[20];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *text = (struct mg_str *)ev_data;
  (void)c;
  if (ev == MG_EV_WAKEUP) mg_snprintf(got, sizeof(got), "%.*s", (int)text->len, text->buf);
}

struct job {
  struct mg_mgr *mgr;
  unsigned long id;
};

static void *work(void *arg) {
  struct job *job = (struct job *)arg;
  CHECK(mg_wakeup(job->mgr, job->id, "done", 4));
  return NULL;
}

int main(void) {
  struct mg_mgr mgr;
  pthread_t thread;
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  CHECK(mg_wakeup_init(&mgr));
  CHECK(mgr.pipe.fd >= 0);
  struct job job = {&mgr, c->id};
  CHECK_INT(pthread_create(&thread, NULL, work, &job), 0);
  POLL_UNTIL(&mgr, got[0] != '\0');
  CHECK_TEXT(got, "done");
  pthread_join(thread, NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
