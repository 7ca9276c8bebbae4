// Chapter 01, 21 and 22: how long mg_mgr_poll waits. Timers do not shorten it; traffic, signals and
// closing connections do.
#include "event.h"

static int calls;

static void on_timer(void *arg) {
  (void)arg;
  calls++;
}

static void on_signal(int number) {
  (void)number;
}

static unsigned long timed_poll(struct mg_mgr *mgr, int ms) {
  uint64_t begin = mg_millis();
  mg_mgr_poll(mgr, ms);
  return (unsigned long)(mg_millis() - begin);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  struct trace trace = {0};
  struct itimerval alarm_in = {{0, 0}, {0, 30000}};
  unsigned long ms;
  int fd;
  mg_mgr_init(&mgr);
  // Without connections, too.
  ms = timed_poll(&mgr, 60);
  CHECK(ms >= 55);
  c = mg_listen(&mgr, "tcp://127.0.0.1:0", record, &trace);
  mg_timer_add(&mgr, 10, MG_TIMER_REPEAT, on_timer, NULL);
  mg_mgr_poll(&mgr, 0);
  ms = timed_poll(&mgr, 100);
  CHECK(ms >= 95);
  CHECK_INT(calls, 1);

  ms = timed_poll(&mgr, 0);
  CHECK(ms < 5000);
  signal(SIGALRM, on_signal);
  setitimer(ITIMER_REAL, &alarm_in, NULL);
  ms = timed_poll(&mgr, 60000);
  CHECK(ms < 30000);
  fd = plain_connect(c);
  ms = timed_poll(&mgr, 60000);
  CHECK(ms < 30000);
  CHECK_TEXT(trace.text, "OPEN OPEN ACCEPT ");
  close(fd);
  c->is_closing = 1;
  ms = timed_poll(&mgr, -1);
  CHECK(ms < 30000);
  CHECK(strstr(trace.text, "CLOSE ") != NULL);
  mg_mgr_free(&mgr);
  return test_result();
}
