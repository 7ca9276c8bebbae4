// Timers: one that calls once, one that calls at once and again and again, and one of the program's
// own that is taken away.
//
//   timers [-i MILLISECONDS] [-n COUNT]
//
// Prints a line every MILLISECONDS (1000), COUNT (5) times, and ends; COUNT 0 means for ever.
#include <signal.h>

#include "mongoose.h"

struct clock {
  uint64_t start;
  int ticks, max_ticks;  // max_ticks 0: no end
  struct mg_timer blink;
  struct mg_timer **list;  // of the manager
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static void say(const struct clock *clock, const char *what, int number) {
  printf("%6llu ms  %s %d\n", (unsigned long long)(mg_millis() - clock->start), what, number);
  fflush(stdout);
}

static void tick(void *arg) {
  struct clock *clock = (struct clock *)arg;
  say(clock, "tick", ++clock->ticks);
}

static void blink(void *arg) {
  say((const struct clock *)arg, "blink", 0);
}

// The memory of mg_timer_init()'s timers is the program's: here it is a member of the clock.
static void stop_blinking(void *arg) {
  struct clock *clock = (struct clock *)arg;
  mg_timer_free(clock->list, &clock->blink);
  say(clock, "no more blinking", 0);
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-i MILLISECONDS] [-n COUNT]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  struct clock clock;
  int interval_ms = 1000;

  memset(&clock, 0, sizeof(clock));
  clock.max_ticks = 5;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-i") == 0) {
      interval_ms = atoi(argv[i + 1]);
    } else if (strcmp(argv[i], "-n") == 0) {
      clock.max_ticks = atoi(argv[i + 1]);
    } else {
      return usage(argv[0]);
    }
  }
  if (interval_ms < 1 || clock.max_ticks < 0) return usage(argv[0]);

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  uint64_t interval = (uint64_t)interval_ms;
  clock.start = mg_millis();
  clock.list = &mgr.timers;
  mg_timer_add(&mgr, interval, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, tick, &clock);
  mg_timer_add(&mgr, interval * 5 / 2, MG_TIMER_ONCE, stop_blinking, &clock);
  mg_timer_init(&mgr.timers, &clock.blink, interval, MG_TIMER_REPEAT, blink, &clock);
  while (stop_signal == 0 && (clock.max_ticks == 0 || clock.ticks < clock.max_ticks)) {
    mg_mgr_poll(&mgr, interval_ms < 50 ? interval_ms : 50);  // timers are looked at once per poll
  }
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
