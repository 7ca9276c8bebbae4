// The guard asks the program before a deadline acts; a peer that is spared has its time again
// (chapter 08, 8.2).
#include "deadline.h"

static struct mg_mgr mgr;
static int asked, status, closes;
static bool is_spared;
static char option[40];

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  CHECK_PTR(fn_data, &asked);
  CHECK(c->is_accepted && !c->is_closing);
  CHECK_INT(event->action, MG_GUARD_TIMEOUT);
  CHECK_INT(event->peer.port, c->rem.port);
  CHECK_PTR(event->hm, NULL);
  snprintf(option, sizeof(option), "%s", event->option);
  status = event->status;
  asked++;
  return !is_spared;
}

static char *big;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CLOSE && c->is_accepted) closes++;
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/big"), NULL)) {
    mg_http_reply(c, 200, "", "%s", big);
  } else {
    reply_ok(c, ev, ev_data);
  }
}

// The connection is spared once, and closed the second time.
static void check(int fd, const char *name, int want_status, int ms, int latest_ms) {
  uint64_t before = timeouts((struct mg_stats[]){stats_of(&mgr)});
  int closes_before = closes, t;
  asked = 0;
  for (int round = 1; round <= 2; round++) {
    is_spared = round == 1;
    for (t = 0; t < 200000 && asked < round; t += TICK_MS) pass(&mgr, TICK_MS);
    CHECK(t >= ms - TICK_MS && t <= latest_ms + 2 * TICK_MS);
    if (t < ms - TICK_MS || t > latest_ms + 2 * TICK_MS) fprintf(stderr, "%s: %d\n", name, t);
    poll_times(&mgr, 3);
    CHECK_INT(closes - closes_before, round - 1);
    CHECK_INT(timeouts((struct mg_stats[]){stats_of(&mgr)}), before + (uint64_t)round - 1);
    CHECK_TEXT(option, name);
    CHECK_INT(status, want_status);
  }
  CHECK_INT(stats_of(&mgr).now_accepted, 0);
  close(fd);
}

int main(void) {
  enum { SIZE = 16 << 20 };
  struct mg_connection *l;
  int fd;
  big = (char *)malloc(SIZE + 1);
  memset(big, 'x', SIZE);
  big[SIZE] = '\0';
  mg_mgr_init(&mgr);
  mg_set_guard_handler(&mgr, on_guard, &asked);
  l = http_listener(&mgr, serve);

  fd = plain_connect(l), poll_times(&mgr, 3);
  check(fd, "header_timeout_ms", 0, 20000, 20000);
  fd = plain_connect(l), plain_write(fd, "GET "), poll_times(&mgr, 3);
  check(fd, "header_timeout_ms", 408, 20000, 20000);
  fd = plain_connect(l), plain_write(fd, "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx");
  poll_times(&mgr, 3);
  check(fd, "min_body_rate", 408, 10000, 10000);
  fd = plain_connect(l), check_request(&mgr, fd, GET, OK);
  check(fd, "keep_alive_timeout_ms", 0, 75000, 75000);
  fd = plain_connect(l), plain_write(fd, "GET /big HTTP/1.1\r\n\r\n");
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  // The kernels still move what was sent, which counts as taken; pushing the clock does not help them.
  check(fd, "io_timeout_ms", 0, 60000, 125000);

  // Spared, and then served.
  asked = 0, is_spared = true;
  fd = plain_connect(l), plain_write(fd, "GET / HTTP/1.1\r\n"), poll_times(&mgr, 3);
  pass(&mgr, 70000);
  CHECK_INT(asked, 3);
  check_request(&mgr, fd, "\r\n", OK);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);

  // Nobody is asked any more.
  mg_set_guard_handler(&mgr, NULL, NULL);
  fd = plain_connect(l), poll_times(&mgr, 3);
  CHECK_TIME(time_until_answer(&mgr, fd, 60000), 20000);
  CHECK_INT(asked, 3);
  close(fd);
  mg_mgr_free(&mgr);
  free(big);
  return test_result();
}
