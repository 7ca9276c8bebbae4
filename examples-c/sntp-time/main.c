// Prints the time that a time server tells, as seconds since 1970 with milliseconds.
//
//   sntp-time [SERVER]
//
// SERVER is a URL, for instance udp://pool.ntp.org:123.
#include "mongoose.h"

struct answer {
  bool done;
  uint64_t ms;  // since 1970; 0 if there was no reply
};

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct answer *answer = (struct answer *)c->fn_data;
  if (ev == MG_EV_SNTP_TIME) {
    answer->ms = *(uint64_t *)ev_data;
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    answer->done = true;
  }
}

int main(int argc, char *argv[]) {
  struct answer answer = {false, 0};
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  if (mg_sntp_connect(&mgr, argc > 1 ? argv[1] : NULL, on_event, &answer) != NULL) {
    while (!answer.done) mg_mgr_poll(&mgr, 100);
  }
  mg_mgr_free(&mgr);
  if (answer.ms == 0) {
    fprintf(stderr, "no time from the server\n");
    return EXIT_FAILURE;
  }
  printf("%llu.%03u\n", (unsigned long long)(answer.ms / 1000), (unsigned)(answer.ms % 1000));
  return EXIT_SUCCESS;
}
